#include "engine/base/format.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const double rate = context.settings.real("rate");
    if (context.mode != Mode::Train || rate == 0.0)
        return context.inputs[0];
    return context.builder.addOne(OpKind::Dropout, DropoutAttributes{static_cast<float>(rate), context.randomKey, true}, {context.inputs[0]});
}

LayerSpec makeSpatialDropoutLayer()
{
    return {.type = "spatial_dropout",
            .title = "Spatial dropout",
            .category = Category::Core,
            .summary = "Zeroes whole channels while training, so that the network does not lean on any of them.",
            .help = "In training each channel of each sample becomes 0 at all positions with probability rate, else x / (1 - rate); otherwise y = x. "
                    "Neighbouring positions are so alike that plain dropout between convolutions hides little; this hides the channel. 0.1 to "
                    "0.3 are usual. Tompson et al. 2015.",
            .parameters = {realParameter("rate", "Rate", 0.2, 0.0, 0.95, "Share of the channels that are zeroed in each step.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return formatPercent(settings.real("rate")); }};
}

}  // namespace trainyard
