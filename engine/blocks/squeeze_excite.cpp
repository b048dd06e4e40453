#include <algorithm>

#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    const std::int64_t channels = settings.integer("channels");
    const std::int64_t narrow = std::max<std::int64_t>(channels / settings.integer("reduction"), 1);
    BlockBody body;
    const LayerId in = body.input();
    LayerId x = body.add("global_avg_pool", "squeeze", {in}, {}, 1);
    x = body.add("dense", "reduce", {x}, {{"units", narrow}}, 1);
    x = addActivation(body, settings.choice("activation"), "act", x, 1);
    x = body.add("dense", "excite", {x}, {{"units", channels}}, 1);
    x = body.add(settings.choice("gate"), "gate", {x}, {}, 1);
    return body.finish(body.add("multiply", "scale", {in, x}));
}

static ParameterMap settingsFrom(const Shape &input)
{
    const auto channels = channelsOf(input);
    return channels ? ParameterMap{{"channels", *channels}} : ParameterMap{};
}

BuiltInBlock makeSqueezeExciteBlock()
{
    return {.name = "squeeze_excite",
            .title = "Squeeze and excite",
            .summary = "Weighs the channels of an image by what is in the whole of it.",
            .help = "y = x g with one number g for each channel: g = gate(W2 act(W1 mean(x))), where the mean goes over all pixels. Put it behind the convolutions of a "
                    "block, before the sum; it costs little. The same image shape comes in and goes out. Hu et al. 2018.",
            .settings = {integerParameter("channels", "Channels", 16, 1, 1 << 16, "The channels that come in."),
                         integerParameter("reduction", "Reduction", 4, 1, 256, "How many times fewer units lie between the two dense layers; the authors take 16 for 256 "
                                                                               "channels and more."),
                         activationParameter("relu", {"relu", "silu", "gelu"}),
                         choiceParameter("gate", "Gate", "sigmoid", {"sigmoid", "hard_sigmoid"}, "What brings the weights between 0 and 1.")},
            .make = make,
            .settingsFor = settingsFrom};
}

}  // namespace trainyard
