// Every layer of the catalog with every setting at its corners, each in a small network of its own.
#pragma once

#include "tests/engine/backends/net_check.h"
#include "tests/engine/backends/random_graph.h"

namespace trainyard::tests {

using List = std::vector<std::int64_t>;

struct Variant {
    const LayerSpec *spec;
    std::string name;
    ParameterMap settings;
};

inline std::vector<ParameterValue> cornersOf(const ParameterSpec &parameter)
{
    std::vector<ParameterValue> values;
    const auto low = static_cast<std::int64_t>(std::max(parameter.minimum, -1e6)), high = static_cast<std::int64_t>(std::min(parameter.maximum, 1e9));
    switch (parameter.kind) {
    case ParameterKind::Integer: values = {low, low + 1, low + 2, low + 3, high - 1, high}; break;
    case ParameterKind::Real: values = {parameter.minimum, 0.3 * parameter.minimum + 0.7 * std::min(parameter.maximum, 1.0), parameter.maximum}; break;
    case ParameterKind::Boolean: values = {true, false}; break;
    case ParameterKind::Choice:
        for (const std::string &choice : parameter.choices)
            values.emplace_back(choice);
        break;
    case ParameterKind::Pair: values = {List{low, low}, List{low + 1, low}, List{low, low + 2}, List{low + 1, low + 2}, List{high, high}}; break;
    case ParameterKind::IntegerList: values = {List{1}, List{6, 5, 4}, List{4, 30}, List{2, 3, 4, 5}, List{1, 1, 1, 1, 1, 120}, List{high, high, high}}; break;
    case ParameterKind::Text:
        values = {std::string("-a^2 / 3 + exp(-a)"), std::string("gelu(a) - 0.5 * max(a, 0.1)"), std::string("a * b"), std::string("(a")};
        break;
    }
    return values;
}

// Sets what the parameter depends on, if anything, so that it matters.
inline void bringIntoForce(const LayerSpec &spec, const ParameterSpec &parameter, ParameterMap &settings)
{
    for (const ParameterSpec &other : spec.parameters)
        if (other.key == parameter.onlyWhenKey)
            settings[other.key] = parseParameter(other, parameter.onlyWhenValue).value();
}

// The defaults; each setting at its corners; and each of those together with each choice of the others.
inline std::vector<Variant> variantsOf(const LayerSpec &spec)
{
    std::vector<Variant> variants{{&spec, "defaults", {}}};
    std::vector<std::pair<std::string, ParameterMap>> bases{{"", {}}};
    for (const ParameterSpec &parameter : spec.parameters)
        if (parameter.kind == ParameterKind::Choice && parameter.key != "initializer")
            for (const std::string &choice : parameter.choices)
                bases.push_back({" " + choice, {{parameter.key, choice}}});
    for (const auto &[baseName, base] : bases)
        for (const ParameterSpec &parameter : spec.parameters) {
            if (!baseName.empty() && parameter.kind == ParameterKind::Choice)
                continue;
            for (const ParameterValue &value : cornersOf(parameter)) {
                ParameterMap settings = base;
                settings[parameter.key] = value;
                bringIntoForce(spec, parameter, settings);
                variants.push_back({&spec, parameter.key + " " + parameterText(parameter, value) + baseName, std::move(settings)});
            }
        }
    return variants;
}

// A sample that the layer takes as it is, or as its fixes make it: an image, a sequence, a volume, or an image of one row.
inline Shape sampleFor(const LayerSpec &spec)
{
    const std::vector<Shape> samples{{6, 5, 4}, {5, 4}, {3, 2, 5, 4}, {1, 5, 4}};
    const ParameterMap defaults;
    const LayerSettings settings(spec.parameters, defaults);
    for (const bool mended : {false, true})
        for (const Shape &sample : samples) {
            const std::vector<Shape> inputs(static_cast<std::size_t>(std::max(spec.minInputs, 1)), sample);
            const ShapeResult shape = spec.inferShape(settings, inputs);
            if (shape || (mended && shape.error().fix))
                return sample;
        }
    return samples.front();
}

// A small network around the layer: a sample that it takes comes in, and three classes or numbers go out.
struct LayerNet {
    Graph graph;
    LayerId layer = 0;
    DataTypes data;
};

inline LayerNet netAround(const Variant &variant)
{
    LayerNet net;
    const LayerSpec &spec = *variant.spec;
    Shape sample = spec.category == Category::Loss ? Shape{6, 5, 4} : sampleFor(spec);
    if (spec.category == Category::Input) {
        net.layer = addAfter(net.graph, spec.type, {}, variant.settings);
        sample = Shape(settingsOf(spec, *net.graph.find(net.layer)).list("shape"));
    }
    const LayerId input = spec.category == Category::Input ? net.layer : addAfter(net.graph, "input", {}, {{"shape", sample.sizes()}});
    LayerId last = input;
    if (spec.category != Category::Input && spec.category != Category::Loss) {
        std::vector<LayerId> sources;
        for (int i = 0; i < spec.minInputs; ++i)
            if (spec.takesIndices())
                sources.push_back(input);
            else
                sources.push_back(sample.rank() == 3 ? addAfter(net.graph, "conv2d", {input}, {{"filters", std::int64_t{4}}, {"kernel", List{1, 1}}})
                                                     : addAfter(net.graph, "dense", {input}, {{"units", std::int64_t{4}}}));
        last = net.layer = addAfter(net.graph, spec.type, sources, variant.settings);
    }
    const LayerId scores = addAfter(net.graph, "dense", {addAfter(net.graph, "flatten", {last})}, {{"units", std::int64_t{3}}});
    const bool ofNumbers = spec.category == Category::Loss && !spec.lossTargets.classes;
    const LayerId loss = addAfter(net.graph, spec.category == Category::Loss ? spec.type : "softmax_cross_entropy", {scores},
                                  spec.category == Category::Loss ? variant.settings : ParameterMap{});
    if (spec.category == Category::Loss)
        net.layer = loss;
    net.data.features = {spec.takesIndices() ? DType::I32 : DType::F32, sample.withBatch(7)};
    net.data.targets = ofNumbers ? TensorType{DType::F32, Shape{7, 3}} : TensorType{DType::I32, Shape{7}};
    return net;
}

inline std::vector<Variant> allVariants()
{
    std::vector<Variant> variants;
    for (const LayerSpec &spec : layerCatalog())
        for (Variant &variant : variantsOf(spec))
            variants.push_back(std::move(variant));
    return variants;
}

// The network with the fixes that its problems offer.
inline LayerNet mended(LayerNet net)
{
    for (int round = 0; round < 3; ++round) {
        const GraphAnalysis analysis = analyze(net.graph);
        if (analysis.runnable() || !analysis.problems.front().fix)
            break;
        applyFix(net.graph, *analysis.problems.front().fix);
    }
    return net;
}

}  // namespace trainyard::tests
