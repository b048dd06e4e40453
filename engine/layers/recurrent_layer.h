// What lstm and gru share: a stack of recurrent layers over a sequence, each reading the states of the one before.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

struct RecurrentCell {
    const char *title;
    OpKind op;
    std::int64_t gates;  // blocks of units in weights and bias
};

// units, layers, bidirectional, output and dropout.
std::vector<ParameterSpec> recurrentParameters();

// [positions, features] to all states [positions, states] or the last ones [states].
ShapeResult recurrentShape(const RecurrentCell &cell, const LayerSettings &settings, std::span<const Shape> inputs);

// bias: how the biases of the gates begin; its deviation is set here.
Result<ValueId> emitRecurrent(const RecurrentCell &cell, EmitContext &context, ParameterInit bias);

std::string recurrentLabel(const LayerSettings &settings);

}  // namespace trainyard
