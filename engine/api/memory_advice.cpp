#include "engine/api/memory_advice.h"

#include "engine/api/device_memory.h"
#include "engine/api/forecast.h"
#include "engine/base/format.h"

namespace trainyard {

namespace {

// "With recomputation it fits, at 21 % more work: Recompute to fit, on the Train page." Empty: it would not, or is on.
std::string recomputationAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config, std::uint64_t budget, const Forecast &now)
{
    const std::uint64_t beside = now.deviceDataBytes + now.overheadBytes.value_or(0);
    if (config.recompute || budget <= beside)
        return {};
    TrainingConfig tried = config;
    tried.recompute = true;
    tried.recomputeMiB = static_cast<std::int64_t>((budget - beside) >> 20);
    const auto again = tried.recomputeMiB > 0 ? forecast(graph, data, tried) : Result<Forecast>(fail(ErrorCode::OutOfMemory, "no memory"));
    if (!again || !again->recomputation)
        return {};
    return fmt::format("With recomputation it fits, at {} more work: turn on Recompute to fit, or --recompute.", formatPercent(again->recomputation->extraFlops));
}

// "The largest batch that fits is 96."
std::string batchAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config, std::uint64_t budget)
{
    const auto batch = largestBatch(graph, data, config, budget);
    if (!batch)
        return {};
    if (*batch < 1)
        return "Not even a batch of 1 fits: make the network smaller.";
    return *batch < config.batchSize ? fmt::format("The largest batch that fits is {}.", formatCount(*batch)) : std::string();
}

std::string sizeAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    TrainingConfig plain = config;
    plain.recompute = false;
    const auto now = forecast(graph, data, plain);
    if (!now || !now->available)
        return {};
    std::uint64_t budget = *now->available;
    // The person's limit is of arena and data alone.
    if (const auto limit = deviceSettingsOf(config).memoryLimit; limit > 0)
        budget = std::min(budget, limit + now->overheadBytes.value_or(0));
    std::string advice = batchAdvice(graph, data, config, budget);
    if (const std::string more = recomputationAdvice(graph, data, config, budget, *now); !more.empty())
        advice += (advice.empty() ? "" : " ") + more;
    return advice;
}

}  // namespace

std::string memoryAdvice(const Graph &graph, const DataTypes &data, const TrainingConfig &config)
{
    std::string advice = sizeAdvice(graph, data, config);
    const auto backend = openBackend(config.device);
    if (const std::string holders = backend ? memoryHoldersText((*backend)->device().uuid) : std::string(); !holders.empty())
        advice += (advice.empty() ? "" : " ") + holders;
    return advice;
}

}  // namespace trainyard
