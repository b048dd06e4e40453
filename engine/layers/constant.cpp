#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const auto value = static_cast<float>(context.settings.real("value"));
    return context.builder.addOne(OpKind::ElementwiseChain,
                                  ElementwiseChainAttributes{{{.code = ElementwiseCode::Constant, .parameter = value}}, {1}, {DType::F32}}, {context.inputs[0]});
}

LayerSpec makeConstantLayer()
{
    return {.type = "constant",
            .title = "Constant",
            .category = Category::Core,
            .summary = "One number everywhere, in the shape of its input.",
            .help = "y = value, whatever x is; no gradient flows back through it. For joins: add 1, subtract from 1, or compare with a threshold by "
                    "maximum.",
            .parameters = {realParameter("value", "Value", 1.0, -1e6, 1e6, "The number put out.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{}", settings.real("value")); }};
}

}  // namespace trainyard
