#include "engine/train/checkpoint.h"

#include <bit>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"

namespace trainyard {

namespace {

constexpr const char *kFormat = "trainyard-checkpoint-1";

// JSON has no NaN, and the sums of a run that is going wrong may hold one: bit patterns carry everything.
std::vector<std::uint64_t> bitsOf(const std::vector<double> &values)
{
    std::vector<std::uint64_t> bits;
    for (const double value : values)
        bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
}

std::vector<double> fromBits(const std::vector<std::uint64_t> &bits)
{
    std::vector<double> values;
    for (const std::uint64_t one : bits)
        values.push_back(std::bit_cast<double>(one));
    return values;
}

// All these numbers are finite: evaluations that are not never become the best.
nlohmann::ordered_json optionalToJson(const std::optional<double> &value)
{
    return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

std::optional<double> optionalFrom(const nlohmann::json &json)
{
    return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

nlohmann::ordered_json judgeToJson(const JudgeState &judge)
{
    return {{"best", optionalToJson(judge.best)}, {"best_step", judge.bestStep}, {"to_improve", optionalToJson(judge.toImprove)}, {"waited", judge.waited}};
}

JudgeState judgeFromJson(const nlohmann::json &json)
{
    return {optionalFrom(json.at("best")), json.at("best_step").get<std::int64_t>(), optionalFrom(json.at("to_improve")),
            json.at("waited").get<std::int64_t>()};
}

nlohmann::ordered_json rateToJson(const LearningRateState &rate)
{
    const PlateauState &plateau = rate.plateau;
    return {{"by_hand", optionalToJson(rate.byHand)},
            {"replaced", rate.replaced},
            {"plateau", {{"factor", plateau.factor}, {"best", optionalToJson(plateau.best)}, {"waited", plateau.waited}, {"cooling_down", plateau.coolingDown}}}};
}

LearningRateState rateFromJson(const nlohmann::json &json)
{
    const auto &plateau = json.at("plateau");
    return {optionalFrom(json.at("by_hand")), json.at("replaced").get<double>(),
            {plateau.at("factor").get<double>(), optionalFrom(plateau.at("best")), plateau.at("waited").get<std::int64_t>(),
             plateau.at("cooling_down").get<std::int64_t>()}};
}

}  // namespace

bool isCheckpoint(const std::map<std::string, std::string> &metadata)
{
    const auto format = metadata.find("format");
    return format != metadata.end() && format->second == kFormat;
}

Status writeCheckpoint(const std::filesystem::path &path, const Checkpoint &checkpoint)
{
    // Numbers go as JSON text in one metadata entry: exact for 64-bit integers and round-trip exact for doubles.
    nlohmann::ordered_json state{{"seed", checkpoint.seed},
                                 {"step", checkpoint.step},
                                 {"epoch", checkpoint.epoch},
                                 {"step_in_epoch", checkpoint.stepInEpoch},
                                 {"learning_rate", checkpoint.learningRate},
                                 {"threads", checkpoint.threads},
                                 {"instruction_set", checkpoint.instructionSet},
                                 {"library", checkpoint.library},
                                 {"metric_sum_bits", bitsOf(checkpoint.metricSums)}};
    if (!checkpoint.kernelChoices.empty())
        state["kernel_choices"] = checkpoint.kernelChoices;
    state["seconds_trained"] = checkpoint.secondsTrained;
    state["judge"] = judgeToJson(checkpoint.judge);
    if (checkpoint.rate)
        state["rate"] = rateToJson(*checkpoint.rate);
    SafetensorsFile file = checkpoint.tensors;
    file.metadata["format"] = kFormat;
    file.metadata["trainyard"] = state.dump();
    return writeSafetensors(path, file);
}

Result<Checkpoint> readCheckpoint(const std::filesystem::path &path)
{
    Checkpoint checkpoint;
    TRAINYARD_TRY(checkpoint.tensors, readSafetensors(path));
    auto &metadata = checkpoint.tensors.metadata;
    if (!isCheckpoint(metadata))
        return fail(ErrorCode::InvalidFile, "{} holds tensors, but is not a checkpoint of Trainyard's: it has no counters to resume from.",
                    path.string());
    try {
        const auto state = parseJson(metadata["trainyard"]);
        checkpoint.seed = state.at("seed").get<std::uint64_t>();
        checkpoint.step = state.at("step").get<std::int64_t>();
        checkpoint.epoch = state.at("epoch").get<std::int64_t>();
        checkpoint.stepInEpoch = state.at("step_in_epoch").get<std::int64_t>();
        checkpoint.learningRate = state.at("learning_rate").get<double>();
        checkpoint.threads = state.at("threads").get<int>();
        checkpoint.instructionSet = state.at("instruction_set").get<std::string>();
        checkpoint.library = state.at("library").get<std::string>();
        checkpoint.metricSums = fromBits(state.at("metric_sum_bits").get<std::vector<std::uint64_t>>());
        if (state.contains("kernel_choices"))
            checkpoint.kernelChoices = state.at("kernel_choices").get<KernelChoices>();
        checkpoint.secondsTrained = state.value("seconds_trained", 0.0);
        if (state.contains("judge"))
            checkpoint.judge = judgeFromJson(state.at("judge"));
        else if (state.contains("best_metric"))  // as it was written before
            checkpoint.judge.best = state.at("best_metric").get<double>();
        if (state.contains("rate"))
            checkpoint.rate = rateFromJson(state.at("rate"));
    } catch (const nlohmann::json::exception &error) {
        return fail(Error{ErrorCode::InvalidFile, fmt::format("The checkpoint {} is damaged: its counters cannot be read. Resume from an earlier one.", path.string()), {}, error.what()});
    }
    if (checkpoint.step < 0 || checkpoint.epoch < 0 || checkpoint.stepInEpoch < 0)
        return fail(ErrorCode::InvalidFile, "The checkpoint {} is damaged: its counters are negative. Resume from an earlier one.", path.string());
    metadata.erase("format");
    metadata.erase("trainyard");
    return checkpoint;
}

}  // namespace trainyard
