// Philox4x32-10, the counter-based random generator all of Trainyard's randomness comes from.
// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
//
// There is no hidden state: a number is a function of (key, counter), so the same draw can be made again on
// another device, in another order, or after a resume. Header-only, so that device code can use the same text.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard {

using Philox4 = std::array<std::uint32_t, 4>;

// Replaces the 128-bit counter by the four 32-bit numbers it stands for under the 64-bit key. A plain array, because
// device code has no std::array.
TRAINYARD_HOST_DEVICE constexpr void philoxRounds(std::uint64_t key, std::uint32_t (&counter)[4])
{
    auto k0 = static_cast<std::uint32_t>(key);
    auto k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter[0] = static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ k0;
        counter[2] = static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ k1;
        counter[1] = static_cast<std::uint32_t>(p1);
        counter[3] = static_cast<std::uint32_t>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

// Four 32-bit numbers for the 64-bit key and 128-bit counter.
constexpr Philox4 philox(std::uint64_t key, Philox4 counter)
{
    std::uint32_t words[4] = {counter[0], counter[1], counter[2], counter[3]};
    philoxRounds(key, words);
    return {words[0], words[1], words[2], words[3]};
}

// Uniform in [0, 1) with 24 bits, exact in float.
TRAINYARD_HOST_DEVICE constexpr float philoxUniform(std::uint32_t bits)
{
    return static_cast<float>(bits >> 8) * (1.0f / 16777216.0f);
}

// What a stream of numbers is for; part of the counter, so that no two purposes share numbers.
enum class RandomStream : std::uint32_t { Initialize = 1, Shuffle = 2, Split = 3, Dropout = 4, Augment = 5, Noise = 6, Sample = 7 };

// A sequence of draws for one purpose: (seed, stream, id, step) fixed, position counted.
class PhiloxSequence {
public:
    constexpr PhiloxSequence(std::uint64_t seed, RandomStream stream, std::uint32_t id, std::uint32_t step = 0)
        : m_seed(seed), m_counter{0, step, id, static_cast<std::uint32_t>(stream)}
    {
    }

    constexpr std::uint32_t next()
    {
        if (m_used == 4) {
            m_block = philox(m_seed, m_counter);
            ++m_counter[0];
            m_used = 0;
        }
        return m_block[m_used++];
    }

    constexpr float uniform() { return philoxUniform(next()); }

    // Uniform in [0, bound), unbiased (rejection). bound > 0.
    constexpr std::uint32_t below(std::uint32_t bound)
    {
        const std::uint32_t threshold = (0u - bound) % bound;
        for (;;) {
            const std::uint64_t product = std::uint64_t{next()} * bound;
            if (static_cast<std::uint32_t>(product) >= threshold)
                return static_cast<std::uint32_t>(product >> 32);
        }
    }

private:
    std::uint64_t m_seed;
    Philox4 m_counter;
    Philox4 m_block{};
    std::uint32_t m_used = 4;
};

// Fisher-Yates; the same permutation for the same sequence everywhere.
template <typename Container>
void shuffle(Container &items, PhiloxSequence &random)
{
    for (auto i = items.size(); i > 1; --i) {
        const auto j = random.below(static_cast<std::uint32_t>(i));
        using std::swap;
        swap(items[i - 1], items[j]);
    }
}

}  // namespace trainyard
