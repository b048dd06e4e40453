// The layers there are, in palette order. Adding one: a word here and a file engine/layers/<name>.cpp that defines
// make<Name>Layer(). Palette, inspector, reference, project files and the contract suite follow from its spec.
#pragma once

#include "engine/layers/layer_spec.h"

#define TRAINYARD_LAYERS(X) \
    X(Input) \
    X(Dense) \
    X(Embedding) \
    X(PositionalEmbedding) \
    X(MultiHeadAttention) \
    X(Lstm) \
    X(Gru) \
    X(Expression) \
    X(Constant) \
    X(Identity) \
    X(Dropout) \
    X(SpatialDropout) \
    X(GaussianNoise) \
    X(Conv2d) \
    X(DepthwiseConv2d) \
    X(SeparableConv2d) \
    X(ConvTranspose2d) \
    X(Conv1d) \
    X(Conv3d) \
    X(BatchNorm) \
    X(LayerNorm) \
    X(RmsNorm) \
    X(GroupNorm) \
    X(InstanceNorm) \
    X(Relu) \
    X(LeakyRelu) \
    X(Prelu) \
    X(Elu) \
    X(Selu) \
    X(Gelu) \
    X(Silu) \
    X(Mish) \
    X(HardSwish) \
    X(Tanh) \
    X(Sigmoid) \
    X(HardSigmoid) \
    X(Softmax) \
    X(LogSoftmax) \
    X(Softplus) \
    X(MaxPool2d) \
    X(AvgPool2d) \
    X(AdaptiveAvgPool2d) \
    X(AdaptiveMaxPool2d) \
    X(GlobalAvgPool) \
    X(GlobalMaxPool) \
    X(MaxPool1d) \
    X(AvgPool1d) \
    X(AdaptiveAvgPool1d) \
    X(AdaptiveMaxPool1d) \
    X(MaxPool3d) \
    X(AvgPool3d) \
    X(Flatten) \
    X(Reshape) \
    X(Permute) \
    X(Squeeze) \
    X(Slice) \
    X(Split) \
    X(Expand) \
    X(Pad) \
    X(Pad2d) \
    X(Crop) \
    X(Upsample) \
    X(ReduceMean) \
    X(ReduceSum) \
    X(ReduceMax) \
    X(Add) \
    X(Subtract) \
    X(Multiply) \
    X(Matmul) \
    X(Maximum) \
    X(Concat) \
    X(SoftmaxCrossEntropy) \
    X(BinaryCrossEntropy) \
    X(Focal) \
    X(Hinge) \
    X(Dice) \
    X(KlDivergence) \
    X(MeanSquaredError) \
    X(MeanAbsoluteError) \
    X(Huber) \
    X(CosineSimilarity)

// Those that blocks are made with: nobody picks them from a palette.
#define TRAINYARD_BLOCK_LAYERS(X) \
    X(Block) \
    X(BlockInput) \
    X(BlockOutput)

namespace trainyard {

#define X(Name) LayerSpec make##Name##Layer();
TRAINYARD_LAYERS(X)
TRAINYARD_BLOCK_LAYERS(X)
#undef X

}  // namespace trainyard
