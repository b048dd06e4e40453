// An axis of `length` entries parted into `bins`, as PyTorch's adaptive pools have it: bin o reaches from floor(o length / bins)
// up to ceil((o + 1) length / bins). Where bins do not divide the length, neighbours share an entry.
#pragma once

#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard {

struct BinRange {
    std::int64_t begin, end;
};

TRAINYARD_HOST_DEVICE inline BinRange entriesOfBin(std::int64_t o, std::int64_t length, std::int64_t bins)
{
    return {o * length / bins, ((o + 1) * length + bins - 1) / bins};
}

// The bins that entry i lies in: the same rule with the two sides exchanged.
TRAINYARD_HOST_DEVICE inline BinRange binsOfEntry(std::int64_t i, std::int64_t length, std::int64_t bins)
{
    return entriesOfBin(i, bins, length);
}

}  // namespace trainyard
