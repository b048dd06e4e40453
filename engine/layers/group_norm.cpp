#include "engine/layers/group_norm_layer.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// The largest number of groups up to the wanted one that divides the channels.
static std::int64_t nearestGroups(std::int64_t channels, std::int64_t wanted)
{
    std::int64_t groups = std::min(channels, wanted);
    while (channels % groups != 0)
        --groups;
    return groups;
}

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const Shape &x = inputs[0];
    const std::int64_t groups = settings.integer("groups");
    if (x.back() % groups != 0) {
        const std::int64_t nearest = nearestGroups(x.back(), groups);
        return problem(fmt::format("Group norm expects a number of groups that divides the channels, got {} groups for the {} channels of {}. Set groups to {}.",
                                   groups, x.back(), x.text(), nearest),
                       "groups", ParameterFix{"groups", nearest, fmt::format("Set groups to {}", nearest)});
    }
    std::optional<ParameterFix> fix;
    if (x.elements() > 1)
        fix = ParameterFix{"groups", std::int64_t{1}, "Set groups to 1"};
    return groupedShape("Group norm", x, groups, "groups", std::move(fix));
}

LayerSpec makeGroupNormLayer()
{
    return {.type = "group_norm",
            .title = "Group norm",
            .category = Category::Normalization,
            .summary = "Brings groups of each sample's channels to mean 0 and variance 1, then scales and shifts each channel.",
            .help = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and variance of each group of channels over all "
                    "positions of one sample, and gamma and beta for each channel. It does not depend on the batch: take it where batch "
                    "norm suffers from small batches. With one group it is layer norm over the whole sample. Wu and He 2018.",
            .parameters = {integerParameter("groups", "Groups", 8, 1, 1 << 16, "How many groups the channels are split into; must divide them."),
                           realParameter("epsilon", "Epsilon", 1e-5, 1e-8, 1.0, "Added to the variance, so that a constant group does not divide by zero.")},
            .inferShape = inferShape,
            .emitOps = [](EmitContext &context) { return emitGroupNorm(context, context.settings.integer("groups")); },
            .label = [](const LayerSettings &settings) { return std::to_string(settings.integer("groups")); }};
}

}  // namespace trainyard
