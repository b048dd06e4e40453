// What the two transformer blocks have in common: sublayers with a norm and a shortcut each.
#pragma once

#include "engine/blocks/block_body.h"

namespace trainyard {

std::vector<ParameterSpec> transformerParameters();
// Settings for a sequence [T, width] or an image, whose pixels are positions.
ParameterMap transformerSettingsFor(const Shape &input);

class TransformerBody {
public:
    explicit TransformerBody(const LayerSettings &settings) : m_settings(settings) {}

    LayerId input(const std::string &name) { return m_body.input(name); }
    // x attends to itself, or to the memory where that is not 0.
    LayerId attention(const std::string &stem, LayerId x, bool causal, LayerId memory = 0);
    // Two dense layers on each position alone.
    LayerId feedForward(LayerId x);
    Graph finish(LayerId x);

private:
    // The sublayer between what `before` and `after` put around it: norm first, x + f(norm(x)), or last, norm(x + f(x)).
    LayerId before(const std::string &stem, LayerId x);
    LayerId after(const std::string &stem, LayerId x, LayerId result);

    const LayerSettings &m_settings;
    BlockBody m_body;
};

}  // namespace trainyard
