#include "engine/train/epoch_order.h"

#include "engine/base/philox.h"

namespace trainyard {

EpochOrder::EpochOrder(std::span<const std::int32_t> rows, std::int64_t batchSize, std::uint64_t seed)
    : m_rows(rows.begin(), rows.end()), m_batchSize(batchSize),
      m_steps((static_cast<std::int64_t>(rows.size()) + batchSize - 1) / batchSize), m_seed(seed)
{
}

void EpochOrder::begin(std::int64_t epoch)
{
    m_order = m_rows;
    PhiloxSequence random(m_seed, RandomStream::Shuffle, 0, static_cast<std::uint32_t>(epoch));
    shuffle(m_order, random);
    const auto whole = static_cast<std::size_t>(m_steps * m_batchSize);
    for (std::size_t i = 0; m_order.size() < whole; ++i)
        m_order.push_back(m_order[i]);
}

std::span<const std::int32_t> EpochOrder::batch(std::int64_t stepInEpoch) const
{
    return std::span(m_order).subspan(static_cast<std::size_t>(stepInEpoch * m_batchSize),
                                      static_cast<std::size_t>(m_batchSize));
}

}  // namespace trainyard
