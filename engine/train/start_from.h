// Where a run's first weights come from, instead of the seed: an earlier run of the project, or a safetensors file. Written
// under its own key of the training settings, and only where it is set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"

namespace trainyard {

enum class StartKind : std::uint8_t { Fresh, Run, File };

// "start_from": {"kind": "run", "run": 3, "checkpoint": "latest", "leave_out": ["head"], "match": "order"}
// "start_from": {"kind": "file", "file": "weights/body.safetensors"}
struct StartFrom {
    StartKind kind = StartKind::Fresh;
    std::int64_t run = 0;               // of StartKind::Run
    bool latest = false;                // its latest checkpoint; else its best one, where it kept one
    std::string file;                   // of StartKind::File; a relative path begins at the project's folder
    std::vector<std::string> leaveOut;  // names of layers that start as the seed says, whatever the source holds
    bool byOrder = false;               // layers whose names the source does not know are matched by order and shapes
    bool isSet() const { return kind != StartKind::Fresh; }
    bool operator==(const StartFrom &) const = default;
};

// Errors: InvalidArgument; the node is the setting's place in the file: "start_from.run".
Status checkStartFrom(const StartFrom &start);

nlohmann::ordered_json startFromToJson(const StartFrom &start);
// Errors: InvalidFile, naming the key.
Result<StartFrom> startFromFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
