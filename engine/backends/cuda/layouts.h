// Which values lie in device memory otherwise than in their canonical order, and the way there and back on the host.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// By program and ValueId. Convolution weights and all that has the same elements one by one (the 16-bit copy, the
// gradient, the optimizer's state) are FilterKrsc, in every program that shares them by name.
std::vector<std::vector<ValueLayout>> chooseLayouts(std::span<const Program *const> programs);

// [kernelH, kernelW, in, out] <-> [out, kernelH, kernelW, in], elements of elementBytes (2, 4 or 8). Both spans hold
// shape.elements() elements and do not overlap.
void hwioToKrsc(const Shape &hwio, std::size_t elementBytes, std::span<const std::byte> from, std::span<std::byte> to);
void krscToHwio(const Shape &hwio, std::size_t elementBytes, std::span<const std::byte> from, std::span<std::byte> to);

}  // namespace trainyard::cuda
