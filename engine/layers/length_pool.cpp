#include "engine/layers/length_pool.h"

#include "engine/layers/length_window.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

LayerSpec lengthPoolLayer(std::string type, std::string title, std::string summary, OpKind op)
{
    auto parameters = lengthWindowParameters(2, 2, "How many neighbouring positions become one.", "Step between outputs. The same as the kernel: side by side.");
    parameters.push_back(choiceParameter("padding", "Padding", "valid", {"valid", "same"},
                                         "valid: what does not fill a kernel is left out. same: output = input / stride, rounded up."));
    return {.type = std::move(type),
            .title = title,
            .category = Category::Pooling,
            .summary = std::move(summary),
            .parameters = std::move(parameters),
            .inferShape = [title](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
                const auto window = lengthWindow(title, settings, inputs[0]);
                if (!window)
                    return tl::unexpected(window.error());
                return lengthAfter(*window, inputs[0], inputs[0][1]);
            },
            .emitOps = [title, op](EmitContext &context) -> Result<ValueId> {
                OpBuilder &builder = context.builder;
                const auto window = lengthWindow(title, context.settings, builder.shape(context.inputs[0]).withoutBatch());
                if (!window)
                    return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
                Pool2dAttributes attributes;
                attributes.window = *window;
                TRAINYARD_TRY(const ValueId image, asImage(builder, context.inputs[0]));
                TRAINYARD_TRY(const ValueId y, builder.addOne(op, attributes, {image}));
                return asSequence(builder, y);
            },
            .label = [](const LayerSettings &settings) { return lengthWindowLabel(settings, 2); }};
}

}  // namespace trainyard
