#include <algorithm>

#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/blocks/shortcut.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    const std::int64_t filters = settings.integer("filters"), stride = settings.integer("stride"), groups = settings.integer("groups");
    // The groups share the narrow channels evenly.
    const std::int64_t narrow = std::max<std::int64_t>((filters / settings.integer("reduction") + groups - 1) / groups, 1) * groups;
    const std::string &activation = settings.choice("activation");
    BlockBody body;
    const LayerId in = body.input();
    const LayerId reduced = addConvolution(body, "1", in, {{"filters", narrow}, {"kernel", square(1)}}, activation);
    ParameterMap middle{{"filters", narrow}, {"kernel", square(settings.integer("kernel"))}, {"stride", square(stride)}};
    if (groups > 1)
        middle["groups"] = groups;
    const LayerId seen = addConvolution(body, "2", reduced, std::move(middle), activation);
    const LayerId widened = addConvolution(body, "3", seen, {{"filters", filters}, {"kernel", square(1)}}, "none");
    const LayerId sum = body.add("add", "sum", {widened, addShortcut(body, in, settings)});
    return body.finish(addActivation(body, activation, "act3", sum));
}

BuiltInBlock makeBottleneckBlock()
{
    return {.name = "bottleneck",
            .title = "Residual bottleneck",
            .summary = "A convolution on fewer channels, with a shortcut around it.",
            .help = "A 1x1 convolution reduces the channels, a 3x3 one looks at the image, another 1x1 one widens them again, and what came in is added. "
                    "Cheaper than the residual block where there are many channels. Images come in and go out. ResNet-50 and deeper: He et al. 2016; with groups "
                    "it is the block of ResNeXt: Xie et al. 2017.",
            .settings = {integerParameter("filters", "Filters", 64, 1, 1 << 16, "The channels it puts out."),
                         integerParameter("reduction", "Reduction", 4, 1, 64, "How many times fewer channels the middle convolution works on."),
                         integerParameter("kernel", "Kernel", 3, 1, 31, "Size of the middle convolution's patch."),
                         integerParameter("stride", "Stride", 1, 1, 8, "2 halves height and width."),
                         integerParameter("groups", "Groups", 1, 1, 256, "Splits the middle convolution into groups that do not see each other."), shortcutParameter(),
                         activationParameter("relu")},
            .make = make,
            .settingsFor = filtersOf};
}

}  // namespace trainyard
