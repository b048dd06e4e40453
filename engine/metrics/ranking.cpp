#include "engine/metrics/ranking.h"

#include <algorithm>
#include <cmath>

#include "engine/metrics/confusion.h"
#include "engine/metrics/means.h"

namespace trainyard {

namespace {

// log softmax of one entry: it ranks as the probability does, and tells large ones apart.
float logProbability(std::span<const float> row, std::size_t which)
{
    const float most = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const float x : row)
        sum += std::exp(static_cast<double>(x) - static_cast<double>(most));
    return static_cast<float>(static_cast<double>(row[which]) - static_cast<double>(most) - std::log(sum));
}

std::vector<Ranked> rankedBy(const ScoreTable &table, std::size_t which)
{
    std::vector<Ranked> all;
    all.reserve(table.classes.size());
    for (std::size_t r = 0; r < table.classes.size(); ++r) {
        if (table.classes[r] < 0)
            continue;
        if (table.scores == Scores::Answers)
            all.push_back({table.predictions[r], table.classes[r] == 1});
        else
            all.push_back({logProbability(std::span(table.predictions).subspan(r * table.columns, table.columns), which),
                           table.classes[r] == static_cast<std::int32_t>(which)});
    }
    std::sort(all.begin(), all.end(), [](const Ranked &a, const Ranked &b) { return a.score > b.score; });
    return all;
}

}  // namespace

double overClasses(const ScoreTable &table, double (*of)(std::span<const Ranked>))
{
    if (table.scores == Scores::Answers || table.columns == 2)
        return of(rankedBy(table, 1));
    double total = 0, defined = 0;
    for (std::size_t c = 0; c < table.columns; ++c)
        if (const double own = of(rankedBy(table, c)); !std::isnan(own)) {
            total += own;
            defined += 1;
        }
    return defined > 0 ? total / defined : kNotCounted;
}

bool ranks(const MetricTask &task)
{
    return judgesClasses(task) && task.ofData;
}

}  // namespace trainyard
