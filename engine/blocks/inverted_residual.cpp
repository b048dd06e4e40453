#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    const std::int64_t channels = settings.integer("channels"), filters = settings.integer("filters");
    const std::int64_t stride = settings.integer("stride"), expansion = settings.integer("expansion");
    const std::string &activation = settings.choice("activation");
    BlockBody body;
    const LayerId in = body.input();
    LayerId x = in;
    if (expansion > 1)
        x = addConvolution(body, "_expand", x, {{"filters", channels * expansion}, {"kernel", square(1)}}, activation);
    x = addConvolution(body, "_depthwise", x, {{"kernel", square(settings.integer("kernel"))}, {"stride", square(stride)}}, activation, 0, "depthwise_conv2d");
    x = addConvolution(body, "_project", x, {{"filters", filters}, {"kernel", square(1)}}, "none");
    if (stride == 1 && channels == filters)
        x = body.add("add", "sum", {x, in});
    return body.finish(x);
}

static ParameterMap settingsFrom(const Shape &input)
{
    const auto channels = channelsOf(input);
    return channels ? ParameterMap{{"channels", *channels}, {"filters", *channels}} : ParameterMap{};
}

BuiltInBlock makeInvertedResidualBlock()
{
    return {.name = "inverted_residual",
            .title = "Inverted residual",
            .summary = "Widens, looks at each channel alone, narrows: much for few operations.",
            .help = "A 1x1 convolution widens the channels, a depthwise one looks at the image channel by channel, and a 1x1 convolution without activation narrows "
                    "them. What came in is added where stride is 1 and the channels stay the same. Images come in and go out. For networks that must be small and "
                    "fast: MobileNetV2, Sandler et al. 2018, with relu6; MobileNetV3 takes hard_swish.",
            .settings = {integerParameter("channels", "Channels", 16, 1, 1 << 12, "The channels that come in."),
                         integerParameter("filters", "Filters", 16, 1, 1 << 16, "The channels it puts out."),
                         integerParameter("expansion", "Expansion", 6, 1, 16, "How many times as many channels the depthwise convolution sees."),
                         integerParameter("kernel", "Kernel", 3, 1, 31, "Size of the depthwise convolution's patch."),
                         integerParameter("stride", "Stride", 1, 1, 8, "2 halves height and width."), activationParameter("relu6")},
            .make = make,
            .settingsFor = settingsFrom};
}

}  // namespace trainyard
