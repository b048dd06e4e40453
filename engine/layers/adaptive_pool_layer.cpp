#include "engine/layers/adaptive_pool_layer.h"

#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostBins = 512;
constexpr const char *kHelp = "What comes out, whatever comes in. Where it does not divide the input, neighbouring bins share an entry.";

// The last axis first: of equal entries the first in reading order then is the largest, as in one pass over all.
Result<ValueId> pooled(OpBuilder &builder, ValueId x, const std::vector<std::int64_t> &sizes, bool largest)
{
    for (std::size_t i = sizes.size(); i-- > 0;) {
        if (builder.shape(x)[i + 1] == sizes[i])
            continue;
        const AdaptivePoolAttributes pool{.axis = static_cast<std::int64_t>(i) + 1, .bins = sizes[i], .largest = largest};
        TRAINYARD_TRY(x, builder.addOne(OpKind::AdaptivePool, pool, {x}));
    }
    return x;
}

}  // namespace

LayerSpec adaptiveImagePoolLayer(std::string type, std::string title, std::string summary, bool largest)
{
    return {.type = std::move(type),
            .title = title,
            .category = Category::Pooling,
            .summary = std::move(summary),
            .parameters = {pairParameter("size", "Size", 1, 1, 1, kMostBins, kHelp)},
            .inferShape = [title](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
                if (auto found = checkImage(title, inputs[0]))
                    return tl::unexpected(std::move(*found));
                const auto &size = settings.list("size");
                return boundedShape(title, Shape{size[0], size[1], inputs[0][2]}, "size");
            },
            .emitOps = [largest](EmitContext &context) { return pooled(context.builder, context.inputs[0], context.settings.list("size"), largest); },
            .label = [](const LayerSettings &settings) { return sizesText(settings.list("size")); }};
}

LayerSpec adaptiveLengthPoolLayer(std::string type, std::string title, std::string summary, bool largest)
{
    return {.type = std::move(type),
            .title = title,
            .category = Category::Pooling,
            .summary = std::move(summary),
            .parameters = {integerParameter("length", "Length", 1, 1, kMostBins, kHelp)},
            .inferShape = [title](const LayerSettings &settings, std::span<const Shape> inputs) -> ShapeResult {
                if (inputs[0].rank() != 2)
                    return problem(fmt::format("{} expects a sequence, length x channels, got {}. Put a reshape before it.", title, inputs[0].text()));
                return boundedShape(title, Shape{settings.integer("length"), inputs[0][1]}, "length");
            },
            .emitOps = [largest](EmitContext &context) { return pooled(context.builder, context.inputs[0], {context.settings.integer("length")}, largest); },
            .label = [](const LayerSettings &settings) { return fmt::format("{}", settings.integer("length")); }};
}

}  // namespace trainyard
