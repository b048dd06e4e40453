#include "engine/layers/sample_axis.h"

#include "engine/layers/parameter_specs.h"

namespace trainyard {

ParameterSpec axisParameter(std::string key, std::string label, std::int64_t defaultValue, std::string help)
{
    constexpr std::int64_t kMost = 6;
    return integerParameter(std::move(key), std::move(label), defaultValue, -kMost, kMost - 1,
                            std::move(help) + " Counted from 0 without the batch; -1 is the last one.");
}

tl::expected<std::int64_t, LayerProblem> sampleAxis(const std::string &title, const LayerSettings &settings, const std::string &key, const Shape &sample)
{
    const auto rank = static_cast<std::int64_t>(sample.rank());
    const std::int64_t wanted = settings.integer(key), axis = wanted < 0 ? wanted + rank : wanted;
    if (axis < 0 || axis >= rank)
        return problem(fmt::format("{} along axis {} expects an input with that dimension, got {} with dimensions 0 to {}. Set it to -1 for the last one.",
                                   title, wanted, sample.text(), rank - 1),
                       key, ParameterFix{key, std::int64_t{-1}, fmt::format("Set {} to -1", key)});
    return axis;
}

}  // namespace trainyard
