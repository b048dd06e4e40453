// The ops there are. Adding one: a word here, a file engine/ops/<name>.cpp with its OpSpec, and a file of the same
// name in each backend. The order is not stored anywhere; names are.
#pragma once

#include <cstdint>

// X(EnumName, file_name): the spec is k<EnumName>Op in engine/ops/<file_name>.cpp, the CPU's step maker is
// cpu::make<EnumName> in engine/backends/cpu/<file_name>.cpp.
#define TRAINYARD_OPS(X) \
    X(GatherRows, gather_rows) \
    X(Dense, dense) \
    X(DenseGradData, dense_grad_data) \
    X(DenseGradWeights, dense_grad_weights) \
    X(Conv2d, conv2d) \
    X(Conv2dGradData, conv2d_grad_data) \
    X(Conv2dGradWeights, conv2d_grad_weights) \
    X(MaxPool2d, max_pool2d) \
    X(MaxPool2dGrad, max_pool2d_grad) \
    X(AvgPool2d, avg_pool2d) \
    X(AvgPool2dGrad, avg_pool2d_grad) \
    X(BatchNorm, batch_norm) \
    X(BatchNormGrad, batch_norm_grad) \
    X(BatchNormInference, batch_norm_inference) \
    X(LayerNorm, layer_norm) \
    X(LayerNormGrad, layer_norm_grad) \
    X(Activate, activate) \
    X(ActivateGrad, activate_grad) \
    X(Softmax, softmax) \
    X(SoftmaxGrad, softmax_grad) \
    X(Dropout, dropout) \
    X(Reshape, reshape) \
    X(Add, add) \
    X(Multiply, multiply) \
    X(Concat, concat) \
    X(Slice, slice) \
    X(SoftmaxCrossEntropy, softmax_cross_entropy) \
    X(SoftmaxCrossEntropyGrad, softmax_cross_entropy_grad) \
    X(MeanSquaredError, mean_squared_error) \
    X(MeanSquaredErrorGrad, mean_squared_error_grad) \
    X(AccumulateLoss, accumulate_loss) \
    X(AccumulateAccuracy, accumulate_accuracy) \
    X(AccumulateAbsoluteError, accumulate_absolute_error) \
    X(AccumulateR2, accumulate_r2) \
    X(ClipGradients, clip_gradients) \
    X(SgdUpdate, sgd_update) \
    X(AdamUpdate, adam_update) \
    X(Cast, cast) \
    X(ScaleGradient, scale_gradient) \
    X(UnscaleGradients, unscale_gradients) \
    X(UpdateLossScale, update_loss_scale) \
    X(ElementwiseChain, elementwise_chain) \
    X(SoftmaxCrossEntropyWithGrad, softmax_cross_entropy_with_grad)

namespace trainyard {

enum class OpKind : std::uint8_t {
#define X(Name, file) Name,
    TRAINYARD_OPS(X)
#undef X
};

inline constexpr int kOpKindCount = 0
#define X(Name, file) +1
    TRAINYARD_OPS(X)
#undef X
    ;

}  // namespace trainyard
