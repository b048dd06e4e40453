#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// graph/flatten.cpp puts the layers of the definition in its place, so neither rule is reached.
static ShapeResult inferShape(const LayerSettings &, std::span<const Shape>)
{
    return problem("A block has no shape of its own.");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return fail(ErrorCode::Internal, "The block {} was not expanded.", context.name);
}

LayerSpec makeBlockLayer()
{
    return {.type = kBlockType,
            .title = "Block",
            .category = Category::Core,
            .summary = "Several layers as one, which can be used in many places.",
            .help = "A block stands for the layers of its definition. All blocks of one definition change when it is edited. "
                    "Repeated, each takes what the one before gave, on its first input; with shared weights all of them "
                    "train the same parameters.",
            .parameters = {integerParameter("repeat", "Repeat", 1, 1, 64, "How many of them stand in a row."),
                           booleanParameter("share_weights", "Share weights", false, "Whether the repeated blocks train the same parameters.")},
            .minInputs = 1,
            .maxInputs = kMaxBlockInputs,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) {
                return settings.integer("repeat") == 1 ? std::string() : fmt::format("repeated {} times", settings.integer("repeat"));
            }};
}

}  // namespace trainyard
