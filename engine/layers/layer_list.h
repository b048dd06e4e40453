// The layers there are, in palette order. Adding one: a word here and a file engine/layers/<name>.cpp that defines
// make<Name>Layer(). Palette, inspector, reference, project files and the contract suite follow from its spec.
#pragma once

#include "engine/layers/layer_spec.h"

#define TRAINYARD_LAYERS(X) \
    X(Input) \
    X(Dense) \
    X(Dropout) \
    X(Conv2d) \
    X(BatchNorm) \
    X(LayerNorm) \
    X(Relu) \
    X(LeakyRelu) \
    X(Gelu) \
    X(Silu) \
    X(Tanh) \
    X(Sigmoid) \
    X(Softmax) \
    X(MaxPool2d) \
    X(AvgPool2d) \
    X(GlobalAvgPool) \
    X(Flatten) \
    X(Reshape) \
    X(Add) \
    X(Multiply) \
    X(Concat) \
    X(SoftmaxCrossEntropy) \
    X(MeanSquaredError)

namespace trainyard {

#define X(Name) LayerSpec make##Name##Layer();
TRAINYARD_LAYERS(X)
#undef X

}  // namespace trainyard
