// A bounded queue between exactly one producer thread and one consumer thread, without locks.
//
// The producer never waits: when the ring is full the new item is counted as dropped. Producer and consumer
// each keep a copy of the other's index on their own cache line and refresh it only when the copy says full or
// empty, so that a burst costs no traffic between cores.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace trainyard {

template <typename T>
class SpscRing {
    static_assert(std::is_trivially_copyable_v<T>, "items are copied while the other thread runs");

public:
    // Room for at least capacity items: rounded up to a power of two, at least 2.
    explicit SpscRing(std::size_t capacity)
        : m_items(std::bit_ceil(std::max<std::size_t>(capacity, 2))), m_mask(m_items.size() - 1)
    {
    }
    SpscRing(const SpscRing &) = delete;
    SpscRing &operator=(const SpscRing &) = delete;

    std::size_t capacity() const { return m_items.size(); }

    // Producer thread. False: the ring was full and item is lost (and counted).
    bool push(const T &item)
    {
        const std::uint64_t head = m_head.load(std::memory_order_relaxed);
        if (head - m_tailSeen == m_items.size()) {
            m_tailSeen = m_tail.load(std::memory_order_acquire);
            if (head - m_tailSeen == m_items.size()) {
                m_dropped.fetch_add(1, std::memory_order_relaxed);
                return false;
            }
        }
        m_items[head & m_mask] = item;
        m_head.store(head + 1, std::memory_order_release);
        return true;
    }

    // Consumer thread. Moves up to out.size() items, oldest first; returns how many.
    std::size_t pop(std::span<T> out)
    {
        const std::uint64_t tail = m_tail.load(std::memory_order_relaxed);
        if (m_headSeen - tail < out.size())
            m_headSeen = m_head.load(std::memory_order_acquire);
        const auto count = std::min<std::uint64_t>(m_headSeen - tail, out.size());
        for (std::uint64_t i = 0; i < count; ++i)
            out[i] = m_items[(tail + i) & m_mask];
        m_tail.store(tail + count, std::memory_order_release);
        return count;
    }

    // Consumer thread. Appends everything that is there now to out; returns how many.
    std::size_t popAll(std::vector<T> &out)
    {
        m_headSeen = m_head.load(std::memory_order_acquire);
        const auto count = static_cast<std::size_t>(m_headSeen - m_tail.load(std::memory_order_relaxed));
        const std::size_t before = out.size();
        out.resize(before + count);
        return pop(std::span(out).subspan(before));
    }

    // Any thread. Items lost so far because the ring was full.
    std::uint64_t dropped() const { return m_dropped.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t kCacheLine = 64;

    std::vector<T> m_items;
    const std::uint64_t m_mask;

    // producer
    alignas(kCacheLine) std::atomic<std::uint64_t> m_head{0};
    std::uint64_t m_tailSeen = 0;
    std::atomic<std::uint64_t> m_dropped{0};

    // consumer
    alignas(kCacheLine) std::atomic<std::uint64_t> m_tail{0};
    std::uint64_t m_headSeen = 0;
};

}  // namespace trainyard
