// How max_pool2d saves where each maximum was: the window's position, counted row by row, in one byte; in four where a
// window has more than 256 positions.
#pragma once

#include <cstdint>

#include "engine/ops/op_attributes.h"

namespace trainyard::cuda {

inline bool placesFitBytes(const Window2d &window)
{
    return window.kernelH * window.kernelW <= 256;
}

// Calls function(std::uint8_t{}) or function(std::uint32_t{}).
template <typename Function>
auto withPlaceType(const Window2d &window, Function function)
{
    return placesFitBytes(window) ? function(std::uint8_t{}) : function(std::uint32_t{});
}

}  // namespace trainyard::cuda
