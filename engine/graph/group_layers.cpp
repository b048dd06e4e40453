#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "engine/graph/block_edits.h"
#include "engine/graph/replace_wires.h"

namespace trainyard {

namespace {

class Grouping {
public:
    Grouping(const Graph &graph, const std::vector<LayerId> &layers) : m_graph(graph), m_chosen(layers.begin(), layers.end()) {}

    // Why the layers cannot become a block; else finds what comes in and what goes out.
    Status check()
    {
        if (m_chosen.empty())
            return fail(ErrorCode::InvalidGraph, "No layers are chosen. Choose those that are to become a block.");
        for (const LayerId id : m_chosen)
            TRAINYARD_CHECK(checkLayer(id));
        TRAINYARD_CHECK(checkWeights());
        TRAINYARD_CHECK(checkPaths());
        findSources();
        if (m_sources.empty())
            return fail(ErrorCode::InvalidGraph, "Nothing comes into the chosen layers from outside, and a block needs an input. Connect them first.");
        if (m_sources.size() > static_cast<std::size_t>(kMaxBlockInputs))
            return fail(ErrorCode::InvalidGraph, "{} other layers feed the chosen ones, and a block has at most {} inputs. Choose some of those too.",
                        m_sources.size(), kMaxBlockInputs);
        return findResult();
    }

    // After check().
    Graph body() const
    {
        Graph body;
        for (const LayerId id : m_chosen)
            body.insert(*m_graph.find(id));
        double lowest = body.layers().front().y, highest = lowest;
        for (const Layer &layer : body.layers()) {
            highest = std::min(highest, layer.y);
            lowest = std::max(lowest, layer.y);
        }
        std::vector<Wire> wires;
        double free = -1e300;  // where the next input has room beside the one before
        for (std::size_t i = 0; i < m_sources.size(); ++i) {
            double x = 0;
            int fed = 0;
            const LayerId input = body.add(kBlockInputType);
            for (const Wire &wire : m_graph.wiresOutOf(m_sources[i]))
                if (m_chosen.contains(wire.to)) {
                    wires.push_back({input, wire.to, wire.port});
                    x += m_graph.find(wire.to)->x;
                    ++fed;
                }
            Layer &layer = *body.edit(input);
            layer.x = std::max(x / fed, free);
            layer.y = highest - kLayerStepY;
            free = layer.x + kLayerStepX;
            if (i > 0)
                layer.parameters["number"] = static_cast<std::int64_t>(i + 1);
        }
        const LayerId output = body.add(kBlockOutputType, m_graph.find(m_result)->x, lowest + kLayerStepY);
        wires.push_back({m_result, output, 0});
        for (const Wire &wire : m_graph.wires())
            if (m_chosen.contains(wire.from) && m_chosen.contains(wire.to))
                wires.push_back(wire);
        replaceWires(body, wires);
        return body;
    }

    // The graph with a block of that definition where the layers were. After check().
    BlockEdit around(const std::string &definition) const
    {
        Layer block;
        block.id = m_graph.nextId();
        block.type = kBlockType;
        block.block = definition;
        for (const LayerId id : m_chosen) {
            block.x += m_graph.find(id)->x;
            block.y += m_graph.find(id)->y;
        }
        block.x = std::round(block.x / static_cast<double>(m_chosen.size()));
        block.y = std::round(block.y / static_cast<double>(m_chosen.size()));
        std::vector<Wire> wires;
        for (const Wire &wire : m_graph.wires()) {
            const bool from = m_chosen.contains(wire.from), to = m_chosen.contains(wire.to);
            if (!to)
                wires.push_back({from ? block.id : wire.from, wire.to, wire.port});
        }
        for (std::size_t i = 0; i < m_sources.size(); ++i)
            wires.push_back({m_sources[i], block.id, static_cast<int>(i)});
        BlockEdit edit{m_graph, block.id};
        for (const LayerId id : m_chosen)
            edit.graph.remove(id);
        block.name = edit.graph.freshName(definition);
        edit.graph.insert(std::move(block));
        replaceWires(edit.graph, wires);
        return edit;
    }

private:
    Status checkLayer(LayerId id) const
    {
        const Layer *layer = m_graph.find(id);
        if (!layer)
            return fail(ErrorCode::InvalidGraph, "There is no layer with the id {}.", id);
        const LayerSpec *spec = findLayer(layer->type);
        if (layer->type == kBlockInputType || layer->type == kBlockOutputType)
            return fail(ErrorCode::InvalidGraph, "{} is an end of the block around it and must stay there. Leave it out.", layer->name);
        if (spec && (spec->category == Category::Input || spec->category == Category::Loss))
            return fail(ErrorCode::InvalidGraph, "{} cannot stand inside a block: the {} belongs to the whole network. Leave it out.", layer->name,
                        spec->category == Category::Loss ? "loss" : "input layer");
        return {};
    }

    // Names of layers are known in their own graph alone.
    Status checkWeights() const
    {
        for (const Layer &layer : m_graph.layers()) {
            const Layer *owner = layer.weightsOf.empty() ? nullptr : m_graph.findByName(layer.weightsOf);
            if (owner && m_chosen.contains(layer.id) != m_chosen.contains(owner->id))
                return fail(ErrorCode::InvalidGraph, "{} uses the weights of {}, and only one of the two is chosen. Choose both, or give {} its own weights.",
                            layer.name, owner->name, layer.name);
        }
        return {};
    }

    // A layer that is fed by chosen ones and feeds chosen ones would lie both before and behind the block.
    Status checkPaths() const
    {
        std::set<LayerId> behind;
        std::vector<LayerId> trail(m_chosen.begin(), m_chosen.end());
        while (!trail.empty()) {
            const LayerId at = trail.back();
            trail.pop_back();
            for (const Wire &wire : m_graph.wiresOutOf(at)) {
                if (!m_chosen.contains(wire.to)) {
                    if (behind.insert(wire.to).second)
                        trail.push_back(wire.to);
                } else if (!m_chosen.contains(at)) {
                    return fail(ErrorCode::InvalidGraph, "{} lies between the chosen layers: it is fed by them and feeds {}. Choose it too.",
                                m_graph.find(at)->name, m_graph.find(wire.to)->name);
                }
            }
        }
        return {};
    }

    void findSources()
    {
        for (const Wire &wire : m_graph.wires())
            if (m_chosen.contains(wire.to) && !m_chosen.contains(wire.from)
                && std::find(m_sources.begin(), m_sources.end(), wire.from) == m_sources.end())
                m_sources.push_back(wire.from);
        std::sort(m_sources.begin(), m_sources.end(), [&](LayerId a, LayerId b) {
            const Layer &left = *m_graph.find(a), &right = *m_graph.find(b);
            return std::tie(left.x, left.y, left.id) < std::tie(right.x, right.y, right.id);
        });
    }

    // The one layer whose output is used outside; where none is, the one that is not used inside either.
    Status findResult()
    {
        std::vector<LayerId> leaving, ends;
        for (const LayerId id : m_chosen) {
            const std::vector<Wire> wires = m_graph.wiresOutOf(id);
            if (wires.empty())
                ends.push_back(id);
            if (std::any_of(wires.begin(), wires.end(), [&](const Wire &wire) { return !m_chosen.contains(wire.to); }))
                leaving.push_back(id);
        }
        const std::vector<LayerId> &results = leaving.empty() ? ends : leaving;
        if (results.size() > 1) {
            std::string names;
            for (std::size_t i = 0; i < results.size(); ++i)
                names += (i == 0 ? "" : i + 1 == results.size() ? " and " : ", ") + m_graph.find(results[i])->name;
            return fail(ErrorCode::InvalidGraph, "A block has one output, but {} would each be one. Choose the layers that join them too, or leave all but one out.",
                        names);
        }
        if (results.empty())  // every chosen layer feeds another chosen one
            return fail(ErrorCode::InvalidGraph, "The chosen layers are wired in a circle. Remove one of its wires first.");
        m_result = results.front();
        return {};
    }

    const Graph &m_graph;
    std::set<LayerId> m_chosen;
    std::vector<LayerId> m_sources;  // layers outside that feed chosen ones, as the block's inputs are numbered
    LayerId m_result = 0;
};

}  // namespace

Result<BlockEdit> groupLayers(const Graph &graph, const std::string &inBlock, const std::vector<LayerId> &layers, const std::string &name)
{
    const Graph *edited = graphInBlock(graph, inBlock);
    if (!edited)
        return fail(ErrorCode::InvalidGraph, "There is no block {} to group layers in.", inBlock);
    Grouping grouping(*edited, layers);
    TRAINYARD_CHECK(grouping.check());
    const std::string definition = freshBlockName(graph, name);
    BlockEdit edit = grouping.around(definition);
    edit.graph = withGraphInBlock(graph, inBlock, std::move(edit.graph));
    edit.graph.setBlock(definition, grouping.body());
    return edit;
}

}  // namespace trainyard
