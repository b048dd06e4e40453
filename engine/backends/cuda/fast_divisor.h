// Division of indices by a number that is known before the kernel starts: a multiplication and a shift instead of the
// twenty instructions of a real one. Granlund and Montgomery, "Division by Invariant Integers using Multiplication", 1994.
#pragma once

#include <cstdint>

#include "engine/base/host_device.h"

namespace trainyard::cuda {

// Largest count of items a kernel with such indices may have.
inline constexpr std::int64_t kMostFastItems = (std::int64_t{1} << 31) - 1;

class FastDivisor {
public:
    // divisor: 1 to 2^31 - 1.
    explicit FastDivisor(std::int64_t divisor = 1) : m_divisor(static_cast<std::uint32_t>(divisor))
    {
        while ((std::uint64_t{1} << m_shift) < m_divisor)
            ++m_shift;
        const std::uint64_t above = (std::uint64_t{1} << m_shift) - m_divisor;
        m_factor = static_cast<std::uint32_t>((above << 32) / m_divisor + 1);
    }

    TRAINYARD_HOST_DEVICE std::uint32_t divisor() const { return m_divisor; }

    // n below 2^31.
    TRAINYARD_HOST_DEVICE std::uint32_t quotient(std::uint32_t n) const
    {
        const auto high = static_cast<std::uint32_t>((std::uint64_t{n} * m_factor) >> 32);
        return (high + n) >> m_shift;
    }

    // Replaces n by the quotient and returns the remainder.
    TRAINYARD_HOST_DEVICE std::uint32_t takeRemainder(std::uint32_t &n) const
    {
        const std::uint32_t q = quotient(n), remainder = n - q * m_divisor;
        n = q;
        return remainder;
    }

private:
    std::uint32_t m_divisor, m_factor = 0, m_shift = 0;
};

}  // namespace trainyard::cuda
