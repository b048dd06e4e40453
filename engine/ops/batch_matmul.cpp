// batch_matmul: the product of two batches of matrices, each transposed where the attributes say so.
//   inputs   left [..., m, k], right [..., k, n]
//   output   y [..., m, n]
#include "engine/ops/matrix_batch.h"
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &matmul = std::get<MatmulAttributes>(attributes);
    const MatrixBatch product = matrixBatch(matmul, inputs[0].shape, inputs[1].shape);
    if (!product.fits)
        return fail(ErrorCode::InvalidGraph, "batch_matmul cannot multiply {}{} by {}{}.", inputs[0].shape.text(), matmul.leftTransposed ? " transposed" : "",
                    inputs[1].shape.text(), matmul.rightTransposed ? " transposed" : "");
    auto sizes = inputs[0].shape.sizes();
    sizes[sizes.size() - 2] = product.rows;
    sizes[sizes.size() - 1] = product.columns;
    return activationLike(inputs[0], Shape(std::move(sizes)));
}

// Of y = a b: da = dy b^T and db = a^T dy; of a transposed factor the transposed.
static Status gradient(GradientContext &context)
{
    const auto matmul = context.attributes<MatmulAttributes>();
    const ValueId left = context.input(0), right = context.input(1), dy = context.outputGradient();
    OpBuilder &builder = context.builder();
    if (context.wants(0)) {
        TRAINYARD_TRY(const ValueId dLeft, matmul.leftTransposed
                                               ? builder.addOne(OpKind::BatchMatmul, MatmulAttributes{matmul.rightTransposed, true}, {right, dy})
                                               : builder.addOne(OpKind::BatchMatmul, MatmulAttributes{false, !matmul.rightTransposed}, {dy, right}));
        context.setInputGradient(0, dLeft);
    }
    if (context.wants(1)) {
        TRAINYARD_TRY(const ValueId dRight, matmul.rightTransposed
                                                ? builder.addOne(OpKind::BatchMatmul, MatmulAttributes{true, matmul.leftTransposed}, {dy, left})
                                                : builder.addOne(OpKind::BatchMatmul, MatmulAttributes{!matmul.leftTransposed, false}, {left, dy}));
        context.setInputGradient(1, dRight);
    }
    return {};
}

static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType> outputs)
{
    const MatrixBatch product = matrixBatch(std::get<MatmulAttributes>(attributes), inputs[0].shape, inputs[1].shape);
    return 2.0 * static_cast<double>(outputs[0].shape.elements()) * static_cast<double>(product.inner);
}

const OpSpec kBatchMatmulOp{.name = "batch_matmul", .inferOutputs = infer, .gradient = gradient, .flops = flops};

}  // namespace trainyard
