#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/blocks/shortcut.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

static Graph make(const LayerSettings &settings)
{
    const std::int64_t filters = settings.integer("filters"), kernel = settings.integer("kernel"), stride = settings.integer("stride");
    const std::string &activation = settings.choice("activation");
    BlockBody body;
    const LayerId in = body.input();
    const LayerId first = addConvolution(body, "1", in, {{"filters", filters}, {"kernel", square(kernel)}, {"stride", square(stride)}}, activation);
    const LayerId second = addConvolution(body, "2", first, {{"filters", filters}, {"kernel", square(kernel)}}, "none");
    const LayerId sum = body.add("add", "sum", {second, addShortcut(body, in, settings)});
    return body.finish(addActivation(body, activation, "act2", sum));
}

BuiltInBlock makeResidualBlock()
{
    return {.name = "residual",
            .title = "Residual",
            .summary = "Two convolutions with a shortcut around them.",
            .help = "y = act(norm(conv(act(norm(conv(x))))) + x): what is learned is added to what came in, so that deep networks of such blocks train well. "
                    "Images come in and go out. At the start of a stage take stride 2 and twice the filters; the shortcut then has a convolution of its own. "
                    "The basic block of ResNet-18 and 34: He et al. 2016.",
            .settings = {integerParameter("filters", "Filters", 16, 1, 1 << 16, "The channels it puts out."),
                         integerParameter("kernel", "Kernel", 3, 1, 31, "Size of both convolutions' patch."),
                         integerParameter("stride", "Stride", 1, 1, 8, "2 halves height and width."), shortcutParameter(), activationParameter("relu")},
            .make = make,
            .settingsFor = filtersOf};
}

}  // namespace trainyard
