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
    X(AccumulateError, accumulate_error) \
    X(AccumulateR2, accumulate_r2) \
    X(ClipGradients, clip_gradients) \
    X(SgdUpdate, sgd_update) \
    X(AdamUpdate, adam_update) \
    X(Cast, cast) \
    X(ScaleGradient, scale_gradient) \
    X(UnscaleGradients, unscale_gradients) \
    X(UpdateLossScale, update_loss_scale) \
    X(ElementwiseChain, elementwise_chain) \
    X(SoftmaxCrossEntropyWithGrad, softmax_cross_entropy_with_grad) \
    X(LogSoftmax, log_softmax) \
    X(LogSoftmaxGrad, log_softmax_grad) \
    X(Permute, permute) \
    X(Pad, pad) \
    X(PadGrad, pad_grad) \
    X(AdaptivePool, adaptive_pool) \
    X(AdaptivePoolGrad, adaptive_pool_grad) \
    X(BatchMatmul, batch_matmul) \
    X(Expand, expand) \
    X(Reduce, reduce) \
    X(ReduceMaxGrad, reduce_max_grad) \
    X(Upsample2d, upsample2d) \
    X(Upsample2dGrad, upsample2d_grad) \
    X(Conv3d, conv3d) \
    X(Conv3dGradData, conv3d_grad_data) \
    X(Conv3dGradWeights, conv3d_grad_weights) \
    X(RmsNorm, rms_norm) \
    X(RmsNormGrad, rms_norm_grad) \
    X(GroupNorm, group_norm) \
    X(GroupNormGrad, group_norm_grad) \
    X(Embedding, embedding) \
    X(EmbeddingGrad, embedding_grad) \
    X(Rotary, rotary) \
    X(Attention, attention) \
    X(AttentionGrad, attention_grad) \
    X(Lstm, lstm) \
    X(LstmGrad, lstm_grad) \
    X(Gru, gru) \
    X(GruGrad, gru_grad) \
    X(RowLoss, row_loss) \
    X(RowLossGrad, row_loss_grad) \
    X(AccumulateTopK, accumulate_top_k) \
    X(AccumulateConfusion, accumulate_confusion) \
    X(NadamUpdate, nadam_update) \
    X(RmspropUpdate, rmsprop_update) \
    X(AdagradUpdate, adagrad_update) \
    X(LionUpdate, lion_update) \
    X(LambUpdate, lamb_update) \
    X(MuonUpdate, muon_update) \
    X(EmaUpdate, ema_update) \
    X(AccumulateGradients, accumulate_gradients)

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
