// Writes the body of a built-in block layer by layer, each below what feeds it.
#pragma once

#include "engine/graph/graph.h"

namespace trainyard {

class BlockBody {
public:
    // The block's inputs, side by side in the order of the calls, numbered from 1.
    LayerId input(const std::string &name = "input");
    // A layer fed by these, in this order; column: how many cards to the right of the first column it stands.
    LayerId add(const std::string &type, const std::string &name, const std::vector<LayerId> &sources, ParameterMap settings = {}, double column = 0);
    // Closes the body with this layer as what the block gives.
    Graph finish(LayerId output);

private:
    LayerId put(const std::string &type, const std::string &name, const std::vector<LayerId> &sources, double column);
    Graph m_graph;
    std::int64_t m_inputs = 0;
};

// Convolution without bias, batch norm and, unless it is "none", an activation, named "conv<stem>", "norm<stem>" and
// "act<stem>". The convolution's type is conv2d or depthwise_conv2d, whose filters are left out of the settings.
LayerId addConvolution(BlockBody &body, const std::string &stem, LayerId source, ParameterMap settings, const std::string &activation,
                       double column = 0, const std::string &type = "conv2d");

// The activations that convolutional blocks offer: types of layers, and relu6.
ParameterSpec activationParameter(const std::string &usual, std::vector<std::string> choices = {"relu", "relu6", "leaky_relu", "silu", "gelu", "hard_swish"});
LayerId addActivation(BlockBody &body, const std::string &activation, const std::string &name, LayerId source, double column = 0);

// The channels of an image; absent where the shape is none.
std::optional<std::int64_t> channelsOf(const Shape &shape);

inline std::vector<std::int64_t> square(std::int64_t size)
{
    return {size, size};
}

}  // namespace trainyard
