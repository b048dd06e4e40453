#include <array>
#include <cmath>

#include "engine/layers/initializer_settings.h"
#include "engine/layers/layer_list.h"
#include "engine/layers/parameter_specs.h"
#include "engine/layers/shape_checks.h"

namespace trainyard {

namespace {

// Everything before the last dimension is a position: the pixels of an image, too.
std::int64_t positionsOf(const Shape &shape)
{
    return shape.elements() / shape.back();
}

struct Heads {
    std::int64_t heads, keyHeads;
};

Heads headsOf(const LayerSettings &settings)
{
    const std::int64_t heads = settings.integer("heads"), keyHeads = settings.integer("key_heads");
    return {heads, keyHeads > 0 ? keyHeads : heads};
}

// The divisor of `of` nearest to the wanted number from below.
std::int64_t nearestDivisor(std::int64_t of, std::int64_t wanted)
{
    std::int64_t divisor = std::min(of, wanted);
    while (of % divisor != 0)
        --divisor;
    return divisor;
}

ParameterFix fewerHeads(std::int64_t heads)
{
    return {"heads", heads, fmt::format("Set heads to {}", heads)};
}

std::optional<LayerProblem> checkHeads(const LayerSettings &settings, std::int64_t width)
{
    const auto [heads, keyHeads] = headsOf(settings);
    if (width % heads != 0) {
        const std::int64_t nearest = nearestDivisor(width, heads);
        return LayerProblem{fmt::format("Multi-head attention expects a number of heads that divides the width, got {} heads for a width of {}. Set heads to {}.",
                                        heads, width, nearest),
                            "heads", fewerHeads(nearest)};
    }
    if (heads % keyHeads != 0) {
        const std::int64_t nearest = nearestDivisor(heads, keyHeads);
        return LayerProblem{fmt::format("Multi-head attention expects a number of key heads that divides the heads, got {} key heads for {} heads. Set key heads to {}.",
                                        keyHeads, heads, nearest),
                            "key_heads", ParameterFix{"key_heads", nearest, fmt::format("Set key heads to {}", nearest)}};
    }
    if (settings.boolean("rotary") && width / heads % 2 != 0) {
        const ParameterFix fix = width % 2 == 0 ? fewerHeads(nearestDivisor(width / 2, heads)) : ParameterFix{"rotary", false, "Switch rotary positions off"};
        return LayerProblem{fmt::format("Rotary positions expect heads of an even size, got {} for {} heads of a width of {}. {}.", width / heads, heads, width,
                                        fix.label),
                            fix.key, fix};
    }
    return std::nullopt;
}

ShapeResult inferShape(const LayerSettings &settings, std::span<const Shape> inputs)
{
    for (const Shape &input : inputs.first(std::min<std::size_t>(inputs.size(), 2)))
        if (input.rank() < 2)
            return problem(fmt::format("Multi-head attention expects positions x width, got {}. Add a reshape layer before it, or an embedding for tokens.", input.text()));
    const Shape &queries = inputs[0], &keys = inputs.size() > 1 ? inputs[1] : queries;
    if (auto found = checkHeads(settings, queries.back()))
        return tl::unexpected(std::move(*found));
    if (inputs.size() > 2 && inputs[2].elements() != positionsOf(keys))
        return problem(fmt::format("Multi-head attention expects a mask of one number for each of the {} keys at its third input, got {}. Connect one of that size, or none.",
                                   positionsOf(keys), inputs[2].text()));
    const std::int64_t width = queries.back();
    for (const std::int64_t from : {width, keys.back()})
        if (auto found = checkWeights("Multi-head attention", std::array{from, width}, {}))
            return tl::unexpected(std::move(*found));
    return queries;
}

// Emits one layer's ops; positions are flattened to one axis first.
class Attention {
public:
    explicit Attention(EmitContext &context) : m_context(context), m_builder(context.builder), m_settings(context.settings) {}

    Result<ValueId> emit()
    {
        TRAINYARD_TRY(const ValueId x, flattened(m_context.inputs[0]));
        ValueId source = x, mask = kNoValue;
        if (m_context.inputs.size() > 1) {
            TRAINYARD_TRY(source, flattened(m_context.inputs[1]));
        }
        if (m_context.inputs.size() > 2) {
            TRAINYARD_TRY(mask, m_builder.addOne(OpKind::Reshape, ReshapeAttributes{{m_builder.shape(source)[1]}}, {m_context.inputs[2]}));
        }
        const auto [heads, keyHeads] = headsOf(m_settings);
        const std::int64_t width = m_builder.shape(x).back(), size = width / heads;
        TRAINYARD_TRY(ValueId queries, projected("query", x, width));
        TRAINYARD_TRY(ValueId keys, projected("key", source, keyHeads * size));
        TRAINYARD_TRY(const ValueId values, projected("value", source, keyHeads * size));
        if (m_settings.boolean("rotary")) {
            const RotaryAttributes rotary{size, static_cast<float>(m_settings.real("rotary_base")), false};
            TRAINYARD_TRY(queries, m_builder.addOne(OpKind::Rotary, rotary, {queries}));
            TRAINYARD_TRY(keys, m_builder.addOne(OpKind::Rotary, rotary, {keys}));
        }
        const AttentionAttributes attention{heads, keyHeads, m_settings.boolean("causal"), static_cast<float>(1.0 / std::sqrt(static_cast<double>(size)))};
        TRAINYARD_TRY(ValueId y, m_builder.addOne(OpKind::Attention, attention, {queries, keys, values, mask}));
        TRAINYARD_TRY(y, projected("output", y, width));
        if (const double rate = m_settings.real("dropout"); m_context.mode == Mode::Train && rate > 0) {
            TRAINYARD_TRY(y, m_builder.addOne(OpKind::Dropout, DropoutAttributes{static_cast<float>(rate), m_context.randomKey}, {y}));
        }
        if (m_context.outputShape.rank() != 2) {
            TRAINYARD_TRY(y, m_builder.addOne(OpKind::Reshape, ReshapeAttributes{m_context.outputShape.sizes()}, {y}));
        }
        return y;
    }

private:
    Result<ValueId> flattened(ValueId x)
    {
        const Shape sample = m_builder.shape(x).withoutBatch();
        if (sample.rank() == 2)
            return x;
        return m_builder.addOne(OpKind::Reshape, ReshapeAttributes{{positionsOf(sample), sample.back()}}, {x});
    }

    Result<ValueId> projected(const char *name, ValueId x, std::int64_t units)
    {
        const std::int64_t in = m_builder.shape(x).back();
        const bool bias = m_settings.boolean("bias");
        const std::string prefix = m_context.name + "/" + name;
        const ValueId weights = m_builder.addParameter(prefix + "/weights", Shape{in, units}, initializerOf(m_settings, in, units));
        const ValueId biases = bias ? m_builder.addParameter(prefix + "/bias", Shape{units}, {}) : kNoValue;
        return m_builder.addOne(OpKind::Dense, DenseAttributes{.units = units, .bias = bias, .post = {}}, {x, weights, biases});
    }

    EmitContext &m_context;
    OpBuilder &m_builder;
    const LayerSettings &m_settings;
};

}  // namespace

LayerSpec makeMultiHeadAttentionLayer()
{
    std::vector<ParameterSpec> parameters{
        integerParameter("heads", "Heads", 4, 1, 1024, "How many comparisons are made side by side, each in its own share of the width; must divide the width."),
        integerParameter("key_heads", "Key heads", 0, 0, 1024,
                         "Grouped queries: how many heads keys and values have, each shared by several query heads; must divide the heads. 0 gives each head its own."),
        booleanParameter("causal", "Causal", false, "A position sees itself and those before it only, as a model needs that writes text from left to right."),
        booleanParameter("rotary", "Rotary positions", false,
                         "Turns queries and keys by their position, so that what they compare depends on their distance. Needs heads of an even size."),
        onlyWhen(realParameter("rotary_base", "Rotary base", 10000.0, 1.0, 1e9, "The slowest pair turns once in about 6 times this many positions; larger for long texts."),
                 "rotary", "on"),
        booleanParameter("bias", "Bias", true, "Adds trained offsets to queries, keys, values and the output."),
        realParameter("dropout", "Dropout", 0.0, 0.0, 0.95, "Share of the output's values that are zeroed in each training step.")};
    for (ParameterSpec &spec : initializerParameters("xavier_uniform"))
        parameters.push_back(std::move(spec));
    return {.type = "multi_head_attention",
            .title = "Multi-head attention",
            .category = Category::Core,
            .summary = "Each position gathers from the positions that matter to it.",
            .help = "Queries, keys and values are dense maps of the input [T, width], split into heads; each head gives softmax(q k^T / sqrt(size)) v, "
                    "and a dense map joins them. With one input a sequence attends to itself; a second input [S, any width] gives keys and values "
                    "(cross-attention), a third one number per key, 0 where nobody may look. All dimensions but the last are positions, so it works on "
                    "images too. It knows no order by itself: add positions, or switch rotary on. Vaswani et al. 2017; rotary: Su et al. 2021; grouped "
                    "queries: Ainslie et al. 2023.",
            .parameters = std::move(parameters),
            .maxInputs = 3,
            .inferShape = inferShape,
            .emitOps = [](EmitContext &context) { return Attention(context).emit(); },
            .label = [](const LayerSettings &settings) {
                return fmt::format("{} heads{}", settings.integer("heads"), settings.boolean("causal") ? ", causal" : "");
            }};
}

}  // namespace trainyard
