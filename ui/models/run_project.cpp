#include "ui/models/run_project.h"

#include <nlohmann/json.hpp>

namespace trainyard::ui {

Result<Project> projectOfRun(const RunRecord &run, Project base)
{
    using Json = nlohmann::ordered_json;
    const Json graph = Json::parse(run.graphJson, nullptr, false), config = Json::parse(run.configJson, nullptr, false);
    if (!graph.is_object() || !graph.contains("graph") || !config.is_object() || !config.contains("training") || !config.contains("data"))
        return fail(ErrorCode::InvalidFile, "The record of \"{}\" is damaged: its network or settings cannot be read.", run.name);
    TRAINYARD_TRY(base.graph, graphFromJson(graph["graph"], graph.value("layout", Json::object())));
    TRAINYARD_TRY(base.data, dataFromJson(config["data"]));
    TRAINYARD_TRY(base.training, trainingFromJson(config["training"]));
    return base;
}

}  // namespace trainyard::ui
