#include <array>

#include "engine/layers/layer_list.h"
#include "engine/layers/initializer_settings.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

static ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    const std::int64_t width = settings.integer("width");
    if (auto found = checkWeights("Embedding", std::array{settings.integer("tokens"), width}, "tokens"))
        return tl::unexpected(std::move(*found));
    auto sizes = inputs[0].sizes();
    sizes.push_back(width);
    return boundedShape("Embedding", Shape(std::move(sizes)), "width");
}

static Result<ValueId> emitOps(EmitContext &context)
{
    const EmbeddingAttributes attributes{context.settings.integer("tokens"), context.settings.integer("width")};
    const ValueId table = context.builder.addParameter(context.name + "/weights", Shape{attributes.tokens, attributes.width},
                                                       initializerOf(context.settings, attributes.tokens, attributes.width));
    return context.builder.addOne(OpKind::Embedding, attributes, {context.inputs[0], table});
}

LayerSpec makeEmbeddingLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("tokens", "Tokens", 256, 1, 1 << 24, "How many different indices there are: the size of the vocabulary. Others give zeros."),
        integerParameter("width", "Width", 64, 1, 1 << 16, "How many numbers each token becomes.")};
    for (ParameterSpec &spec : initializerParameters("normal"))
        parameters.push_back(std::move(spec));
    return {.type = "embedding",
            .title = "Embedding",
            .category = Category::Core,
            .summary = "Looks up a trained row of numbers for each token.",
            .help = "Token indices [T] become [T, width]: y[t] = W[x[t]], with a row of the table W for each token. The first layer "
                    "of every language model, and the way to give categories to a network. It reads whole numbers and so stands "
                    "right behind the input. Bengio et al. 2003.",
            .parameters = std::move(parameters),
            .indexCountKey = "tokens",
            .inferShape = inferShape,
            .emitOps = emitOps,
            .label = [](const LayerSettings &settings) { return fmt::format("{} x {}", settings.integer("tokens"), settings.integer("width")); }};
}

}  // namespace trainyard
