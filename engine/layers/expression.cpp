#include "engine/layers/formula.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static std::string nameOf(std::size_t input)
{
    return std::string(1, static_cast<char>('a' + input));
}

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const auto formula = parseFormula(settings.text("formula"));
    if (!formula)
        return problem("Formula: " + formula.error(), "formula");
    for (const std::size_t used : formula->inputs)
        if (used >= inputs.size())
            return problem(fmt::format("Expression uses {}, but only {} of its inputs {} connected. Connect what {} stands for, or change the formula.",
                                       nameOf(used), inputs.size(), inputs.size() == 1 ? "is" : "are", nameOf(used)),
                           "formula");
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (std::find(formula->inputs.begin(), formula->inputs.end(), i) == formula->inputs.end())
            return problem(fmt::format("Input {} of expression is {}, which does not count in its formula. Use {} in the formula, or delete the wire.", i + 1,
                                       nameOf(i), nameOf(i)),
                           "formula");
    if (auto found = checkSameShapes("Expression", inputs))
        return tl::unexpected(std::move(*found));
    return inputs[0];
}

static Result<ValueId> emitOps(EmitContext &context)
{
    auto formula = parseFormula(context.settings.text("formula"));
    if (!formula)
        return fail(ErrorCode::InvalidGraph, "Formula: {}", formula.error());
    std::vector<ValueId> inputs;
    for (const std::size_t input : formula->inputs)
        inputs.push_back(context.inputs.at(input));
    return context.builder.addOne(OpKind::ElementwiseChain, std::move(formula->chain), std::move(inputs));
}

static std::string label(const LayerSettings &settings)
{
    constexpr std::size_t kShown = 30;
    const std::string &formula = settings.text("formula");
    return formula.size() <= kShown ? formula : formula.substr(0, kShown) + "...";
}

LayerSpec makeExpressionLayer()
{
    return {.type = "expression",
            .title = "Expression",
            .category = Category::Core,
            .summary = "A formula of your own, computed for each element of its inputs.",
            .help = "The inputs, of one shape, are a, b, c and d in the order they are connected. Operators are + - * / ^ and the comparisons "
                    "< > <= >=, which are 1 or 0; pi and e are constants; functions are " + formulaFunctions() + ". The gradient follows by "
                    "itself, and the whole formula is one pass over the data. For activations and gates that have no layer of their own: "
                    "a * sigmoid(1.702 * a), or a * b + (1 - a) * c.",
            .parameters = {textParameter("formula", "Formula", "a * sigmoid(1.702 * a)",
                                         [](std::string_view text) -> std::optional<std::string> {
                                             const auto formula = parseFormula(text);
                                             return formula ? std::nullopt : std::optional(formula.error());
                                         },
                                         "What to compute of the inputs a, b, c and d.")},
            .minInputs = 1,
            .maxInputs = static_cast<int>(kMaxFormulaInputs),
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = label};
}

}  // namespace trainyard
