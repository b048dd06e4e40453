#include "engine/blocks/block_body.h"

#include <algorithm>

#include "engine/graph/block_edits.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

LayerId BlockBody::input(const std::string &name)
{
    const LayerId id = put(kBlockInputType, name, {}, static_cast<double>(m_inputs));
    if (++m_inputs > 1)
        m_graph.edit(id)->parameters["number"] = m_inputs;
    return id;
}

LayerId BlockBody::add(const std::string &type, const std::string &name, const std::vector<LayerId> &sources, ParameterMap settings, double column)
{
    const LayerId id = put(type, name, sources, column);
    m_graph.edit(id)->parameters = std::move(settings);
    return id;
}

Graph BlockBody::finish(LayerId output)
{
    const double x = m_graph.find(output)->x;
    put(kBlockOutputType, "output", {output}, x / kLayerStepX);
    return std::move(m_graph);
}

LayerId BlockBody::put(const std::string &type, const std::string &name, const std::vector<LayerId> &sources, double column)
{
    double y = 0;
    for (const LayerId source : sources)
        y = std::max(y, m_graph.find(source)->y + kLayerStepY);
    const LayerId id = m_graph.add(type, column * kLayerStepX, y);
    m_graph.edit(id)->name = name;
    int port = 0;
    for (const LayerId source : sources)
        m_graph.insertWire({source, id, port++});
    return id;
}

LayerId addConvolution(BlockBody &body, const std::string &stem, LayerId source, ParameterMap settings, const std::string &activation, double column,
                       const std::string &type)
{
    settings["bias"] = false;  // the norm adds its own
    const LayerId conv = body.add(type, "conv" + stem, {source}, std::move(settings), column);
    const LayerId norm = body.add("batch_norm", "norm" + stem, {conv}, {}, column);
    return activation == "none" ? norm : addActivation(body, activation, "act" + stem, norm, column);
}

ParameterSpec activationParameter(const std::string &usual, std::vector<std::string> choices)
{
    return choiceParameter("activation", "Activation", usual, std::move(choices), "What stands between its layers.");
}

LayerId addActivation(BlockBody &body, const std::string &activation, const std::string &name, LayerId source, double column)
{
    if (activation == "relu6")
        return body.add("expression", name, {source}, {{"formula", std::string("min(max(a, 0), 6)")}}, column);
    return body.add(activation, name, {source}, {}, column);
}

std::optional<std::int64_t> channelsOf(const Shape &shape)
{
    return shape.rank() == 3 ? std::optional(shape.back()) : std::nullopt;
}

}  // namespace trainyard
