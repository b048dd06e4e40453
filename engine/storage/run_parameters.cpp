#include "engine/storage/run_parameters.h"

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"

namespace trainyard {

namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 32;  // far beyond any configuration; keeps a hostile file from exhausting the stack

void flatten(const Json &value, const std::string &key, int depth, std::vector<RunParameter> &out)
{
    if (value.is_structured() && !value.empty() && depth < kDeepest) {
        for (const auto &item : value.items())
            flatten(item.value(), key.empty() ? item.key() : key + "." + item.key(), depth + 1, out);
        return;
    }
    RunParameter parameter{key, std::nullopt, {}};
    if (value.is_number())
        parameter.number = value.get<double>();
    else if (value.is_boolean())
        parameter.number = value.get<bool>() ? 1.0 : 0.0;
    parameter.text = value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    out.push_back(std::move(parameter));
}

}  // namespace

std::vector<RunParameter> flattenParameters(std::string_view configJson)
{
    std::vector<RunParameter> parameters;
    const Json config = parseJson<Json>(configJson);
    if (config.is_structured() && !config.empty())
        flatten(config, {}, 0, parameters);
    return parameters;
}

}  // namespace trainyard
