#include <algorithm>
#include <numeric>

#include "engine/layers/layer_list.h"
#include "engine/layers/loss_layer.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostClasses = 1000;  // whose weights can be typed

// What people type for the classes, with a mean of 1.
std::vector<float> listedWeights(const std::vector<std::int64_t> &listed)
{
    const double mean = static_cast<double>(std::accumulate(listed.begin(), listed.end(), std::int64_t{0})) / static_cast<double>(listed.size());
    std::vector<float> weights;
    for (const std::int64_t one : listed)
        weights.push_back(static_cast<float>(static_cast<double>(one) / mean));
    return weights;
}

// rows / (classes * rows of the class): all classes together weigh alike. A class that never comes counts as if it came once.
std::vector<float> balancedWeights(std::span<const std::int64_t> counts, std::int64_t classes)
{
    std::vector<float> weights(static_cast<std::size_t>(classes), 1.0f);
    const double rows = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
    for (std::size_t c = 0; c < counts.size() && c < weights.size(); ++c)
        weights[c] = static_cast<float>(rows / (static_cast<double>(classes) * static_cast<double>(std::max<std::int64_t>(counts[c], 1))));
    return weights;
}

// A state, not a constant of the ops: so it is saved with the run, and a resumed one weighs alike.
ValueId addClassWeights(EmitContext &context, std::int64_t classes)
{
    const std::string &kind = context.settings.choice("class_weights");
    if (kind == "none")
        return kNoValue;
    ParameterInit init;
    init.initializer = Initializer::Values;
    init.values = kind == "balanced" ? balancedWeights(context.classCounts, classes) : listedWeights(context.settings.list("weights"));
    return context.builder.addParameter(context.name + "/class_weights", Shape{classes}, std::move(init), false);
}

Result<ValueId> emit(EmitContext &context, ValueId predictions, ValueId targets, float weight)
{
    LossAttributes attributes{weight, static_cast<float>(context.settings.real("label_smoothing")),
                              static_cast<std::int32_t>(context.settings.integer("ignore_index"))};
    context.report.ignoreIndex = attributes.ignoreIndex;
    context.report.isLogLikelihood = true;
    std::vector<ValueId> inputs{predictions, targets};
    if (const ValueId weights = addClassWeights(context, context.builder.shape(predictions).back()); weights != kNoValue)
        inputs.push_back(weights);
    return context.builder.addOne(OpKind::SoftmaxCrossEntropy, attributes, std::move(inputs));
}

ShapeResult infer(const LayerSettings &settings, std::span<const Shape> inputs)
{
    if (settings.choice("class_weights") != "list" || inputs[0].rank() == 0)
        return sameAsInput(settings, inputs);
    const std::vector<std::int64_t> &weights = settings.list("weights");
    if (std::all_of(weights.begin(), weights.end(), [](std::int64_t one) { return one == 0; }))
        return problem("Weights of the classes: softmax cross-entropy expects at least one above 0, got none. Type a weight for each class.", "weights");
    if (const std::int64_t classes = inputs[0].back(); static_cast<std::int64_t>(weights.size()) != classes) {
        std::vector<std::int64_t> fitting = weights;
        fitting.resize(static_cast<std::size_t>(std::min(classes, kMostClasses)), 1);
        std::optional<ParameterFix> fix;
        if (static_cast<std::int64_t>(fitting.size()) == classes)
            fix = ParameterFix{"weights", fitting, "Weigh the other classes 1"};
        return problem(fmt::format("Weights of the classes: softmax cross-entropy expects one for each of {} classes, got {}. Type {} whole numbers, as 1x1x4.", classes,
                                   weights.size(), classes),
                       "weights", std::move(fix));
    }
    return sameAsInput(settings, inputs);
}

}  // namespace

LayerSpec makeSoftmaxCrossEntropyLayer()
{
    ParameterSpec weights = shapeParameter("weights", "Weights of the classes", {1, 1},
                                           "One whole number for each class, in the order of the classes, as 1x4. Only their ratios count.");
    weights.minimum = 0;
    weights.maximum = 1e6;
    weights.mostEntries = kMostClasses;
    return {.type = "softmax_cross_entropy",
            .title = "Softmax cross-entropy",
            .category = Category::Loss,
            .summary = "The loss of a classifier: how surprised it is by the right class.",
            .help = "loss = -log softmax(x)[target], averaged over the batch, and over the positions where each has a class: the tokens of a text, "
                    "the pixels of a mask. For choosing one of several classes. The layer before it puts out one value per class, without softmax: "
                    "that is part of the loss, where it is exact. A network that knows nothing has a loss of log(classes), 2.3 for ten. With "
                    "weights of the classes, the mean is weighed too, as in PyTorch.",
            .parameters = lossParameters(
                {realParameter("label_smoothing", "Label smoothing", 0.0, 0.0, 1.0,
                               "Share of each target that is spread evenly over all classes (Szegedy et al. 2016). 0.1 keeps large networks from "
                               "being too sure of themselves."),
                 choiceParameter("class_weights", "Class weights", "none", {"none", "balanced", "list"},
                                 "How much each class counts. balanced: the rarer in the training part, the more, so that all classes count alike in sum."),
                 onlyWhen(std::move(weights), "class_weights", "list"),
                 integerParameter("ignore_index", "Ignored class", -1, -1, 1'000'000'000,
                                  "Number of a class, from 0, whose rows or positions do not count in the loss and in metrics, such as padding or the "
                                  "border of a mask; -1: every class counts.")}),
            .hasOutput = false,
            .inferShape = infer,
            .emitOps = lossEmit(Scores::Classes, emit),
            .label = noLabel,
            .lossTargets = {.classes = true}};
}

}  // namespace trainyard
