#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/recurrent_layer.h"

namespace trainyard {

static constexpr RecurrentCell kCell{"LSTM", OpKind::Lstm, 4};

LayerSpec makeLstmLayer()
{
    std::vector<ParameterSpec> parameters = recurrentParameters();
    parameters.push_back(realParameter("forget_bias", "Forget bias", 0.0, -10.0, 10.0,
                                       "Added to the first bias of the forget gate. 0: as PyTorch begins. 1: it begins by remembering, which helps "
                                       "with long sequences (Jozefowicz et al. 2015)."));
    return {.type = "lstm",
            .title = "LSTM",
            .category = Category::Core,
            .summary = "Reads a sequence position by position and remembers what matters.",
            .help = "For sequences of positions x features: time series, letters, sensor data. At each position, from input x and the states "
                    "before: i, f, o = sigmoid(x W + h U + b), g = tanh(x W + h U + b) with weights of their own, then c = f c + i g and h = "
                    "o tanh(c). The gates decide what enters the memory c, what stays there and what is shown, so that gradients reach far "
                    "back. All weights begin uniform within 1 / sqrt(units), gates lie in PyTorch's order i, f, g, o. Slower than attention "
                    "or convolutions, because positions wait for each other; gru has fewer weights. Hochreiter and Schmidhuber 1997, Gers et "
                    "al. 2000.",
            .parameters = std::move(parameters),
            .inferShape = [](const LayerSettings &settings, std::span<const Shape> inputs) { return recurrentShape(kCell, settings, inputs); },
            .emitOps = [](EmitContext &context) {
                ParameterInit bias;
                bias.initializer = Initializer::LstmBias;
                bias.offset = context.settings.real("forget_bias");
                return emitRecurrent(kCell, context, bias);
            },
            .label = recurrentLabel};
}

}  // namespace trainyard
