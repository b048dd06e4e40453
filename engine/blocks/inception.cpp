#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    const std::string &activation = settings.choice("activation");
    BlockBody body;
    const LayerId in = body.input();
    const auto convolution = [&](const std::string &stem, LayerId source, const char *filters, std::int64_t kernel, double column) {
        return addConvolution(body, stem, source, {{"filters", settings.integer(filters)}, {"kernel", square(kernel)}}, activation, column);
    };
    const LayerId one = convolution("1x1", in, "filters_1x1", 1, 0);
    const LayerId three = convolution("3x3", convolution("3x3_reduce", in, "reduce_3x3", 1, 1), "filters_3x3", 3, 1);
    const LayerId five = convolution("5x5", convolution("5x5_reduce", in, "reduce_5x5", 1, 2), "filters_5x5", 5, 2);
    const LayerId pool = body.add("max_pool2d", "pool", {in}, {{"kernel", square(3)}, {"stride", square(1)}, {"padding", std::string("same")}}, 3);
    return body.finish(body.add("concat", "join", {one, three, five, convolution("_pool", pool, "filters_pool", 1, 3)}));
}

// The shares of the authors' first block, which brings 192 channels to 256: here as many go out as come in, but at least 8.
static ParameterMap settingsFrom(const Shape &input)
{
    const auto channels = channelsOf(input);
    if (!channels)
        return {};
    const std::int64_t eighth = std::max<std::int64_t>(*channels / 8, 1);
    return {{"filters_1x1", 2 * eighth}, {"reduce_3x3", 3 * eighth}, {"filters_3x3", 4 * eighth},
            {"reduce_5x5", std::max<std::int64_t>(eighth / 2, 1)}, {"filters_5x5", eighth}, {"filters_pool", eighth}};
}

BuiltInBlock makeInceptionBlock()
{
    const auto filters = [](std::string key, std::string label, std::int64_t usual, std::string help) {
        return integerParameter(std::move(key), std::move(label), usual, 1, 1 << 16, std::move(help));
    };
    return {.name = "inception",
            .title = "Inception",
            .summary = "Looks at an image with several patch sizes side by side.",
            .help = "Four branches, 1x1, 3x3 and 5x5 convolutions and a pool, are lined up along the channels; 1x1 convolutions before the larger ones keep them cheap. "
                    "Height and width stay; the channels put out are the sum of the four branches' filters. GoogLeNet: Szegedy et al. 2015, here with batch norm as in "
                    "Ioffe and Szegedy 2015.",
            .settings = {filters("filters_1x1", "Filters 1x1", 16, "Of the branch of a 1x1 convolution."),
                         filters("reduce_3x3", "Reduce 3x3", 24, "Channels the 3x3 convolution gets."), filters("filters_3x3", "Filters 3x3", 32, "Of the branch with a 3x3 convolution."),
                         filters("reduce_5x5", "Reduce 5x5", 4, "Channels the 5x5 convolution gets."), filters("filters_5x5", "Filters 5x5", 8, "Of the branch with a 5x5 convolution."),
                         filters("filters_pool", "Filters after the pool", 8, "Of the branch with a pool."), activationParameter("relu")},
            .make = make,
            .settingsFor = settingsFrom};
}

}  // namespace trainyard
