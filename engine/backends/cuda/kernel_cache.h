// Compiled kernels, kept in memory and in the user's cache folder (kernels/<hash>.bin). The key is the whole text a kernel
// was made from, with the compiler's version and the device's architecture; it is kept beside the kernel and compared, so
// that equal hashes do no harm. A file that cannot be read, or is damaged, counts as absent; one that cannot be written is no
// error. Any thread.
#pragma once

#include <optional>
#include <string>

namespace trainyard::cuda {

std::optional<std::string> cachedKernel(const std::string &key);
void cacheKernel(const std::string &key, const std::string &image);

// Forgets what is in memory, so that the next look goes to the disk.
void forgetCachedKernels();

}  // namespace trainyard::cuda
