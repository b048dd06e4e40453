#include "engine/layers/volume_pool_layer.h"

#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"
#include "engine/layers/volume_window.h"

namespace trainyard {

std::vector<ParameterSpec> volumePoolParameters()
{
    return {tripleParameter("kernel", "Kernel", 2, 1, "Size of the block that becomes one voxel, along depth, height and width."),
            tripleParameter("stride", "Stride", 2, 1, "Step between blocks. The same as the kernel: blocks side by side."),
            choiceParameter("padding", "Padding", "valid", {"valid", "same"},
                            "valid: blocks that would reach over the edge are left out. same: output = input / stride, rounded up, with blocks at the edge "
                            "reaching over it.")};
}

std::function<ShapeResult(const LayerSettings &, std::span<const Shape>)> volumePoolShape(std::string title)
{
    return [title = std::move(title)](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
        const auto window = volumeWindow(title, settings, inputs[0]);
        if (!window)
            return tl::unexpected(window.error());
        return volumeAfter(*window, inputs[0], inputs[0][3]);
    };
}

std::function<Result<ValueId>(EmitContext &)> volumePoolEmit(std::string title, OpKind op)
{
    return [title = std::move(title), op](EmitContext &context) -> Result<ValueId> {
        OpBuilder &builder = context.builder;
        const Shape volume = builder.shape(context.inputs[0]).withoutBatch();
        const auto found = volumeWindow(title, context.settings, volume);
        if (!found)
            return fail(ErrorCode::InvalidGraph, "{}", found.error().message);
        const Conv3dAttributes &w = *found;
        const Shape after = volumeAfter(w, volume, volume[3]);
        Pool2dAttributes first, second;
        if (const bool *countPadding = std::get_if<bool>(&context.settings.value("count_padding")))
            first.countPadding = second.countPadding = *countPadding;
        first.window = {w.kernel[0], w.kernel[1], w.stride[0], w.stride[1], w.padBefore[0], w.padBefore[1], w.padAfter[0], w.padAfter[1]};
        second.window = {1, w.kernel[2], 1, w.stride[2], 0, w.padBefore[2], 0, w.padAfter[2]};
        TRAINYARD_TRY(ValueId x, builder.addOne(OpKind::Reshape, ReshapeAttributes{{volume[0], volume[1], volume[2] * volume[3]}}, {context.inputs[0]}));
        TRAINYARD_TRY(x, builder.addOne(op, first, {x}));
        TRAINYARD_TRY(x, builder.addOne(OpKind::Reshape, ReshapeAttributes{{after[0] * after[1], volume[2], volume[3]}}, {x}));
        TRAINYARD_TRY(x, builder.addOne(op, second, {x}));
        return builder.addOne(OpKind::Reshape, ReshapeAttributes{after.sizes()}, {x});
    };
}

std::string volumePoolLabel(const LayerSettings &settings)
{
    return volumeLabel(settings, settings.list("kernel"));
}

}  // namespace trainyard
