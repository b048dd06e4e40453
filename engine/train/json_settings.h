// Reading settings from JSON: of the right kind, in the range of their type, with the key's name in the error.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"

namespace trainyard {

// Reads json[key] into value when it is there. Errors: InvalidFile.
template <typename T>
Status readSetting(const nlohmann::ordered_json &json, const char *key, T &value)
{
    if (!json.contains(key))
        return {};
    const auto &item = json.at(key);
    bool fits;
    if constexpr (std::is_same_v<T, bool>)
        fits = item.is_boolean();
    else if constexpr (std::is_same_v<T, std::string>)
        fits = item.is_string();
    else if constexpr (std::is_floating_point_v<T>)
        fits = item.is_number();
    else if (item.is_number_unsigned())
        fits = std::in_range<T>(item.template get<std::uint64_t>());
    else
        fits = item.is_number_integer() && std::in_range<T>(item.template get<std::int64_t>());
    if (!fits)
        return fail(ErrorCode::InvalidFile, "The training setting \"{}\" has the value {}, which is of the wrong kind or too large.", key, item.dump());
    value = item.template get<T>();
    return {};
}

}  // namespace trainyard
