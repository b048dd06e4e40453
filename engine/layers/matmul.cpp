#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"
#include "engine/ops/matrix_batch.h"

namespace trainyard {

static MatmulAttributes attributesOf(const LayerSettings &settings)
{
    return {settings.boolean("transpose_first"), settings.boolean("transpose_second")};
}

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const MatmulAttributes matmul = attributesOf(settings);
    const MatrixBatch product = matrixBatch(matmul, inputs[0], inputs[1]);
    if (product.fits) {
        auto sizes = inputs[0].sizes();
        sizes[sizes.size() - 2] = product.rows;
        sizes[sizes.size() - 1] = product.columns;
        return boundedShape("Matmul", Shape(std::move(sizes)));
    }
    std::string message = fmt::format("Matmul expects matrices rows x inner and inner x columns, equal in every dimension before, got {}{} and {}{}.",
                                      inputs[0].text(), matmul.leftTransposed ? " transposed" : "", inputs[1].text(), matmul.rightTransposed ? " transposed" : "");
    if (matrixBatch({matmul.leftTransposed, !matmul.rightTransposed}, inputs[0], inputs[1]).fits) {
        const char *way = matmul.rightTransposed ? "Do not transpose the second" : "Transpose the second";
        return problem(fmt::format("{} {} one.", message, way), "transpose_second", ParameterFix{"transpose_second", !matmul.rightTransposed, way});
    }
    return problem(message + " Change the layers before it.");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return context.builder.addOne(OpKind::BatchMatmul, attributesOf(context.settings), context.inputs);
}

LayerSpec makeMatmulLayer()
{
    return {.type = "matmul",
            .title = "Matmul",
            .category = Category::Merge,
            .summary = "The matrix product of two inputs.",
            .help = "y = a b, rows x inner times inner x columns; dimensions before the last two are a batch of matrices and are equal in both. With "
                    "both inputs from the network it has nothing to train. Attention by hand is a softmax of queries times transposed keys, times values; "
                    "a sequence times itself transposed compares every position with every other.",
            .parameters = {booleanParameter("transpose_first", "Transpose first", false, "Takes the first input's matrices with rows and columns exchanged."),
                           booleanParameter("transpose_second", "Transpose second", false, "Takes the second input's matrices with rows and columns exchanged.")},
            .minInputs = 2,
            .maxInputs = 2,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                return fmt::format("{} {}", settings.boolean("transpose_first") ? "aT" : "a", settings.boolean("transpose_second") ? "bT" : "b");
            }};
}

}  // namespace trainyard
