#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"
#include "engine/ops/chain_program.h"

namespace trainyard {

// max(x, 0) + alpha min(x, 0)
static Result<ValueId> emitOps(EmitContext &context)
{
    OpBuilder &builder = context.builder;
    const Shape shape = builder.shape(context.inputs[0]);
    ParameterInit init;
    init.initializer = Initializer::Constant;
    init.deviation = context.settings.real("alpha");
    const ValueId alpha = builder.addParameter(context.name + "/alpha", Shape{shape.back()}, init);
    TRAINYARD_TRY(const ValueId alphas, builder.addOne(OpKind::Expand, ExpandAttributes{shape.sizes()}, {alpha}));
    ChainProgram program(2);
    const auto zero = program.constant(0.0f);
    const auto below = program.multiply(1, program.combine(ElementwiseCode::Minimum, 0, zero));
    const auto y = program.add(program.activate(ActivationKind::Relu, 0), below);
    TRAINYARD_TRY(auto finished, program.finish({&y, 1}));
    return builder.addOne(OpKind::ElementwiseChain, std::move(finished.chain), {context.inputs[0], alphas});
}

LayerSpec makePreluLayer()
{
    return {.type = "prelu",
            .title = "PReLU",
            .category = Category::Activation,
            .summary = "A leaky ReLU that learns for each channel how much it keeps below zero.",
            .help = "y = x for x > 0, else alpha[c] x with one trained alpha for each channel c. Where ReLU is used and a little more accuracy is worth a few "
                    "parameters and some speed. No weight decay should pull alpha to zero. He et al. 2015.",
            .parameters = {realParameter("alpha", "First alpha", 0.25, -1.0, 1.0, "What all channels start with; 0 is ReLU, 1 is the identity.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = noLabel};
}

}  // namespace trainyard
