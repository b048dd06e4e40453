// JSON from files and from the clipboard. Values are copied, compared and written by functions that call themselves for each list
// in a list, so that a text that nests without end would end the program; it is taken for damaged before it is parsed.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace trainyard {

inline constexpr int kMostJsonLevels = 500;

// Whether lists and objects stand in one another more than kMostJsonLevels deep. Takes any text.
bool nestsTooDeep(std::string_view text);

// What is no JSON, or nests too deep, is a discarded value, which is neither object nor list.
template <typename Json = nlohmann::json>
Json parseJson(std::string_view text)
{
    return nestsTooDeep(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
}

}  // namespace trainyard
