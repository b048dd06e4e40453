// The parts of one op's scratch, one after another on the arena's boundaries.
#pragma once

#include <cstdint>

#include "engine/program/memory_plan.h"

namespace trainyard::cuda {

class ScratchLayout {
public:
    // The offset of a part; nothing is taken for 0 bytes.
    std::uint64_t take(std::uint64_t bytes)
    {
        const std::uint64_t offset = m_bytes;
        m_bytes += (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
        return offset;
    }
    std::uint64_t bytes() const { return m_bytes; }

private:
    std::uint64_t m_bytes = 0;
};

}  // namespace trainyard::cuda
