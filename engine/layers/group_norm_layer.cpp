#include "engine/layers/group_norm_layer.h"

namespace trainyard {

ShapeResult groupedShape(const std::string &title, const Shape &input, std::int64_t groups, const std::string &key, std::optional<ParameterFix> fix)
{
    if (input.elements() / groups > 1)
        return input;
    return problem(fmt::format("{} expects groups of several values, got {} with one value in each of {} groups, which would always give 0 before "
                               "the shift. Use layer norm for rows of numbers.",
                               title, input.text(), groups),
                   key, std::move(fix));
}

Result<ValueId> emitGroupNorm(EmitContext &context, std::int64_t groups)
{
    OpBuilder &builder = context.builder;
    const ValueId x = context.inputs[0];
    const Shape channels{builder.shape(x).back()};
    const auto parameter = [&](const char *key, Initializer initializer) {
        ParameterInit init;
        init.initializer = initializer;
        return builder.addParameter(context.name + key, channels, init);
    };
    const ValueId gamma = parameter("/gamma", Initializer::Ones);
    const ValueId beta = parameter("/beta", Initializer::Zeros);
    return builder.addOne(OpKind::GroupNorm, GroupNormAttributes{groups, static_cast<float>(context.settings.real("epsilon"))}, {x, gamma, beta});
}

}  // namespace trainyard
