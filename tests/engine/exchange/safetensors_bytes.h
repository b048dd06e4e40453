// The bytes of a safetensors file with any header, right or wrong, for tests.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace trainyard::test {

inline std::string container(const std::string &header, const std::string &data = {})
{
    std::string bytes(8, '\0');
    const std::uint64_t length = header.size();
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data;
}

}  // namespace trainyard::test
