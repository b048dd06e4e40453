#include <array>

#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    auto sizes = inputs[0].sizes();
    const std::int64_t units = settings.integer("units");
    if (auto found = checkWeights("Dense", std::array{sizes.back(), units}, "units"))
        return tl::unexpected(std::move(*found));
    sizes.back() = units;
    return boundedShape("Dense", Shape(std::move(sizes)), "units");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const ValueId x = context.inputs[0];
    const std::int64_t in = context.builder.shape(x).back(), units = context.settings.integer("units");
    const bool bias = context.settings.boolean("bias");
    const ValueId weights = context.builder.addParameter(context.name + "/weights", Shape{in, units},
                                                         initializerOf(context.settings, in, units));
    const ValueId biases = bias ? context.builder.addParameter(context.name + "/bias", Shape{units}, {}) : kNoValue;
    return context.builder.addOne(OpKind::Dense, DenseAttributes{.units = units, .bias = bias, .post = {}}, {x, weights, biases});
}

LayerSpec makeDenseLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("units", "Units", 64, 1, 1 << 20,
                         "How many values it puts out. Before a classification loss: the number of classes."),
        booleanParameter("bias", "Bias", true, "Adds a trained offset to each unit. Not needed right before batch norm.")};
    for (ParameterSpec &spec : initializerParameters("kaiming_uniform"))
        parameters.push_back(std::move(spec));
    return {.type = "dense",
            .title = "Dense",
            .category = Category::Core,
            .summary = "Every output is a weighted sum of all inputs.",
            .help = "y = x W + b over the last dimension: [.., in] becomes [.., units]. The work horse for tables and the "
                    "last layers of a classifier. On an image it acts on the channels of each pixel alone; put flatten "
                    "before it to see the whole image. Follow it with an activation, or two of them in a row come to one.",
            .parameters = std::move(parameters),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return std::to_string(settings.integer("units")); }};
}

}  // namespace trainyard
