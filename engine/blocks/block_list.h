// The built-in blocks, in palette order. Adding one: a word here and a file engine/blocks/<name>.cpp that defines
// make<Name>Block(). Palette, inspector, reference and the tests of all blocks follow from what it returns.
#pragma once

#include "engine/blocks/built_in_blocks.h"

#define TRAINYARD_BUILT_IN_BLOCKS(X) \
    X(Residual) \
    X(Bottleneck) \
    X(InvertedResidual) \
    X(SqueezeExcite) \
    X(Inception) \
    X(Unet) \
    X(TransformerEncoder) \
    X(TransformerDecoder)

namespace trainyard {

#define X(Name) BuiltInBlock make##Name##Block();
TRAINYARD_BUILT_IN_BLOCKS(X)
#undef X

}  // namespace trainyard
