#include "engine/metrics/confusion.h"

#include <cmath>

#include "engine/metrics/means.h"

namespace trainyard {

namespace {

// A larger table would take more than 2 GiB.
constexpr std::int64_t kMostClasses = 16384;

std::size_t classesIn(std::span<const double> sums)
{
    return static_cast<std::size_t>(std::llround(std::sqrt(static_cast<double>(sums.size()))));
}

ClassCounts countsOf(std::span<const double> sums, std::size_t which)
{
    const std::size_t classes = classesIn(sums);
    ClassCounts counts{sums[which * classes + which], 0, 0};
    for (std::size_t other = 0; other < classes; ++other) {
        if (other == which)
            continue;
        counts.missed += sums[which * classes + other];
        counts.wrong += sums[other * classes + which];
    }
    return counts;
}

double micro(std::span<const double> sums, double (*of)(const ClassCounts &))
{
    ClassCounts all;
    for (std::size_t c = 0; c < classesIn(sums); ++c) {
        const ClassCounts own = countsOf(sums, c);
        all = {all.right + own.right, all.missed + own.missed, all.wrong + own.wrong};
    }
    return of(all);
}

double macro(std::span<const double> sums, double (*of)(const ClassCounts &))
{
    double total = 0, defined = 0;
    for (std::size_t c = 0; c < classesIn(sums); ++c)
        if (const double own = of(countsOf(sums, c)); !std::isnan(own)) {
            total += own;
            defined += 1;
        }
    return defined > 0 ? total / defined : kNotCounted;
}

}  // namespace

Result<ValueId> confusionSums(MetricEmitter &emitter)
{
    const MetricTask &task = emitter.task();
    const ConfusionAttributes attributes{task.loss.scores == Scores::Answers, task.loss.ignoreIndex};
    return emitter.sums("confusion", Shape{task.classes(), task.classes()}, OpKind::AccumulateConfusion, attributes,
                        {task.predictions, task.loss.targets});
}

bool judgesClasses(const MetricTask &task)
{
    return task.loss.scores == Scores::Classes || task.loss.scores == Scores::Answers;
}

MetricSpec confusionMetric(std::string name, std::string title, std::string summary, double (*of)(const ClassCounts &))
{
    MetricSpec spec;
    spec.name = std::move(name);
    spec.title = std::move(title);
    spec.summary = std::move(summary);
    spec.higherIsBetter = true;
    spec.isShare = true;
    spec.byClass = true;
    spec.fits = judgesClasses;
    spec.refuse = [](const MetricChoice &, const MetricTask &task) -> std::optional<std::string> {
        if (task.classes() <= kMostClasses)
            return std::nullopt;
        return fmt::format("its table has room for {} classes, there are {}.", kMostClasses, task.classes());
    };
    spec.emitOps = [](MetricEmitter &emitter, const MetricChoice &) { return confusionSums(emitter); };
    spec.value = [of](const MetricChoice &choice, std::span<const double> sums) {
        switch (choice.averaging) {
        case Averaging::Micro: return micro(sums, of);
        case Averaging::OneClass: return of(countsOf(sums, static_cast<std::size_t>(choice.number)));
        case Averaging::Macro: break;
        }
        return classesIn(sums) == 2 && choice.ofAnswers ? of(countsOf(sums, 1)) : macro(sums, of);
    };
    return spec;
}

}  // namespace trainyard
