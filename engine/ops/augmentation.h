// By how much gather_rows moves an image: the same numbers on every device, from (seed, step, key, row of the batch) alone.
#pragma once

#include "engine/base/philox.h"
#include "engine/ops/op_spec.h"

namespace trainyard {

// The pixel (y, x) of what comes out is the pixel (y + down, (mirrored ? width - 1 - x : x) + right) of what lies in the data
// set. Outside of the image the raw value is 0: the image is cut out of itself with a border of zeros.
struct ImageMove {
    std::int32_t down, right;  // either sign
    bool mirrored;
};

// Words 0, 1 and 2 of philox(seed, {row, step, key, RandomStream::Augment}) choose down, right and mirrored.
TRAINYARD_HOST_DEVICE inline ImageMove drawImageMove(const GatherAttributes &attributes, std::uint64_t seed, std::uint64_t step, std::uint32_t row)
{
    std::uint32_t words[4] = {row, static_cast<std::uint32_t>(step), attributes.key, static_cast<std::uint32_t>(RandomStream::Augment)};
    philoxRounds(seed, words);
    const auto most = static_cast<std::int32_t>(attributes.maxShift);
    const auto choices = static_cast<std::uint64_t>(2 * attributes.maxShift + 1);
    return {static_cast<std::int32_t>((words[0] * choices) >> 32) - most, static_cast<std::int32_t>((words[1] * choices) >> 32) - most,
            attributes.flipHorizontal && (words[2] >> 31) != 0};
}

// What is drawn for a gather_rows; nothing where it has no attributes.
inline GatherAttributes gatherAttributes(const OpAttributes &attributes)
{
    const auto *set = std::get_if<GatherAttributes>(&attributes);
    return set ? *set : GatherAttributes{};
}

}  // namespace trainyard
