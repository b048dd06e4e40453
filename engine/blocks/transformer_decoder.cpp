#include "engine/blocks/block_list.h"
#include "engine/blocks/transformer_parts.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    TransformerBody body(settings);
    const LayerId in = body.input("input"), memory = body.input("memory");
    const LayerId own = body.attention("_self", in, true);
    return body.finish(body.feedForward(body.attention("_cross", own, false, memory)));
}

BuiltInBlock makeTransformerDecoderBlock()
{
    return {.name = "transformer_decoder",
            .title = "Transformer decoder",
            .summary = "Continues a sequence while it looks at another one.",
            .help = "Causal attention of the sequence to itself, attention to the memory, then two dense layers, each with a norm and a shortcut. The first input is the "
                    "sequence [positions, width], whose shape goes out; the second the memory [positions, any width], what an encoder gives. For translation and "
                    "whatever is made from something else. Repeated blocks all see the same memory. Vaswani et al. 2017.",
            .settings = transformerParameters(),
            .make = make,
            .settingsFor = transformerSettingsFor};
}

}  // namespace trainyard
