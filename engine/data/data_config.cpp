#include "engine/data/data_config.h"

#include <array>
#include <cmath>
#include <string_view>

#include <nlohmann/json.hpp>

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostShift = 1u << 30;  // no image is as large
constexpr std::int64_t kMostWindow = 1 << 24;  // no network sees as much at once
constexpr std::array kFormats{"csv", "idx", "text", "series"};
constexpr std::array kRoles{"feature", "target", "ignore"};
constexpr std::array kKinds{"numeric", "categorical"};
constexpr std::array kMissing{"mean", "drop_row", "error"};
constexpr std::array kScalings{"none", "standardize", "min_max"};
constexpr std::array kTargets{"class_index", "one_hot", "value", "none"};
constexpr std::array kHeaders{"auto", "yes", "no"};
constexpr std::array kTokens{"characters", "bytes"};

auto wrong(std::string_view key, std::string_view expected)
{
    return fail(ErrorCode::InvalidFile, "The data setting \"{}\" must be {}.", key, expected);
}

template <typename Enum, std::size_t N>
Status readEnum(const Json &json, const char *key, const std::array<const char *, N> &names, Enum &value)
{
    if (!json.contains(key))
        return {};
    std::string all;
    for (std::size_t i = 0; i < N; ++i) {
        if (json[key].is_string() && json[key].template get<std::string>() == names[i]) {
            value = static_cast<Enum>(i);
            return {};
        }
        all += fmt::format("{}\"{}\"", i == 0 ? "" : i + 1 == N ? " or " : ", ", names[i]);
    }
    return wrong(key, all);
}

Status readText(const Json &json, const char *key, std::string &value)
{
    if (!json.contains(key))
        return {};
    if (!json[key].is_string())
        return wrong(key, "a text");
    value = json[key].get<std::string>();
    return {};
}

Status readShare(const Json &json, const char *key, double &value)
{
    if (!json.contains(key))
        return {};
    if (!json[key].is_number() || !(json[key].get<double>() >= 0 && json[key].get<double>() < 1))
        return wrong(key, "a number from 0 to less than 1");
    value = json[key].get<double>();
    return {};
}

Status readColumns(const Json &json, std::vector<ColumnConfig> &columns)
{
    if (!json.contains("columns"))
        return {};
    if (!json["columns"].is_array())
        return wrong("columns", "a list");
    for (const Json &item : json["columns"]) {
        ColumnConfig column;
        if (!item.is_object() || !item.contains("name"))
            return wrong("columns", "a list of objects with a name");
        TRAINYARD_CHECK(readText(item, "name", column.name));
        TRAINYARD_CHECK(readEnum(item, "role", kRoles, column.role));
        TRAINYARD_CHECK(readEnum(item, "kind", kKinds, column.kind));
        columns.push_back(std::move(column));
    }
    return {};
}

Status readSplit(const Json &json, SplitConfig &split)
{
    if (!json.contains("split"))
        return {};
    const Json &item = json["split"];
    if (!item.is_object())
        return wrong("split", "an object");
    TRAINYARD_CHECK(readShare(item, "validation_share", split.validationShare));
    TRAINYARD_CHECK(readShare(item, "test_share", split.testShare));
    if (item.contains("seed")) {
        if (!item["seed"].is_number_unsigned() && !(item["seed"].is_number_integer() && item["seed"].get<std::int64_t>() >= 0))
            return wrong("seed", "a whole number from 0");
        split.seed = item["seed"].get<std::uint64_t>();
    }
    if (item.contains("stratified")) {
        if (!item["stratified"].is_boolean())
            return wrong("stratified", "true or false");
        split.stratified = item["stratified"].get<bool>();
    }
    return {};
}

Status readAugment(const Json &json, AugmentConfig &augment)
{
    if (!json.contains("augment"))
        return {};
    const Json &item = json["augment"];
    if (!item.is_object())
        return wrong("augment", "an object");
    if (item.contains("flip_horizontal")) {
        if (!item["flip_horizontal"].is_boolean())
            return wrong("flip_horizontal", "true or false");
        augment.flipHorizontal = item["flip_horizontal"].get<bool>();
    }
    if (item.contains("max_shift")) {
        const Json &shift = item["max_shift"];
        if (!shift.is_number_integer() || (shift.is_number_unsigned() ? shift.get<std::uint64_t>() > kMostShift : shift.get<std::int64_t>() < 0))
            return wrong("max_shift", "a whole number of pixels from 0");
        augment.maxShift = shift.get<std::int64_t>();
    }
    return {};
}

Status readCount(const Json &json, const char *key, std::int64_t &value)
{
    if (!json.contains(key))
        return {};
    const Json &item = json[key];
    if (!item.is_number_integer() || item.get<double>() < 1 || item.get<double>() > kMostWindow)
        return wrong(key, fmt::format("a whole number from 1 to {}", kMostWindow));
    value = item.get<std::int64_t>();
    return {};
}

Status readWindow(const Json &json, WindowConfig &window)
{
    if (!json.contains("window"))
        return {};
    const Json &item = json["window"];
    if (!item.is_object())
        return wrong("window", "an object");
    TRAINYARD_CHECK(readCount(item, "length", window.length));
    TRAINYARD_CHECK(readCount(item, "stride", window.stride));
    TRAINYARD_CHECK(readCount(item, "horizon", window.horizon));
    return readEnum(item, "tokens", kTokens, window.tokens);
}

}  // namespace

const char *name(DataFormat value) { return kFormats[static_cast<std::size_t>(value)]; }
const char *name(ColumnRole value) { return kRoles[static_cast<std::size_t>(value)]; }
const char *name(ColumnKind value) { return kKinds[static_cast<std::size_t>(value)]; }
const char *name(MissingValues value) { return kMissing[static_cast<std::size_t>(value)]; }
const char *name(Scaling value) { return kScalings[static_cast<std::size_t>(value)]; }
const char *name(TargetKind value) { return kTargets[static_cast<std::size_t>(value)]; }
const char *name(HeaderRow value) { return kHeaders[static_cast<std::size_t>(value)]; }
const char *name(TokenKind value) { return kTokens[static_cast<std::size_t>(value)]; }

Json dataToJson(const DataConfig &config)
{
    Json columns = Json::array();
    for (const ColumnConfig &column : config.columns)
        columns.push_back(Json{{"name", column.name}, {"role", name(column.role)}, {"kind", name(column.kind)}});
    Json json = Json::object();
    json["format"] = name(config.format);
    json["file"] = config.file;
    json["labels_file"] = config.labelsFile;
    json["test_file"] = config.testFile;
    json["test_labels_file"] = config.testLabelsFile;
    json["header"] = name(config.header);
    json["delimiter"] = config.delimiter == 0 ? std::string() : std::string(1, config.delimiter);
    json["columns"] = std::move(columns);
    json["sample_shape"] = config.sampleShape;
    json["target"] = name(config.target);
    json["missing"] = name(config.missing);
    json["scaling"] = name(config.scaling);
    json["target_scaling"] = name(config.targetScaling);
    json["split"] = Json{{"validation_share", config.split.validationShare},
                         {"test_share", config.split.testShare},
                         {"seed", config.split.seed},
                         {"stratified", config.split.stratified}};
    if (config.augment.any())
        json["augment"] = Json{{"flip_horizontal", config.augment.flipHorizontal}, {"max_shift", config.augment.maxShift}};
    if (config.format == DataFormat::Text || config.format == DataFormat::Series)
        json["window"] = Json{{"length", config.window.length},
                              {"stride", config.window.stride},
                              {"horizon", config.window.horizon},
                              {"tokens", name(config.window.tokens)}};
    return json;
}

Result<DataConfig> dataFromJson(const Json &json)
{
    DataConfig config;
    if (!json.is_object())
        return wrong("data", "an object");
    TRAINYARD_CHECK(readEnum(json, "format", kFormats, config.format));
    TRAINYARD_CHECK(readText(json, "file", config.file));
    TRAINYARD_CHECK(readText(json, "labels_file", config.labelsFile));
    TRAINYARD_CHECK(readText(json, "test_file", config.testFile));
    TRAINYARD_CHECK(readText(json, "test_labels_file", config.testLabelsFile));
    TRAINYARD_CHECK(readEnum(json, "header", kHeaders, config.header));
    std::string delimiter;
    TRAINYARD_CHECK(readText(json, "delimiter", delimiter));
    if (delimiter.size() > 1 || delimiter.find_first_of("\"\r\n") != delimiter.npos)
        return wrong("delimiter", "one character, or empty to find it out");
    config.delimiter = delimiter.empty() ? '\0' : delimiter[0];
    TRAINYARD_CHECK(readColumns(json, config.columns));
    if (json.contains("sample_shape")) {
        if (!json["sample_shape"].is_array())
            return wrong("sample_shape", "a list of whole numbers");
        for (const Json &size : json["sample_shape"]) {
            if (!size.is_number_integer() || size.get<std::int64_t>() < 1)
                return wrong("sample_shape", "a list of whole numbers from 1");
            config.sampleShape.push_back(size.get<std::int64_t>());
        }
    }
    TRAINYARD_CHECK(readEnum(json, "target", kTargets, config.target));
    TRAINYARD_CHECK(readEnum(json, "missing", kMissing, config.missing));
    TRAINYARD_CHECK(readEnum(json, "scaling", kScalings, config.scaling));
    TRAINYARD_CHECK(readEnum(json, "target_scaling", kScalings, config.targetScaling));
    TRAINYARD_CHECK(readSplit(json, config.split));
    TRAINYARD_CHECK(readAugment(json, config.augment));
    TRAINYARD_CHECK(readWindow(json, config.window));
    return config;
}

}  // namespace trainyard
