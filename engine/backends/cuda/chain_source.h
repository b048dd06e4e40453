// CUDA C++ for one elementwise chain, to be compiled for the device at hand: every value in a register, 16 bytes per access.
// The text includes no header and, but for two conversions of float16, is plain C++, so that tests can run it on the host.
#pragma once

#include <span>
#include <string>

#include "engine/ops/op_spec.h"

namespace trainyard::cuda {

inline constexpr const char *kChainKernelName = "elementwiseChain";
inline constexpr int kChainThreads = 256;

// Elements each thread takes at a time; the most narrow of its types fills 16 bytes then.
int chainElementsPerThread(const ElementwiseChainAttributes &chain, std::span<const DType> inputs);

// extern "C" __global__ void elementwiseChain(const void *in0, ..., void *out0, ..., long long count, const StepScalars *scalars).
// The same text for the same chain and types, whatever the count. Pointers are 16-byte aligned; out0 may be in0.
std::string chainSource(const ElementwiseChainAttributes &chain, std::span<const DType> inputs);

}  // namespace trainyard::cuda
