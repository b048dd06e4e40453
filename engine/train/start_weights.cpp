#include "engine/train/start_weights.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace trainyard {

Result<std::vector<float>> readMatched(const WeightSource &source, const TensorMatch &match)
{
    TRAINYARD_TRY(const std::vector<float> stored, source.read(*match.source));
    std::vector<float> added;
    if (match.added) {
        TRAINYARD_TRY(added, source.read(*match.added));
    }
    return inNetworksOrder(stored, added, match.form, match.target.shape.elements());
}

Result<StartedWeights> startModel(Model &model, const Graph &graph, const StartSource &start, const StartFrom &options)
{
    StartedWeights started;
    started.match = matchWeights(networkTensors(graph, model.trainProgram()), start.source.header(), options);
    TRAINYARD_CHECK(started.match.check(start.what));
    for (const TensorMatch &one : started.match.tensors) {
        if (one.state != MatchState::Loaded)
            continue;
        TRAINYARD_TRY(const std::vector<float> values, readMatched(start.source, one));
        if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
            return fail(ErrorCode::InvalidData,
                        "{} of {} holds numbers that are not finite: training cannot go on from it. Take an earlier checkpoint, or leave {} out.",
                        one.from, start.what, one.target.layer);
        TRAINYARD_CHECK(model.setParameter(one.target.name, values));
    }
    TRAINYARD_TRY(const std::string hash, start.source.sha256());
    nlohmann::ordered_json record{{"from", start.what}, {"file", start.source.path().string()}, {"sha256", hash}};
    if (options.kind == StartKind::Run)
        record["run"] = options.run;
    record["summary"] = started.match.summary();
    record["match"] = weightMatchToJson(started.match);
    // A path or a name that is not UTF-8 is shown with replacement marks.
    started.recordJson = record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return started;
}

}  // namespace trainyard
