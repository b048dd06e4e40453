// How long the OpenMP threads of this process spin when they wait for the next op.
#pragma once

namespace trainyard {

// Call first in main(). libgomp spins for up to milliseconds by default, which on a busy machine takes the processor from
// the very thread that is waited for. It reads the limit from the environment before main() begins, so the program sets
// it and starts itself anew, once; where the person has set OMP_WAIT_POLICY or GOMP_SPINCOUNT nothing happens.
void limitSpinning(char **argv);

}  // namespace trainyard
