#include "ui/models/run_project.h"

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"

namespace trainyard::ui {

Result<Project> projectOfRun(const RunRecord &run, Project base)
{
    using Json = nlohmann::ordered_json;
    const Json graph = parseJson<Json>(run.graphJson), config = parseJson<Json>(run.configJson);
    if (!graph.is_object() || !graph.contains("graph") || !config.is_object() || !config.contains("training") || !config.contains("data"))
        return fail(ErrorCode::InvalidFile, "The record of \"{}\" is damaged: its network or settings cannot be read.", run.name);
    TRAINYARD_TRY(base.graph, graphFromJson(graph["graph"], graph.value("layout", Json::object())));
    TRAINYARD_TRY(base.data, dataFromJson(config["data"]));
    TRAINYARD_TRY(base.training, trainingFromJson(config["training"]));
    return base;
}

}  // namespace trainyard::ui
