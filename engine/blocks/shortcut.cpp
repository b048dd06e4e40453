#include "engine/blocks/shortcut.h"

#include "engine/layers/parameter_specs.h"

namespace trainyard {

ParameterSpec shortcutParameter()
{
    return choiceParameter("shortcut", "Shortcut", "identity", {"identity", "projection"},
                           "identity: what comes in is added as it is, which needs as many channels as filters. projection: through a 1x1 convolution, "
                           "for another number of channels. With a stride above 1 it is always a projection.");
}

LayerId addShortcut(BlockBody &body, LayerId input, const LayerSettings &settings)
{
    const std::int64_t stride = settings.integer("stride");
    if (stride == 1 && settings.choice("shortcut") == "identity")
        return input;
    return addConvolution(body, "_shortcut", input, {{"filters", settings.integer("filters")}, {"kernel", square(1)}, {"stride", square(stride)}}, "none", 1);
}

ParameterMap filtersOf(const Shape &input)
{
    const auto channels = channelsOf(input);
    return channels ? ParameterMap{{"filters", *channels}} : ParameterMap{};
}

}  // namespace trainyard
