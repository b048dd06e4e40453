// How to train: everything on the Train page, saved with the project and with each run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "engine/optim/optimizer.h"
#include "engine/program/precision.h"
#include "engine/train/run_control.h"
#include "engine/train/sampling_config.h"
#include "engine/train/schedules/schedule.h"
#include "engine/train/start_from.h"

namespace trainyard {

struct TrainingConfig {
    OptimizerConfig optimizer;
    std::int64_t epochs = 30;
    std::int64_t batchSize = 32;
    std::int64_t accumulationSteps = 1;  // batches whose gradients make one step together
    double emaDecay = 0;                 // above 0: of the running average of the weights that evaluation uses
    std::uint64_t seed = 1;              // of initialization, order and dropout; the split has its own
    std::string device = "auto";
    int threads = 0;                     // CPU threads; 0: as many as pay
    Precision precision = Precision::Float32;
    bool tf32 = false;                   // GPU: float32 products with factors rounded to 10 bits of mantissa
    bool autotune = false;               // GPU: time the kernels there are for each shape before the first step
    std::int64_t memoryLimitMiB = 0;     // GPU: the most a run may take; 0: what is free
    bool reserveMemory = false;          // GPU: take the whole limit at once, so that no other program can
    // What layers do not ask for themselves: as many results of the forward pass as it takes for a run to fit are not kept, but
    // worked out again in the backward pass.
    bool recompute = false;
    std::int64_t recomputeMiB = 0;       // what the run has to fit into; 0: what is free on the device
    std::int64_t checkpointEveryEpochs = 5;  // 0: only on stop and on request
    ScheduleConfig schedule;             // of the learning rate
    LengthConfig length;                 // in epochs, as above, unless it says otherwise
    EvaluationConfig evaluation;
    StoppingConfig stopping;
    BestConfig best;
    SamplingConfig sampling;             // of networks that learn a text: what they write after each evaluation
    std::vector<std::string> metrics;    // by name, beside the loss; none: the defaults of the network's loss
    StartFrom startFrom;                 // whose weights it begins with; unless set, the seed's
    // Of each optimizer step. The last one of an epoch is filled up from the epoch's beginning, whole batches as well.
    std::int64_t rowsPerStep() const { return batchSize * accumulationSteps; }
    bool operator==(const TrainingConfig &) const = default;
};

// Steps of one epoch; 0 where the rows are not known.
std::int64_t stepsPerEpochOf(const TrainingConfig &config, std::int64_t trainRows);
// Steps of the whole run; 0 where they are not known before it: by minutes, or with a stepsPerEpoch of 0.
std::int64_t totalStepsOf(const TrainingConfig &config, std::int64_t stepsPerEpoch);

// Range checks, with trainRows for "batch larger than the data" (0: not known). Errors: InvalidArgument; of one
// setting the node is the setting's place in the file: "schedule.warmup".
Status checkTraining(const TrainingConfig &config, std::int64_t trainRows);

nlohmann::ordered_json trainingToJson(const TrainingConfig &config);
Result<TrainingConfig> trainingFromJson(const nlohmann::ordered_json &json);

}  // namespace trainyard
