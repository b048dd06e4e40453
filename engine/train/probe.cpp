#include "engine/train/probe.h"

#include <array>

namespace trainyard {

namespace {

struct ProbeSpec {
    ProbeKind kind;
    bool (*fits)(const DataTypes &data, const TrainingConfig &config);
    bool (*reads)(const Shape &predictions, const DataTypes &data);
    bool oneSample;  // of a batch; else as many as in the run's, so that the look takes no more memory than evaluation
};

bool isText(const DataTypes &data, const TrainingConfig &config)
{
    return data.nextTokens && config.sampling.on;
}

bool scoresTokens(const Shape &predictions, const DataTypes &data)
{
    return predictions.rank() == 3 && predictions[1] == data.features.shape[1];
}

bool isPlane(const DataTypes &data, const TrainingConfig &)
{
    return data.features.dtype == DType::F32 && data.features.shape.rank() == 2 && data.features.shape[1] == 2
           && data.targets.shape.rank() >= 1 && data.targets.shape.rank() <= (data.targets.dtype == DType::I32 ? 1u : 2u);
}

bool isRow(const Shape &predictions, const DataTypes &)
{
    return predictions.rank() == 2;
}

constexpr std::array kProbes{
    ProbeSpec{ProbeKind::TextSample, isText, scoresTokens, true},
    ProbeSpec{ProbeKind::DecisionGrid, isPlane, isRow, false},
};

}  // namespace

std::optional<ProbeKind> probeOf(const DataTypes &data, const TrainingConfig &config)
{
    for (const ProbeSpec &spec : kProbes)
        if (spec.fits(data, config))
            return spec.kind;
    return std::nullopt;
}

Result<std::optional<Program>> buildProbe(ProbeKind kind, const Graph &graph, const DataTypes &data, BuildOptions base)
{
    const ProbeSpec &spec = kProbes[static_cast<std::size_t>(kind)];
    base.mode = Mode::Predict;
    base.ownSamples = true;
    if (spec.oneSample)
        base.batchSize = 1;
    TRAINYARD_TRY(Program program, buildProgram(graph, data, base));
    if (program.predictions == kNoValue || !spec.reads(program.list.value(program.predictions).type.shape, data))
        return std::optional<Program>();
    return std::optional(std::move(program));
}

}  // namespace trainyard
