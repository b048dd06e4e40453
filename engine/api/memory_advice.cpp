#include "engine/api/memory_advice.h"

#include "engine/api/device_memory.h"
#include "engine/api/forecast.h"
#include "engine/base/format.h"

namespace trainyard {

namespace {

// "The largest batch that fits is 96."
std::string batchAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    const auto now = forecast(graph, data, config);
    if (!now || !now->available)
        return {};
    std::uint64_t budget = *now->available;
    // The person's limit is of arena and data alone.
    if (const auto limit = deviceSettingsOf(config).memoryLimit; limit > 0)
        budget = std::min(budget, limit + now->overheadBytes.value_or(0));
    const auto batch = largestBatch(graph, data, config, budget);
    if (!batch)
        return {};
    if (*batch < 1)
        return "Not even a batch of 1 fits: make the network smaller.";
    return *batch < config.batchSize ? fmt::format("The largest batch that fits is {}.", formatCount(*batch)) : std::string();
}

}  // namespace

std::string memoryAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    std::string advice = batchAdvice(graph, data, config);
    const auto backend = openBackend(config.device);
    if (const std::string holders = backend ? memoryHoldersText((*backend)->device().uuid) : std::string(); !holders.empty())
        advice += (advice.empty() ? "" : " ") + holders;
    return advice;
}

}  // namespace trainyard
