#include "engine/train/training_config.h"

#include <algorithm>

#include "engine/base/format.h"
#include "engine/metrics/metric.h"
#include "engine/train/json_settings.h"
#include "engine/train/optimizer_json.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostAccumulation = 10'000;
constexpr double kMostEmaDecay = 0.999999;
constexpr std::int64_t kMostMiB = std::int64_t{1} << 30;  // in bytes it is still far from the end of 64 bits

}  // namespace

Status checkTraining(const TrainingConfig &config, std::int64_t trainRows)
{
    if (Status optimizer = checkOptimizer(config.optimizer); !optimizer) {
        if (!optimizer.error().node.empty())
            optimizer.error().node = "optimizer." + optimizer.error().node;
        return optimizer;
    }
    if (config.epochs < 1 || config.epochs > 1'000'000)
        return fail(Error{ErrorCode::InvalidArgument, fmt::format("Epochs is {}. It must be between 1 and 1,000,000.", config.epochs), "epochs", {}});
    if (config.batchSize < 1)
        return fail(ErrorCode::InvalidArgument, "The batch size is {}. It must be at least 1.", config.batchSize);
    if (trainRows > 0 && config.batchSize > trainRows)
        return fail(ErrorCode::InvalidArgument,
                    "The batch size of {} is larger than the training part of {} rows. Set it to {} or less.",
                    formatCount(config.batchSize), formatCount(trainRows), formatCount(trainRows));
    if (config.accumulationSteps < 1 || config.accumulationSteps > kMostAccumulation)
        return fail(Error{ErrorCode::InvalidArgument, fmt::format("Accumulated batches is {}. It must be between 1, which is off, and {}.",
                                                                  config.accumulationSteps, formatCount(kMostAccumulation)),
                          "accumulation_steps", {}});
    if (trainRows > 0 && config.accumulationSteps > 1 && config.rowsPerStep() > trainRows)
        return fail(Error{ErrorCode::InvalidArgument,
                          fmt::format("{} accumulated batches of {} rows are more than the training part of {} rows. Accumulate {} or fewer.",
                                      formatCount(config.accumulationSteps), formatCount(config.batchSize), formatCount(trainRows),
                                      formatCount(trainRows / config.batchSize)),
                          "accumulation_steps", {}});
    if (!(config.emaDecay >= 0 && config.emaDecay <= kMostEmaDecay))
        return fail(Error{ErrorCode::InvalidArgument,
                          fmt::format("The decay of the weights' average is {}. It must be 0, which is off, or at most {}.", config.emaDecay, kMostEmaDecay),
                          "ema_decay", {}});
    if (config.threads < 0 || config.threads > 1024)
        return fail(ErrorCode::InvalidArgument, "Threads is {}. It must be between 0 (as many as pay) and 1,024.", config.threads);
    if (config.checkpointEveryEpochs < 0)
        return fail(ErrorCode::InvalidArgument, "Checkpoint every {} epochs makes no sense. Use 0 for never, or more.",
                    config.checkpointEveryEpochs);
    if (config.memoryLimitMiB < 0)
        return fail(ErrorCode::InvalidArgument, "A memory limit of {} MiB makes no sense. Use 0 for none, or more.", config.memoryLimitMiB);
    if (config.reserveMemory && config.memoryLimitMiB == 0)
        return fail(ErrorCode::InvalidArgument, "To reserve memory from the start, set a memory limit: it says how much to take.");
    if (config.recomputeMiB < 0 || config.recomputeMiB > kMostMiB)
        return fail(Error{ErrorCode::InvalidArgument,
                          fmt::format("A run cannot be made to fit into {} MiB. Use 0 for what is free on the device, or up to {}.", config.recomputeMiB,
                                      formatCount(kMostMiB)),
                          "recompute_mib", {}});
    TRAINYARD_CHECK(checkMetricNames(config.metrics));
    TRAINYARD_CHECK(checkLength(config.length));
    TRAINYARD_CHECK(checkEvaluation(config.evaluation));
    TRAINYARD_CHECK(checkStopping(config.stopping));
    TRAINYARD_CHECK(checkStartFrom(config.startFrom));
    TRAINYARD_CHECK(checkSampling(config.sampling));
    const std::int64_t perEpoch = stepsPerEpochOf(config, trainRows), total = totalStepsOf(config, perEpoch);
    if (Status scheduled = checkSchedule(config.schedule, {config.optimizer.learningRate, 0, perEpoch, total}); !scheduled) {
        scheduled.error().node = "schedule." + scheduled.error().node;
        return scheduled;
    }
    const ScheduleSpec *schedule = findSchedule(config.schedule.type);
    if (config.length.unit == LengthUnit::Minutes && schedule->needsTotal
        && schedule->needsTotal(LayerSettings(schedule->settings, config.schedule.settings)))
        return fail(Error{ErrorCode::InvalidArgument,
                          fmt::format("The schedule {} runs to the end of the run, and a run by minutes does not know its last step. Train by epochs or "
                                      "steps, give the schedule its own epochs where it has such a setting, or choose another.", schedule->title),
                          "schedule.type", {}});
    return {};
}

std::int64_t stepsPerEpochOf(const TrainingConfig &config, std::int64_t trainRows)
{
    const std::int64_t batch = std::max<std::int64_t>(1, config.rowsPerStep());
    return trainRows > 0 ? (trainRows + batch - 1) / batch : 0;
}

std::int64_t totalStepsOf(const TrainingConfig &config, std::int64_t stepsPerEpoch)
{
    switch (config.length.unit) {
    case LengthUnit::Epochs: return config.epochs * stepsPerEpoch;
    case LengthUnit::Steps: return config.length.steps;
    case LengthUnit::Minutes: break;
    }
    return 0;
}

nlohmann::ordered_json trainingToJson(const TrainingConfig &config)
{
    nlohmann::ordered_json json{{"epochs", config.epochs},
            {"batch_size", config.batchSize},
            {"seed", config.seed},
            {"device", config.device},
            {"threads", config.threads},
            {"precision", precisionName(config.precision)},
            {"tf32", config.tf32},
            {"autotune", config.autotune},
            {"memory_limit_mib", config.memoryLimitMiB},
            {"reserve_memory", config.reserveMemory},
            {"checkpoint_every_epochs", config.checkpointEveryEpochs},
            {"optimizer", optimizerToJson(config.optimizer)}};
    // What is as it always was is not written: files of before stay as they are.
    if (config.accumulationSteps != 1)
        json["accumulation_steps"] = config.accumulationSteps;
    if (config.emaDecay != 0)
        json["ema_decay"] = config.emaDecay;
    if (config.recompute)
        json["recompute"] = true;
    if (config.recomputeMiB != 0)
        json["recompute_mib"] = config.recomputeMiB;
    if (config.schedule != ScheduleConfig())
        json["schedule"] = scheduleToJson(config.schedule);
    if (config.length != LengthConfig())
        json["length"] = lengthToJson(config.length);
    if (config.evaluation != EvaluationConfig())
        json["evaluation"] = evaluationToJson(config.evaluation);
    if (config.stopping != StoppingConfig())
        json["early_stopping"] = stoppingToJson(config.stopping);
    if (config.best != BestConfig())
        json["keep_best"] = bestToJson(config.best);
    if (!config.metrics.empty())
        json["metrics"] = config.metrics;
    if (config.startFrom.isSet())
        json["start_from"] = startFromToJson(config.startFrom);
    if (config.sampling != SamplingConfig())
        json["sampling"] = samplingToJson(config.sampling);
    return json;
}

Result<TrainingConfig> trainingFromJson(const nlohmann::ordered_json &json)
{
    TrainingConfig config;
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"training\" must be an object with settings.");
    TRAINYARD_CHECK(readSetting(json, "epochs", config.epochs));
    TRAINYARD_CHECK(readSetting(json, "batch_size", config.batchSize));
    TRAINYARD_CHECK(readSetting(json, "accumulation_steps", config.accumulationSteps));
    TRAINYARD_CHECK(readSetting(json, "ema_decay", config.emaDecay));
    TRAINYARD_CHECK(readSetting(json, "recompute", config.recompute));
    TRAINYARD_CHECK(readSetting(json, "recompute_mib", config.recomputeMiB));
    TRAINYARD_CHECK(readSetting(json, "seed", config.seed));
    TRAINYARD_CHECK(readSetting(json, "device", config.device));
    TRAINYARD_CHECK(readSetting(json, "threads", config.threads));
    TRAINYARD_CHECK(readSetting(json, "checkpoint_every_epochs", config.checkpointEveryEpochs));
    TRAINYARD_CHECK(readSetting(json, "tf32", config.tf32));
    TRAINYARD_CHECK(readSetting(json, "autotune", config.autotune));
    TRAINYARD_CHECK(readSetting(json, "memory_limit_mib", config.memoryLimitMiB));
    TRAINYARD_CHECK(readSetting(json, "reserve_memory", config.reserveMemory));
    std::string precision = precisionName(config.precision);
    TRAINYARD_CHECK(readSetting(json, "precision", precision));
    const auto known = findPrecision(precision);
    if (!known)
        return fail(ErrorCode::InvalidFile, "The training setting \"precision\" is \"{}\". It must be float32, bfloat16 or float16.", precision);
    config.precision = *known;
    if (json.contains("schedule")) {
        TRAINYARD_TRY(config.schedule, scheduleFromJson(json.at("schedule")));
    }
    if (json.contains("length")) {
        TRAINYARD_TRY(config.length, lengthFromJson(json.at("length")));
    }
    if (json.contains("evaluation")) {
        TRAINYARD_TRY(config.evaluation, evaluationFromJson(json.at("evaluation")));
    }
    if (json.contains("early_stopping")) {
        TRAINYARD_TRY(config.stopping, stoppingFromJson(json.at("early_stopping")));
    }
    if (json.contains("keep_best")) {
        TRAINYARD_TRY(config.best, bestFromJson(json.at("keep_best")));
    }
    if (json.contains("metrics")) {
        const auto &metrics = json.at("metrics");
        if (!metrics.is_array() || !std::all_of(metrics.begin(), metrics.end(), [](const auto &name) { return name.is_string(); }))
            return fail(ErrorCode::InvalidFile, "\"metrics\" must be a list of names, as [\"accuracy\", \"f1\"].");
        config.metrics = metrics.get<std::vector<std::string>>();
    }
    if (json.contains("start_from")) {
        TRAINYARD_TRY(config.startFrom, startFromFromJson(json.at("start_from")));
    }
    if (json.contains("sampling")) {
        TRAINYARD_TRY(config.sampling, samplingFromJson(json.at("sampling")));
    }
    if (json.contains("optimizer")) {
        TRAINYARD_TRY(config.optimizer, optimizerFromJson(json.at("optimizer")));
    }
    return config;
}

}  // namespace trainyard
