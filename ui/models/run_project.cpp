#include "ui/models/run_project.h"

#include "engine/api/run_json.h"

namespace trainyard::ui {

Result<Project> projectOfRun(const RunRecord &run, Project base)
{
    TRAINYARD_TRY(const RunJson json, runJson(run, "\"" + run.name + "\""));
    TRAINYARD_TRY(base.graph, graphFromJson(json.graph, json.layout));
    TRAINYARD_TRY(base.data, dataFromJson(json.data));
    TRAINYARD_TRY(base.training, trainingFromJson(json.training));
    return base;
}

}  // namespace trainyard::ui
