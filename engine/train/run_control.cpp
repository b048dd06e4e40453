#include "engine/train/run_control.h"

#include <cmath>

#include "engine/base/format.h"
#include "engine/train/json_settings.h"

namespace trainyard {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostSteps = 1'000'000'000'000, kMostEvaluations = 1'000'000'000;
constexpr double kMostMinutes = 60.0 * 24 * 366;
constexpr LengthUnit kUnits[] = {LengthUnit::Epochs, LengthUnit::Steps, LengthUnit::Minutes};

tl::unexpected<Error> refuse(const char *setting, std::string message)
{
    return fail(Error{ErrorCode::InvalidArgument, std::move(message), setting, {}});
}

Status checkObject(const Json &json, const char *key)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"{}\" must be an object with settings.", key);
    return {};
}

}  // namespace

const char *lengthUnitName(LengthUnit unit)
{
    switch (unit) {
    case LengthUnit::Epochs: return "epochs";
    case LengthUnit::Steps: return "steps";
    case LengthUnit::Minutes: return "minutes";
    }
    return "";
}

Status checkLength(const LengthConfig &length)
{
    if (length.unit == LengthUnit::Steps && (length.steps < 1 || length.steps > kMostSteps))
        return refuse("length.steps", fmt::format("Steps is {}. It must be between 1 and {}.", formatCount(length.steps), formatCount(kMostSteps)));
    if (length.unit == LengthUnit::Minutes && !(length.minutes > 0 && length.minutes <= kMostMinutes))
        return refuse("length.minutes", fmt::format("Minutes is {}. It must be above 0 and at most a year, which is {}.",
                                             formatSignificant(length.minutes), formatCount(static_cast<std::int64_t>(kMostMinutes))));
    return {};
}

Status checkEvaluation(const EvaluationConfig &evaluation)
{
    if (evaluation.every < 1 || evaluation.every > kMostEvaluations)
        return refuse("evaluation.every", fmt::format("Evaluating every {} {} makes no sense. Use 1 or more.", formatCount(evaluation.every),
                                           evaluation.inSteps ? "steps" : "epochs"));
    return {};
}

Status checkStopping(const StoppingConfig &stopping)
{
    if (!stopping.on)
        return {};
    if (stopping.patience < 1 || stopping.patience > kMostEvaluations)
        return refuse("early_stopping.patience", fmt::format("A patience of {} would end the run before it can improve. Use 1 evaluation or more.",
                                              formatCount(stopping.patience)));
    if (!(stopping.minimumImprovement >= 0) || !std::isfinite(stopping.minimumImprovement))
        return refuse("early_stopping.minimum_improvement", fmt::format("The minimum improvement is {}. It must be at least 0 and finite.",
                                                        formatSignificant(stopping.minimumImprovement)));
    return {};
}

Json lengthToJson(const LengthConfig &length)
{
    return {{"unit", lengthUnitName(length.unit)}, {"steps", length.steps}, {"minutes", length.minutes}};
}

Json evaluationToJson(const EvaluationConfig &evaluation)
{
    return {{"every", evaluation.every}, {"unit", evaluation.inSteps ? "steps" : "epochs"}};
}

Json stoppingToJson(const StoppingConfig &stopping)
{
    return {{"on", stopping.on}, {"metric", stopping.metric}, {"patience", stopping.patience}, {"minimum_improvement", stopping.minimumImprovement}};
}

Json bestToJson(const BestConfig &best)
{
    return {{"keep", best.keep}, {"metric", best.metric}, {"test", best.test}};
}

Result<LengthConfig> lengthFromJson(const Json &json)
{
    TRAINYARD_CHECK(checkObject(json, "length"));
    LengthConfig length;
    std::string unit = lengthUnitName(length.unit);
    TRAINYARD_CHECK(readSetting(json, "unit", unit));
    bool known = false;
    for (const LengthUnit one : kUnits)
        if (unit == lengthUnitName(one)) {
            length.unit = one;
            known = true;
        }
    if (!known)
        return fail(ErrorCode::InvalidFile, "The unit of \"length\" is \"{}\". It must be epochs, steps or minutes.", unit);
    TRAINYARD_CHECK(readSetting(json, "steps", length.steps));
    TRAINYARD_CHECK(readSetting(json, "minutes", length.minutes));
    return length;
}

Result<EvaluationConfig> evaluationFromJson(const Json &json)
{
    TRAINYARD_CHECK(checkObject(json, "evaluation"));
    EvaluationConfig evaluation;
    TRAINYARD_CHECK(readSetting(json, "every", evaluation.every));
    std::string unit = "epochs";
    TRAINYARD_CHECK(readSetting(json, "unit", unit));
    if (unit != "epochs" && unit != "steps")
        return fail(ErrorCode::InvalidFile, "The unit of \"evaluation\" is \"{}\". It must be epochs or steps.", unit);
    evaluation.inSteps = unit == "steps";
    return evaluation;
}

Result<StoppingConfig> stoppingFromJson(const Json &json)
{
    TRAINYARD_CHECK(checkObject(json, "early_stopping"));
    StoppingConfig stopping;
    stopping.on = true;
    TRAINYARD_CHECK(readSetting(json, "on", stopping.on));
    TRAINYARD_CHECK(readSetting(json, "metric", stopping.metric));
    TRAINYARD_CHECK(readSetting(json, "patience", stopping.patience));
    TRAINYARD_CHECK(readSetting(json, "minimum_improvement", stopping.minimumImprovement));
    return stopping;
}

Result<BestConfig> bestFromJson(const Json &json)
{
    TRAINYARD_CHECK(checkObject(json, "keep_best"));
    BestConfig best;
    best.keep = true;
    TRAINYARD_CHECK(readSetting(json, "keep", best.keep));
    TRAINYARD_CHECK(readSetting(json, "metric", best.metric));
    TRAINYARD_CHECK(readSetting(json, "test", best.test));
    return best;
}

}  // namespace trainyard
