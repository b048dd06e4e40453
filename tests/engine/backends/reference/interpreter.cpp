#include "tests/engine/backends/reference/interpreter.h"

#include "tests/engine/backends/reference/convolution.h"
#include "tests/engine/backends/reference/convolution3d.h"
#include "tests/engine/backends/reference/dense.h"
#include "tests/engine/backends/reference/elementwise.h"
#include "tests/engine/backends/reference/layout.h"
#include "tests/engine/backends/reference/log_softmax.h"
#include "tests/engine/backends/reference/losses.h"
#include "tests/engine/backends/reference/low_precision.h"
#include "tests/engine/backends/reference/metrics.h"
#include "tests/engine/backends/reference/normalization.h"
#include "tests/engine/backends/reference/optimizers.h"
#include "tests/engine/backends/reference/pooling.h"
#include "tests/engine/backends/reference/shape.h"
#include "tests/engine/backends/reference/sequence.h"
#include "tests/engine/backends/reference/recurrent.h"
#include "tests/engine/backends/reference/row_losses.h"
#include "tests/engine/backends/reference/updates.h"

namespace trainyard::reference {

void interpretOp(const RefOp &op)
{
    switch (op.op().kind) {
    case OpKind::GatherRows: return gatherRows(op);
    case OpKind::Dense: return dense(op);
    case OpKind::DenseGradData: return denseGradData(op);
    case OpKind::DenseGradWeights: return denseGradWeights(op);
    case OpKind::Conv2d: return conv2d(op);
    case OpKind::Conv2dGradData: return conv2dGradData(op);
    case OpKind::Conv2dGradWeights: return conv2dGradWeights(op);
    case OpKind::MaxPool2d: return maxPool2d(op);
    case OpKind::MaxPool2dGrad: return maxPool2dGrad(op);
    case OpKind::AvgPool2d: return avgPool2d(op);
    case OpKind::AvgPool2dGrad: return avgPool2dGrad(op);
    case OpKind::BatchNorm: return batchNorm(op);
    case OpKind::BatchNormGrad: return batchNormGrad(op);
    case OpKind::BatchNormInference: return batchNormInference(op);
    case OpKind::LayerNorm: return layerNorm(op);
    case OpKind::LayerNormGrad: return layerNormGrad(op);
    case OpKind::Lstm: return lstm(op);
    case OpKind::LstmGrad: return lstmGrad(op);
    case OpKind::Gru: return gru(op);
    case OpKind::GruGrad: return gruGrad(op);
    case OpKind::Activate: return activate(op);
    case OpKind::ActivateGrad: return activateGrad(op);
    case OpKind::Softmax: return softmax(op);
    case OpKind::SoftmaxGrad: return softmaxGrad(op);
    case OpKind::Dropout: return dropout(op);
    case OpKind::Reshape: return reshape(op);
    case OpKind::Add: return add(op);
    case OpKind::Multiply: return multiply(op);
    case OpKind::Concat: return concat(op);
    case OpKind::Slice: return slice(op);
    case OpKind::Pad: return pad(op);
    case OpKind::PadGrad: return padGrad(op);
    case OpKind::AdaptivePool: return adaptivePool(op);
    case OpKind::AdaptivePoolGrad: return adaptivePoolGrad(op);
    case OpKind::BatchMatmul: return batchMatmul(op);
    case OpKind::Permute: return permute(op);
    case OpKind::Expand: return expand(op);
    case OpKind::Reduce: return reduce(op);
    case OpKind::ReduceMaxGrad: return reduceMaxGrad(op);
    case OpKind::Upsample2d: return upsample2d(op);
    case OpKind::Upsample2dGrad: return upsample2dGrad(op);
    case OpKind::SoftmaxCrossEntropy: return softmaxCrossEntropy(op);
    case OpKind::SoftmaxCrossEntropyGrad: return softmaxCrossEntropyGrad(op);
    case OpKind::MeanSquaredError: return meanSquaredError(op);
    case OpKind::MeanSquaredErrorGrad: return meanSquaredErrorGrad(op);
    case OpKind::AccumulateLoss: return accumulateLoss(op);
    case OpKind::AccumulateTopK: return accumulateTopK(op);
    case OpKind::AccumulateConfusion: return accumulateConfusion(op);
    case OpKind::AccumulateError: return accumulateError(op);
    case OpKind::RowLoss: return rowLoss(op);
    case OpKind::RowLossGrad: return rowLossGrad(op);
    case OpKind::AccumulateR2: return accumulateR2(op);
    case OpKind::ClipGradients: return clipGradients(op);
    case OpKind::SgdUpdate: return sgdUpdate(op);
    case OpKind::AdamUpdate: return adamUpdate(op);
    case OpKind::NadamUpdate: return nadamUpdate(op);
    case OpKind::RmspropUpdate: return rmspropUpdate(op);
    case OpKind::AdagradUpdate: return adagradUpdate(op);
    case OpKind::LionUpdate: return lionUpdate(op);
    case OpKind::LambUpdate: return lambUpdate(op);
    case OpKind::MuonUpdate: return muonUpdate(op);
    case OpKind::EmaUpdate: return emaUpdate(op);
    case OpKind::AccumulateGradients: return accumulateGradients(op);
    case OpKind::Cast: return cast(op);
    case OpKind::ScaleGradient: return scaleGradient(op);
    case OpKind::UnscaleGradients: return unscaleGradients(op);
    case OpKind::UpdateLossScale: return updateLossScale(op);
    case OpKind::ElementwiseChain: return elementwiseChain(op);
    case OpKind::SoftmaxCrossEntropyWithGrad: return softmaxCrossEntropyWithGrad(op);
    case OpKind::Embedding: return embedding(op);
    case OpKind::EmbeddingGrad: return embeddingGrad(op);
    case OpKind::Rotary: return rotary(op);
    case OpKind::Attention: return attention(op);
    case OpKind::AttentionGrad: return attentionGrad(op);
    case OpKind::RmsNorm: return rmsNorm(op);
    case OpKind::RmsNormGrad: return rmsNormGrad(op);
    case OpKind::GroupNorm: return groupNorm(op);
    case OpKind::GroupNormGrad: return groupNormGrad(op);
    case OpKind::LogSoftmax: return logSoftmax(op);
    case OpKind::LogSoftmaxGrad: return logSoftmaxGrad(op);
    case OpKind::Conv3d: return conv3d(op);
    case OpKind::Conv3dGradData: return conv3dGradData(op);
    case OpKind::Conv3dGradWeights: return conv3dGradWeights(op);
    }
}

Values64 emptyValues(const OpList &list)
{
    Values64 values;
    for (const Value &value : list.values)
        values.emplace_back(value.type);
    return values;
}

void interpret(const OpList &list, Values64 &values, const StepScalars &scalars, std::size_t count)
{
    for (std::size_t i = 0; i < list.ops.size() && i < count; ++i)
        interpretOp(RefOp(list.ops[i], values, scalars));
}

}  // namespace trainyard::reference
