// The order in which an epoch sees the training rows: a function of (seed, epoch) alone, so that a resume needs no
// stored generator. A batch here is what one optimizer step takes, accumulated batches together. The last one is filled up
// from the epoch's own beginning: every row is seen at least once and every batch is whole, which batch norm needs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace trainyard {

class EpochOrder {
public:
    EpochOrder(std::span<const std::int32_t> rows, std::int64_t batchSize, std::uint64_t seed);

    std::int64_t stepsPerEpoch() const { return m_steps; }
    void begin(std::int64_t epoch);
    std::span<const std::int32_t> batch(std::int64_t stepInEpoch) const;  // batchSize rows

private:
    std::vector<std::int32_t> m_rows;
    std::vector<std::int32_t> m_order;  // padded to whole batches
    std::int64_t m_batchSize;
    std::int64_t m_steps;
    std::uint64_t m_seed;
};

}  // namespace trainyard
