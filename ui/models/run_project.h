// A past run as a project again: its network, data settings and training settings.
#pragma once

#include "engine/api/project.h"
#include "engine/storage/run_record.h"

namespace trainyard::ui {

// base with what the run was made of; its name and folder stay. run is complete (RunStore::run). Errors: InvalidFile, where
// the record is damaged or of a newer kind.
Result<Project> projectOfRun(const RunRecord &run, Project base);

}  // namespace trainyard::ui
