#include "engine/train/rate_sweep.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/format.h"
#include "engine/train/epoch_order.h"

namespace trainyard {

namespace {

constexpr std::int64_t kFewestSteps = 20, kMostSteps = 100'000;
constexpr double kSmoothing = 0.9;        // of the exponential mean, corrected for its beginning
constexpr double kRunAway = 4;            // times the lowest smoothed loss
constexpr std::size_t kLeastReach = 3, kReachShare = 12;  // a slope is taken over a twelfth of the curve at each side
constexpr double kLeastFall = 0.02;       // of the first smoothed loss: less is no fall

double twoDigits(double value)
{
    const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
    return std::stod(fmt::format("{:.1e}", std::round(value / unit) * unit));
}

}  // namespace

Status checkRateSweep(const RateSweepSettings &settings)
{
    const auto refuse = [](const char *setting, std::string message) { return fail(Error{ErrorCode::InvalidArgument, std::move(message), setting, {}}); };
    if (!(settings.from > 0) || !std::isfinite(settings.from))
        return refuse("from", fmt::format("The lowest rate is {}. It must be above 0 and finite.", formatSignificant(settings.from)));
    if (!(settings.to > settings.from) || !(settings.to <= 1e6))
        return refuse("to", fmt::format("The highest rate is {}. It must be above the lowest, which is {}, and at most 1,000,000.",
                                        formatSignificant(settings.to), formatSignificant(settings.from)));
    if (settings.steps < kFewestSteps || settings.steps > kMostSteps)
        return refuse("steps", fmt::format("Steps is {}. It must be between {} and {}.", formatCount(settings.steps), kFewestSteps, formatCount(kMostSteps)));
    return {};
}

void conclude(RateSweep &sweep)
{
    sweep.steepest.reset();
    sweep.lowest.reset();
    sweep.suggestion.reset();
    const auto &smoothed = sweep.smoothed;
    const std::size_t count = smoothed.size(), reach = std::max(kLeastReach, count / kReachShare);
    if (count <= 2 * reach) {
        sweep.words = "The loss ran away within a few steps. Start from a lower rate.";
        return;
    }
    const auto lowest = static_cast<std::size_t>(std::min_element(smoothed.begin(), smoothed.end()) - smoothed.begin());
    const double before = *std::max_element(smoothed.begin(), smoothed.begin() + static_cast<std::ptrdiff_t>(lowest) + 1);
    if (lowest <= reach || before - smoothed[lowest] < kLeastFall * std::abs(before)) {
        sweep.words = fmt::format("The loss did not fall at any rate up to {:.3g}. Look at the data and the network first, or take more steps.",
                                  sweep.rates.back());
        return;
    }
    // Rates are spaced evenly by their logarithms: the slope over the points is the slope over log(rate). Means of the losses
    // themselves at both sides, since the smoothed ones lag and jump where they begin.
    const auto meanOf = [&](std::size_t begin) {
        const auto from = sweep.losses.begin() + static_cast<std::ptrdiff_t>(begin);
        return std::accumulate(from, from + static_cast<std::ptrdiff_t>(reach), 0.0) / static_cast<double>(reach);
    };
    double steepestFall = 0;
    std::size_t steepest = lowest;
    for (std::size_t i = reach; i <= lowest && i + reach < count; ++i)
        if (const double fall = meanOf(i - reach) - meanOf(i + 1); fall > steepestFall) {
            steepestFall = fall;
            steepest = i;
        }
    sweep.steepest = sweep.rates[steepest];
    sweep.lowest = sweep.rates[lowest];
    sweep.suggestion = twoDigits(*sweep.steepest);
    sweep.words = fmt::format("The loss falls steepest at {:.3g} and is lowest at {:.3g}; a tenth of that is {:.3g}. Try {}.", *sweep.steepest,
                              *sweep.lowest, *sweep.lowest / 10, *sweep.suggestion);
    if (!sweep.ranAway)
        sweep.words += fmt::format(" The loss did not run away up to {:.3g}: higher rates may do as well.", sweep.rates.back());
}

Result<RateSweep> sweepRates(const Graph &graph, const Dataset &dataset, const TrainingConfig &settings, const RateSweepSettings &range,
                             const std::function<void(const RateSweep &)> &onStep, const std::stop_token &stop, const StartSource *start)
{
    TRAINYARD_CHECK(checkRateSweep(range));
    // The test has a length and rates of its own: what the run's would be does not matter.
    TrainingConfig config = settings;
    config.schedule = {};
    config.length = {LengthUnit::Steps, range.steps, 1};
    config.optimizer.learningRate = range.from;
    TRAINYARD_CHECK(checkTraining(config, static_cast<std::int64_t>(dataset.train.size())));
    TRAINYARD_TRY(Model model, Model::create(graph, dataset, config, deviceSettingsOf(config)));
    if (start)
        TRAINYARD_CHECK(startModel(model, graph, *start, config.startFrom));
    EpochOrder order(dataset.train, config.rowsPerStep(), config.seed);
    TRAINYARD_TRY(std::vector<double> before, model.trainingSums());
    RateSweep sweep;
    double mean = 0, weight = 0, lowest = std::numeric_limits<double>::infinity();
    for (std::int64_t step = 0; step < range.steps; ++step) {
        if (stop.stop_requested())
            return sweep;
        if (step % order.stepsPerEpoch() == 0)
            order.begin(step / order.stepsPerEpoch());
        const double share = static_cast<double>(step) / static_cast<double>(range.steps - 1);
        const double rate = range.from * std::pow(range.to / range.from, share);
        TRAINYARD_CHECK(model.trainStep(order.batch(step % order.stepsPerEpoch()),
                                        {config.seed, static_cast<std::uint64_t>(step), static_cast<float>(rate), static_cast<std::int32_t>(config.batchSize)}));
        TRAINYARD_TRY(std::vector<double> sums, model.trainingSums());
        std::vector<double> own(sums.size());
        for (std::size_t i = 0; i < sums.size(); ++i)
            own[i] = sums[i] - before[i];
        before = std::move(sums);
        const double loss = model.metricsOf(own).front().value;
        if (!std::isfinite(loss)) {
            sweep.ranAway = true;
            break;
        }
        mean = kSmoothing * mean + (1 - kSmoothing) * loss;
        weight = kSmoothing * weight + (1 - kSmoothing);
        const double smoothed = mean / weight;
        sweep.rates.push_back(rate);
        sweep.losses.push_back(loss);
        sweep.smoothed.push_back(smoothed);
        if (onStep)
            onStep(sweep);
        lowest = std::min(lowest, smoothed);
        if (step > kFewestSteps / 2 && lowest > 0 && smoothed > kRunAway * lowest) {
            sweep.ranAway = true;
            break;
        }
    }
    conclude(sweep);
    return sweep;
}

}  // namespace trainyard
