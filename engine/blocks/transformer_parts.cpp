#include "engine/blocks/transformer_parts.h"

#include "engine/layers/parameter_specs.h"

namespace trainyard {

std::vector<ParameterSpec> transformerParameters()
{
    return {integerParameter("width", "Width", 64, 1, 1 << 16, "Values per position, as many as come in."),
            integerParameter("heads", "Heads", 4, 1, 1024, "Comparisons side by side; must divide the width."),
            integerParameter("expansion", "Expansion", 4, 1, 64, "How many times as wide the dense layers between are."),
            realParameter("dropout", "Dropout", 0.1, 0.0, 0.95, "Share of values zeroed before each sum in training; 0 for none."),
            choiceParameter("norm", "Norm", "first", {"first", "last"},
                            "first: before attention and dense layers, which trains without warm-up (Xiong et al. 2020). last: after each sum, as in the original."),
            activationParameter("gelu", {"gelu", "relu", "silu"}),
            booleanParameter("rotary", "Rotary positions", false, "Tells positions apart inside the attention; needs heads of an even size.")};
}

ParameterMap transformerSettingsFor(const Shape &input)
{
    if (input.rank() < 2)
        return {};
    const std::int64_t width = input.back();
    std::int64_t heads = 1;
    for (const std::int64_t more : {2, 4, 8})  // of 16 values at least
        if (width % more == 0 && width / more >= 16)
            heads = more;
    return {{"width", width}, {"heads", heads}};
}

LayerId TransformerBody::attention(const std::string &stem, LayerId x, bool causal, LayerId memory)
{
    const LayerId query = before(stem, x);
    std::vector<LayerId> sources{query};
    if (memory != 0)
        sources.push_back(memory);
    ParameterMap settings{{"heads", m_settings.integer("heads")}};
    if (causal)
        settings["causal"] = true;
    if (m_settings.boolean("rotary") && memory == 0)  // positions of two sequences have nothing to do with each other
        settings["rotary"] = true;
    return after(stem, x, m_body.add("multi_head_attention", "attention" + stem, sources, std::move(settings)));
}

LayerId TransformerBody::feedForward(LayerId x)
{
    const std::int64_t width = m_settings.integer("width");
    const LayerId wide = m_body.add("dense", "widen", {before("_dense", x)}, {{"units", width * m_settings.integer("expansion")}});
    const LayerId act = addActivation(m_body, m_settings.choice("activation"), "act", wide);
    return after("_dense", x, m_body.add("dense", "narrow", {act}, {{"units", width}}));
}

Graph TransformerBody::finish(LayerId x)
{
    return m_body.finish(x);
}

LayerId TransformerBody::before(const std::string &stem, LayerId x)
{
    return m_settings.choice("norm") == "first" ? m_body.add("layer_norm", "norm" + stem, {x}) : x;
}

LayerId TransformerBody::after(const std::string &stem, LayerId x, LayerId result)
{
    if (const double rate = m_settings.real("dropout"); rate > 0)
        result = m_body.add("dropout", "dropout" + stem, {result}, {{"rate", rate}});
    const LayerId sum = m_body.add("add", "sum" + stem, {x, result});
    return m_settings.choice("norm") == "last" ? m_body.add("layer_norm", "norm" + stem, {sum}) : sum;
}

}  // namespace trainyard
