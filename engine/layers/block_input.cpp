#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

// graph/flatten.cpp wires what comes to the block past it, so neither rule is reached.
static ShapeResult inferShape(const LayerSettings &, std::span<const Shape>)
{
    return problem("A block input belongs inside the definition of a block.");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    return fail(ErrorCode::Internal, "{} belongs inside the definition of a block.", context.name);
}

LayerSpec makeBlockInputLayer()
{
    return {.type = kBlockInputType,
            .title = "Block input",
            .category = Category::Input,
            .summary = "Where one input of a block enters its definition.",
            .help = "A block has as many inputs as its definition has layers of this kind, in the order of their numbers.",
            .parameters = {integerParameter("number", "Number", 1, 1, kMaxBlockInputs, "Which input of the block, counted from 1.")},
            .minInputs = 0,
            .maxInputs = 0,
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("input {}", settings.integer("number")); }};
}

}  // namespace trainyard
