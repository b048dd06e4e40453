#include "engine/train/training_config.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/format.h"

namespace trainyard {

Status checkTraining(const TrainingConfig &config, std::int64_t trainRows)
{
    TRAINYARD_CHECK(checkOptimizer(config.optimizer));
    if (config.epochs < 1 || config.epochs > 1'000'000)
        return fail(ErrorCode::InvalidArgument, "Epochs is {}. It must be between 1 and 1,000,000.", config.epochs);
    if (config.batchSize < 1)
        return fail(ErrorCode::InvalidArgument, "The batch size is {}. It must be at least 1.", config.batchSize);
    if (trainRows > 0 && config.batchSize > trainRows)
        return fail(ErrorCode::InvalidArgument,
                    "The batch size of {} is larger than the training part of {} rows. Set it to {} or less.",
                    formatCount(config.batchSize), formatCount(trainRows), formatCount(trainRows));
    if (config.threads < 0 || config.threads > 1024)
        return fail(ErrorCode::InvalidArgument, "Threads is {}. It must be between 0 (as many as pay) and 1,024.", config.threads);
    if (config.checkpointEveryEpochs < 0)
        return fail(ErrorCode::InvalidArgument, "Checkpoint every {} epochs makes no sense. Use 0 for never, or more.",
                    config.checkpointEveryEpochs);
    if (config.memoryLimitMiB < 0)
        return fail(ErrorCode::InvalidArgument, "A memory limit of {} MiB makes no sense. Use 0 for none, or more.", config.memoryLimitMiB);
    if (config.reserveMemory && config.memoryLimitMiB == 0)
        return fail(ErrorCode::InvalidArgument, "To reserve memory from the start, set a memory limit: it says how much to take.");
    return {};
}

nlohmann::ordered_json trainingToJson(const TrainingConfig &config)
{
    const OptimizerConfig &optimizer = config.optimizer;
    return {{"epochs", config.epochs},
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
            {"optimizer",
             {{"type", optimizer.type},
              {"learning_rate", optimizer.learningRate},
              {"momentum", optimizer.momentum},
              {"nesterov", optimizer.nesterov},
              {"beta1", optimizer.beta1},
              {"beta2", optimizer.beta2},
              {"epsilon", optimizer.epsilon},
              {"weight_decay", optimizer.weightDecay},
              {"clip_norm", optimizer.clipNorm},
              {"clip_value", optimizer.clipValue}}}};
}

namespace {

// Reads json[key] into value when it is there; the key's name is in the error.
template <typename T>
Status read(const nlohmann::ordered_json &json, const char *key, T &value)
{
    if (!json.contains(key))
        return {};
    const auto &item = json.at(key);
    bool fits;
    if constexpr (std::is_same_v<T, bool>)
        fits = item.is_boolean();
    else if constexpr (std::is_same_v<T, std::string>)
        fits = item.is_string();
    else if constexpr (std::is_floating_point_v<T>)
        fits = item.is_number();
    else if (item.is_number_unsigned())
        fits = std::in_range<T>(item.template get<std::uint64_t>());
    else
        fits = item.is_number_integer() && std::in_range<T>(item.template get<std::int64_t>());
    if (!fits)
        return fail(ErrorCode::InvalidFile, "The training setting \"{}\" has the value {}, which is of the wrong kind or too large.", key, item.dump());
    value = item.template get<T>();
    return {};
}

}  // namespace

Result<TrainingConfig> trainingFromJson(const nlohmann::ordered_json &json)
{
    TrainingConfig config;
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"training\" must be an object with settings.");
    TRAINYARD_CHECK(read(json, "epochs", config.epochs));
    TRAINYARD_CHECK(read(json, "batch_size", config.batchSize));
    TRAINYARD_CHECK(read(json, "seed", config.seed));
    TRAINYARD_CHECK(read(json, "device", config.device));
    TRAINYARD_CHECK(read(json, "threads", config.threads));
    TRAINYARD_CHECK(read(json, "checkpoint_every_epochs", config.checkpointEveryEpochs));
    TRAINYARD_CHECK(read(json, "tf32", config.tf32));
    TRAINYARD_CHECK(read(json, "autotune", config.autotune));
    TRAINYARD_CHECK(read(json, "memory_limit_mib", config.memoryLimitMiB));
    TRAINYARD_CHECK(read(json, "reserve_memory", config.reserveMemory));
    std::string precision = precisionName(config.precision);
    TRAINYARD_CHECK(read(json, "precision", precision));
    const auto known = findPrecision(precision);
    if (!known)
        return fail(ErrorCode::InvalidFile, "The training setting \"precision\" is \"{}\". It must be float32, bfloat16 or float16.", precision);
    config.precision = *known;
    if (!json.contains("optimizer"))
        return config;
    const auto &optimizer = json.at("optimizer");
    if (!optimizer.is_object())
        return fail(ErrorCode::InvalidFile, "\"optimizer\" must be an object with settings.");
    TRAINYARD_CHECK(read(optimizer, "type", config.optimizer.type));
    TRAINYARD_CHECK(read(optimizer, "learning_rate", config.optimizer.learningRate));
    TRAINYARD_CHECK(read(optimizer, "momentum", config.optimizer.momentum));
    TRAINYARD_CHECK(read(optimizer, "nesterov", config.optimizer.nesterov));
    TRAINYARD_CHECK(read(optimizer, "beta1", config.optimizer.beta1));
    TRAINYARD_CHECK(read(optimizer, "beta2", config.optimizer.beta2));
    TRAINYARD_CHECK(read(optimizer, "epsilon", config.optimizer.epsilon));
    TRAINYARD_CHECK(read(optimizer, "weight_decay", config.optimizer.weightDecay));
    TRAINYARD_CHECK(read(optimizer, "clip_norm", config.optimizer.clipNorm));
    TRAINYARD_CHECK(read(optimizer, "clip_value", config.optimizer.clipValue));
    return config;
}

}  // namespace trainyard
