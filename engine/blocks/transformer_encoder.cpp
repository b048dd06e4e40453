#include "engine/blocks/block_list.h"
#include "engine/blocks/transformer_parts.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    TransformerBody body(settings);
    const LayerId in = body.input("input");
    return body.finish(body.feedForward(body.attention("", in, settings.boolean("causal"))));
}

BuiltInBlock makeTransformerEncoderBlock()
{
    std::vector<ParameterSpec> settings = transformerParameters();
    settings.insert(settings.begin() + 2, booleanParameter("causal", "Causal", false,
                                                           "A position sees only itself and those before it: the block of a language model."));
    return {.name = "transformer_encoder",
            .title = "Transformer encoder",
            .summary = "Each position gathers from the others, then two dense layers think about it.",
            .help = "x + attention(norm(x)), then x + dense(act(dense(norm(x)))), for a sequence [positions, width]; the same shape goes out. Repeat it for a deeper "
                    "network. Causal, it is the block of language models as GPT; with images cut into patches, that of a vision transformer. Vaswani et al. 2017.",
            .settings = std::move(settings),
            .make = make,
            .settingsFor = transformerSettingsFor};
}

}  // namespace trainyard
