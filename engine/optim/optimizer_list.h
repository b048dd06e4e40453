// The optimizers there are. Adding one: a word here and a file engine/optim/<name>.cpp that defines make<Name>Optimizer().
#pragma once

#include "engine/optim/optimizer.h"

#define TRAINYARD_OPTIMIZERS(X) \
    X(Sgd) \
    X(Adam) \
    X(Adamw) \
    X(Nadam) \
    X(Rmsprop) \
    X(Adagrad) \
    X(Lion) \
    X(Lamb) \
    X(Muon)

namespace trainyard {

#define X(Name) OptimizerSpec make##Name##Optimizer();
TRAINYARD_OPTIMIZERS(X)
#undef X

}  // namespace trainyard
