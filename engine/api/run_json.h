// What a run's record holds as JSON: the network and the settings it was trained with.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "engine/base/result.h"
#include "engine/storage/run_record.h"

namespace trainyard {

struct RunJson {
    nlohmann::ordered_json graph, layout, data, training;
};

// shownAs: how a message names the run. Errors: InvalidFile: the record is damaged.
Result<RunJson> runJson(const RunRecord &record, std::string_view shownAs);

}  // namespace trainyard
