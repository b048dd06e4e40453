#include "engine/layers/pool_layer.h"

#include "engine/layers/image_window.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

std::vector<ParameterSpec> poolParameters()
{
    return {kernelParameter(2, "Size of the patch that becomes one pixel."),
            strideParameter(2, "Step between patches. The same as the kernel: patches side by side."),
            choiceParameter("padding", "Padding", "valid", {"valid", "same"},
                            "valid: patches that would reach over the edge are left out. same: output = input / stride, "
                            "rounded up, with patches at the edge reaching over it.")};
}

std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> poolShape(std::string title)
{
    return [title = std::move(title)](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
        if (auto found = checkImage(title, inputs[0]))
            return tl::unexpected(std::move(*found));
        const auto window = imageWindow(title, settings, inputs[0]);
        if (!window)
            return tl::unexpected(window.error());
        return shapeAfter(*window, inputs[0], inputs[0][2]);
    };
}

std::function<Result<ValueId>(EmitContext &)> poolEmit(std::string title, OpKind op)
{
    return [title = std::move(title), op](EmitContext &context) -> Result<ValueId> {
        const ValueId x = context.inputs[0];
        const auto window = imageWindow(title, context.settings, context.builder.shape(x).withoutBatch());
        if (!window)
            return fail(ErrorCode::InvalidGraph, "{}", window.error().message);
        Pool2dAttributes attributes;
        attributes.window = *window;
        if (const bool *countPadding = std::get_if<bool>(&context.settings.value("count_padding")))
            attributes.countPadding = *countPadding;
        return context.builder.addOne(op, attributes, {x});
    };
}

std::string poolLabel(const LayerSettings &settings)
{
    return windowLabel(settings, settings.list("kernel"));
}

}  // namespace trainyard
