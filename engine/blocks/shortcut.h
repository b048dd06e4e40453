// The shortcut around the convolutions of a residual block.
#pragma once

#include "engine/blocks/block_body.h"

namespace trainyard {

ParameterSpec shortcutParameter();
// The block's input as it is, or through a 1x1 convolution with the settings' filters and stride.
LayerId addShortcut(BlockBody &body, LayerId input, const LayerSettings &settings);
// As many filters as channels come in, with which the input can be added as it is.
ParameterMap filtersOf(const Shape &input);

}  // namespace trainyard
