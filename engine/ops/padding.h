// Which entry of an axis an entry of the padded axis holds, and the other way round.
#pragma once

#include <cstdint>

#include "engine/base/host_device.h"
#include "engine/ops/op_attributes.h"

namespace trainyard {

inline constexpr std::int64_t kNoEntry = -1;

// The source of entry `at` of the padded axis; kNoEntry where it holds the constant.
TRAINYARD_HOST_DEVICE inline std::int64_t paddedSource(std::int64_t at, std::int64_t before, std::int64_t length, PadMode mode)
{
    const std::int64_t from = at - before, last = length - 1;
    if (from >= 0 && from <= last)
        return from;
    switch (mode) {
    case PadMode::Reflect: return from < 0 ? -from : 2 * last - from;
    case PadMode::Replicate: return from < 0 ? 0 : last;
    default: return kNoEntry;
    }
}

// The entries of the padding that hold a copy of entry `of`: begin to end in front of the axis, and behind it.
struct PaddedCopies {
    std::int64_t frontBegin = 0, frontEnd = 0, backBegin = 0, backEnd = 0;
};

TRAINYARD_HOST_DEVICE inline PaddedCopies paddedCopies(std::int64_t of, std::int64_t before, std::int64_t length, std::int64_t after, PadMode mode)
{
    PaddedCopies copies;
    const std::int64_t last = length - 1, back = before + length;
    if (mode == PadMode::Reflect) {
        if (of >= 1 && of <= before) {
            copies.frontBegin = before - of;
            copies.frontEnd = copies.frontBegin + 1;
        }
        if (of < last && last - of <= after) {
            copies.backBegin = back + (last - of) - 1;
            copies.backEnd = copies.backBegin + 1;
        }
    } else if (mode == PadMode::Replicate) {
        copies.frontEnd = of == 0 ? before : 0;
        copies.backBegin = back;
        copies.backEnd = of == last ? back + after : back;
    }
    return copies;
}

}  // namespace trainyard
