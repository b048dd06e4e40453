#include "engine/layers/layer_list.h"
#include "engine/layers/recurrent_layer.h"

namespace trainyard {

static constexpr RecurrentCell kCell{"GRU", OpKind::Gru, 3};

LayerSpec makeGruLayer()
{
    return {.type = "gru",
            .title = "GRU",
            .category = Category::Core,
            .summary = "Reads a sequence position by position, with fewer gates than an LSTM.",
            .help = "For sequences of positions x features. At each position, from input x and the states before: r, z = sigmoid(x W + h U + b) "
                    "with weights of their own, n = tanh(x W + b + r (h U + b')), then h = (1 - z) n + z h. It has three quarters of an LSTM's "
                    "weights and often does as well; try both. All weights begin uniform within 1 / sqrt(units), gates lie in PyTorch's order "
                    "r, z, n, and r acts behind the product, as in PyTorch and Keras. Cho et al. 2014.",
            .parameters = recurrentParameters(),
            .inferShape = [](const LayerSettings &settings, std::span<const Shape> inputs) { return recurrentShape(kCell, settings, inputs); },
            .emitOps = [](EmitContext &context) {
                ParameterInit bias;
                bias.initializer = Initializer::Uniform;
                return emitRecurrent(kCell, context, bias);
            },
            .label = recurrentLabel};
}

}  // namespace trainyard
