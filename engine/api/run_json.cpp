#include "engine/api/run_json.h"

#include "engine/base/json_text.h"

namespace trainyard {

Result<RunJson> runJson(const RunRecord &record, std::string_view shownAs)
{
    using Json = nlohmann::ordered_json;
    const Json graph = parseJson<Json>(record.graphJson), config = parseJson<Json>(record.configJson);
    if (!graph.is_object() || !graph.contains("graph") || !config.is_object() || !config.contains("training") || !config.contains("data"))
        return fail(ErrorCode::InvalidFile, "The record of {} is damaged: its network or settings cannot be read.", shownAs);
    return RunJson{graph["graph"], graph.value("layout", Json::object()), config["data"], config["training"]};
}

}  // namespace trainyard
