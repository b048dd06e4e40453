#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"
#include "engine/base/format.h"

namespace trainyard {

static Result<ValueId> emitOps(EmitContext &context)
{
    const double rate = context.settings.real("rate");
    if (context.mode != Mode::Train || rate == 0.0)
        return context.inputs[0];
    return context.builder.addOne(OpKind::Dropout, DropoutAttributes{static_cast<float>(rate), context.randomKey},
                                  {context.inputs[0]});
}

LayerSpec makeDropoutLayer()
{
    return {.type = "dropout",
            .title = "Dropout",
            .category = Category::Core,
            .summary = "Zeroes random values while training, so that the network does not lean on any of them.",
            .help = "In training each value becomes 0 with probability rate, else x / (1 - rate); otherwise y = x. Use it "
                    "where validation loss rises while training loss still falls: 0.5 between dense layers, 0.1 to 0.3 "
                    "after convolutions. Srivastava et al. 2014.",
            .parameters = {realParameter("rate", "Rate", 0.5, 0.0, 0.95, "Share of the values that are zeroed in each step.")},
            .inferShape = sameAsInput,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return formatPercent(settings.real("rate")); }};
}

}  // namespace trainyard
