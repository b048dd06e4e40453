// Everything a run needs to go on as if it had never stopped. Written as safetensors: weights under their own names,
// running statistics and optimizer state beside them, the counters in the metadata.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/backends/backend.h"
#include "engine/base/result.h"
#include "engine/exchange/safetensors.h"
#include "engine/train/judge.h"
#include "engine/train/schedules/learning_rate.h"

namespace trainyard {

// All randomness is a function of (seed, step, ...), and the order of the data of (seed, epoch): the counters are the
// whole state of the generators.
struct Checkpoint {
    SafetensorsFile tensors;       // "conv1/weights", ..., "optimizer/conv1/weights/velocity"
    std::uint64_t seed = 0;
    std::int64_t step = 0;         // optimizer steps done
    std::int64_t epoch = 0;        // epochs finished
    std::int64_t stepInEpoch = 0;  // the position in the epoch's order
    double learningRate = 0;
    int threads = 0;               // what decides the bits on the CPU
    std::string instructionSet;
    std::string library;           // "oneDNN 2.6.3": another one means a warning, not a refusal
    KernelChoices kernelChoices;   // what decides the bits on a GPU
    double secondsTrained = 0;
    JudgeState judge;              // the best evaluation so far, and how long there was none better
    std::optional<LearningRateState> rate;  // absent in checkpoints that were made before there were schedules
    std::vector<double> metricSums;  // accumulators in the middle of an epoch, one after another
};

// Whether the metadata of a safetensors file are those of a checkpoint.
bool isCheckpoint(const std::map<std::string, std::string> &metadata);

Status writeCheckpoint(const std::filesystem::path &path, const Checkpoint &checkpoint);
Result<Checkpoint> readCheckpoint(const std::filesystem::path &path);

}  // namespace trainyard
