// How to train: everything on the Train page, saved with the project and with each run.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "engine/optim/optimizer.h"
#include "engine/program/precision.h"

namespace trainyard {

struct TrainingConfig {
    OptimizerConfig optimizer;
    std::int64_t epochs = 30;
    std::int64_t batchSize = 32;
    std::uint64_t seed = 1;              // of initialization, order and dropout; the split has its own
    std::string device = "auto";
    int threads = 0;                     // CPU threads; 0: as many as pay
    Precision precision = Precision::Float32;
    bool tf32 = false;                   // GPU: float32 products with factors rounded to 10 bits of mantissa
    bool autotune = false;               // GPU: time the kernels there are for each shape before the first step
    std::int64_t memoryLimitMiB = 0;     // GPU: the most a run may take; 0: what is free
    bool reserveMemory = false;          // GPU: take the whole limit at once, so that no other program can
    std::int64_t checkpointEveryEpochs = 5;  // 0: only on stop and on request
    bool operator==(const TrainingConfig &) const = default;
};

// Range checks, with trainRows for "batch larger than the data" (0: not known). Errors: InvalidArgument.
Status checkTraining(const TrainingConfig &config, std::int64_t trainRows);

nlohmann::ordered_json trainingToJson(const TrainingConfig &config);
Result<TrainingConfig> trainingFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
