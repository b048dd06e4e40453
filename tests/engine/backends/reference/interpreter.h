// Runs a list of ops in float64, op after op, with the naive references: the oracle for whole Programs.
#pragma once

#include "tests/engine/backends/reference/convolution.h"
#include "tests/engine/backends/reference/dense.h"
#include "tests/engine/backends/reference/elementwise.h"
#include "tests/engine/backends/reference/layout.h"
#include "tests/engine/backends/reference/losses.h"
#include "tests/engine/backends/reference/low_precision.h"
#include "tests/engine/backends/reference/metrics.h"
#include "tests/engine/backends/reference/normalization.h"
#include "tests/engine/backends/reference/pooling.h"
#include "tests/engine/backends/reference/updates.h"

namespace trainyard::reference {

inline void interpretOp(const RefOp &op)
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
    case OpKind::SoftmaxCrossEntropy: return softmaxCrossEntropy(op);
    case OpKind::SoftmaxCrossEntropyGrad: return softmaxCrossEntropyGrad(op);
    case OpKind::MeanSquaredError: return meanSquaredError(op);
    case OpKind::MeanSquaredErrorGrad: return meanSquaredErrorGrad(op);
    case OpKind::AccumulateLoss: return accumulateLoss(op);
    case OpKind::AccumulateAccuracy: return accumulateAccuracy(op);
    case OpKind::AccumulateAbsoluteError: return accumulateAbsoluteError(op);
    case OpKind::AccumulateR2: return accumulateR2(op);
    case OpKind::ClipGradients: return clipGradients(op);
    case OpKind::SgdUpdate: return sgdUpdate(op);
    case OpKind::AdamUpdate: return adamUpdate(op);
    case OpKind::Cast: return cast(op);
    case OpKind::ScaleGradient: return scaleGradient(op);
    case OpKind::UnscaleGradients: return unscaleGradients(op);
    case OpKind::UpdateLossScale: return updateLossScale(op);
    case OpKind::ElementwiseChain: return elementwiseChain(op);
    case OpKind::SoftmaxCrossEntropyWithGrad: return softmaxCrossEntropyWithGrad(op);
    }
}

// Zeros for every value of the list.
inline Values64 emptyValues(const OpList &list)
{
    Values64 values;
    for (const Value &value : list.values)
        values.emplace_back(value.type);
    return values;
}

// The first `count` ops; all of them by default.
inline void interpret(const OpList &list, Values64 &values, const StepScalars &scalars, std::size_t count = static_cast<std::size_t>(-1))
{
    for (std::size_t i = 0; i < list.ops.size() && i < count; ++i)
        interpretOp(RefOp(list.ops[i], values, scalars));
}

}  // namespace trainyard::reference
