#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape>)
{
    return boundedShape("Input", Shape(settings.list("shape")), "shape");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const Shape came = context.builder.shape(context.batchFeatures).withoutBatch();
    if (came != context.outputShape)
        return fail(ErrorCode::InvalidGraph, "{} is set to {}, but a sample of the data is {}. Set its shape to {}.",
                    context.name, context.outputShape.text(), came.text(), came.text());
    return context.batchFeatures;
}

LayerSpec makeInputLayer()
{
    return {.type = "input",
            .title = "Input",
            .category = Category::Input,
            .summary = "Where the samples of the data set enter the network.",
            .help = "Every network starts here. The shape is that of one sample, without the batch: 64 for a table row of "
                    "64 numbers, 28x28x1 for a grey image, 32x32x3 for a colour image (height x width x channels). It "
                    "must match the data set; the Data page shows what the data is.",
            .parameters = {shapeParameter("shape", "Shape", {8, 8, 1},
                                          "Shape of one sample, without the batch: 64, or height x width x channels such as 28x28x1.")},
            .minInputs = 0,
            .maxInputs = 0,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("shape")); }};
}

}  // namespace trainyard
