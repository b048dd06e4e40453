#include "engine/train/decision_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/train/model.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostPoints = 4000;
constexpr float kMargin = 0.06f;  // of the range, on each side

std::pair<float, float> rangeWithMargin(const std::vector<float> &values)
{
    float low = std::numeric_limits<float>::infinity(), high = -low;
    for (const float value : values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (!(low < high)) {  // one value, or none
        const float middle = low <= high ? low : 0.0f;
        return {middle - 1, middle + 1};
    }
    const float margin = kMargin * (high - low);
    return {low - margin, high + margin};
}

void addTarget(PlanePoints &points, const Dataset &dataset, std::size_t row)
{
    if (dataset.targets.type.dtype == DType::I32) {
        points.classes.push_back(dataset.targets.as<std::int32_t>()[row]);
        return;
    }
    const auto width = static_cast<std::size_t>(dataset.targetShape().elements());
    const auto target = dataset.targets.as<float>().subspan(row * width, width);
    if (points.classNames.empty())
        points.values.push_back(target[0]);
    else if (width == 1)
        points.classes.push_back(target[0] > 0.5f ? 1 : 0);
    else
        points.classes.push_back(static_cast<std::int32_t>(std::max_element(target.begin(), target.end()) - target.begin()));
}

float sigmoid(float x)
{
    return 1.0f / (1.0f + std::exp(-x));
}

// Of scores of classes: the largest, and its share of the softmax.
std::pair<std::int32_t, float> winnerOf(std::span<const float> scores)
{
    const auto best = std::max_element(scores.begin(), scores.end());
    float sum = 0;
    for (const float score : scores)
        sum += std::exp(score - *best);
    return {static_cast<std::int32_t>(best - scores.begin()), 1.0f / sum};
}

// Of answers that are each a yes or a no: a single one says which of two classes it is.
std::pair<std::int32_t, float> answerOf(std::span<const float> scores)
{
    if (scores.size() == 1) {
        const float yes = sigmoid(scores[0]);
        return scores[0] > 0 ? std::pair(1, yes) : std::pair(0, 1 - yes);
    }
    const auto best = std::max_element(scores.begin(), scores.end());
    return {static_cast<std::int32_t>(best - scores.begin()), sigmoid(*best)};
}

}  // namespace

std::shared_ptr<const PlanePoints> planePoints(const Dataset &dataset)
{
    auto points = std::make_shared<PlanePoints>();
    for (std::size_t axis = 0; axis < 2; ++axis)
        points->axes[axis] = axis < dataset.featureNames.size() ? dataset.featureNames[axis] : std::string(axis == 0 ? "first" : "second");
    points->classNames = dataset.classNames;
    points->valueName = dataset.targetNames.empty() ? std::string() : dataset.targetNames.front();
    const auto raw = dataset.features.as<float>();
    std::vector<float> allX, allY;
    for (std::size_t row = 0; 2 * row + 1 < raw.size(); ++row) {
        allX.push_back(raw[2 * row]);
        allY.push_back(raw[2 * row + 1]);
    }
    std::tie(points->left, points->right) = rangeWithMargin(allX);
    std::tie(points->bottom, points->top) = rangeWithMargin(allY);
    const std::size_t all = dataset.train.size() + dataset.validation.size() + dataset.test.size();
    const std::size_t stride = std::max<std::size_t>(1, (all + kMostPoints - 1) / kMostPoints);
    for (const auto *part : {&dataset.train, &dataset.validation, &dataset.test})
        for (std::size_t i = 0; i < part->size(); i += stride) {
            const auto row = static_cast<std::size_t>((*part)[i]);
            points->x.push_back(allX[row]);
            points->y.push_back(allY[row]);
            points->inTraining.push_back(part == &dataset.train);
            addTarget(*points, dataset, row);
        }
    return points;
}

Result<DecisionGrid> decisionGrid(Model &model, const Dataset &dataset, std::shared_ptr<const PlanePoints> points)
{
    constexpr int kSide = DecisionGrid::kSide;
    const Scores scores = model.trainProgram().scores;
    const bool ofClasses = scores == Scores::Classes || scores == Scores::Answers;
    if (scores == Scores::Nothing)
        return fail(ErrorCode::Unsupported, "This loss does not say how its scores are read.");
    DecisionGrid grid;
    const auto batch = static_cast<std::size_t>(model.lookProgram()->batchSize);
    std::vector<float> samples, predictions;
    const auto run = [&]() -> Status {
        const std::size_t rows = samples.size() / 2;
        if (rows == 0)
            return {};
        samples.resize(2 * batch);
        TRAINYARD_CHECK(model.look(std::as_bytes(std::span(samples)), rows, predictions));
        const std::size_t width = predictions.size() / batch;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto said = std::span(predictions).subspan(row * width, width);
            if (ofClasses) {
                const auto [winner, sureness] = scores == Scores::Classes ? winnerOf(said) : answerOf(said);
                grid.classes.push_back(winner);
                grid.sureness.push_back(std::isfinite(sureness) ? sureness : 0.0f);
            } else {
                grid.values.push_back(dataset.targetScale.empty() ? said[0] : said[0] / dataset.targetScale[0] + dataset.targetOffset[0]);
            }
        }
        samples.clear();
        return {};
    };
    for (int row = 0; row < kSide; ++row)
        for (int column = 0; column < kSide; ++column) {
            samples.push_back(points->left + (points->right - points->left) * (static_cast<float>(column) + 0.5f) / kSide);
            samples.push_back(points->bottom + (points->top - points->bottom) * (static_cast<float>(row) + 0.5f) / kSide);
            if (samples.size() == 2 * batch)
                TRAINYARD_CHECK(run());
        }
    TRAINYARD_CHECK(run());
    grid.points = std::move(points);
    return grid;
}

}  // namespace trainyard
