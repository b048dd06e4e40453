#include "engine/train/start_from.h"

#include <algorithm>

#include "engine/train/json_settings.h"

namespace trainyard {

namespace {

constexpr const char *kRun = "run", *kFile = "file", *kBest = "best", *kLatest = "latest", *kName = "name", *kOrder = "order";

// Reads a text that must be one of two; returns whether it is the second. Absent: the first.
Result<bool> readSecond(const nlohmann::ordered_json &json, const char *key, const char *first, const char *second)
{
    std::string word = first;
    TRAINYARD_CHECK(readSetting(json, key, word));
    if (word != first && word != second)
        return fail(ErrorCode::InvalidFile, "\"{}\" of \"start_from\" is \"{}\". It must be {} or {}.", key, word, first, second);
    return word == second;
}

}  // namespace

Status checkStartFrom(const StartFrom &start)
{
    if (start.kind == StartKind::Run && start.run < 1)
        return fail(Error{ErrorCode::InvalidArgument, "No run is named to start from. Choose one, or start with fresh weights.", "start_from.run", {}});
    if (start.kind == StartKind::File && start.file.empty())
        return fail(Error{ErrorCode::InvalidArgument, "No file is named to start from. Choose one, or start with fresh weights.", "start_from.file", {}});
    return {};
}

nlohmann::ordered_json startFromToJson(const StartFrom &start)
{
    nlohmann::ordered_json json;
    if (start.kind == StartKind::Run)
        json = {{"kind", kRun}, {"run", start.run}};
    else
        json = {{"kind", kFile}, {"file", start.file}};
    if (start.kind == StartKind::Run && start.latest)
        json["checkpoint"] = kLatest;
    if (!start.leaveOut.empty())
        json["leave_out"] = start.leaveOut;
    if (start.byOrder)
        json["match"] = kOrder;
    return json;
}

Result<StartFrom> startFromFromJson(const nlohmann::ordered_json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"start_from\" must be an object with settings.");
    StartFrom start;
    TRAINYARD_TRY(const bool fromFile, readSecond(json, "kind", kRun, kFile));
    start.kind = fromFile ? StartKind::File : StartKind::Run;
    TRAINYARD_CHECK(readSetting(json, "run", start.run));
    TRAINYARD_CHECK(readSetting(json, "file", start.file));
    TRAINYARD_TRY(start.latest, readSecond(json, "checkpoint", kBest, kLatest));
    TRAINYARD_TRY(start.byOrder, readSecond(json, "match", kName, kOrder));
    if (json.contains("leave_out")) {
        const auto &names = json.at("leave_out");
        if (!names.is_array() || !std::all_of(names.begin(), names.end(), [](const auto &name) { return name.is_string(); }))
            return fail(ErrorCode::InvalidFile, "\"leave_out\" of \"start_from\" must be a list of layers' names, as [\"head\"].");
        start.leaveOut = names.get<std::vector<std::string>>();
    }
    return start;
}

}  // namespace trainyard
