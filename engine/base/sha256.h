// SHA-256 (FIPS 180-4), so that a record can say which file it speaks of: the same text as sha256sum prints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace trainyard {

class Sha256 {
public:
    void add(std::span<const std::byte> bytes);
    std::string hex();  // of all that was added, 64 digits; ends it

private:
    void addBlock(const std::byte *block);

    std::array<std::uint32_t, 8> m_state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> m_rest{};  // of the block that is not full yet
    std::size_t m_restBytes = 0;
    std::uint64_t m_bytes = 0;
};

}  // namespace trainyard
