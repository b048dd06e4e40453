#include <algorithm>
#include <cmath>

#include "engine/graph/block_edits.h"
#include "engine/graph/flatten.h"
#include "engine/graph/replace_wires.h"

namespace trainyard {

namespace {

class Ungrouping {
public:
    // edited: the network itself or the body of one of its definitions.
    Ungrouping(const Graph &network, const Graph &edited, const Layer &block)
        : m_network(network), m_edited(edited), m_block(block), m_inputs(edited.wiresInto(block.id))
    {
    }

    Status check() const
    {
        for (const Layer &other : m_edited.layers())
            if (other.id != m_block.id && other.weightsOf == m_block.name)
                return fail(ErrorCode::InvalidGraph, "{} uses the weights of {}, which it could not do any more. Give {} its own weights first.", other.name,
                            m_block.name, other.name);
        if (!m_block.weightsOf.empty())
            return fail(ErrorCode::InvalidGraph, "{} uses the weights of {}, which its layers could not do alone. Give {} its own weights first.",
                        m_block.name, m_block.weightsOf, m_block.name);
        // Alone in a network, with as much coming in, it tells by itself what is wrong with it.
        Graph probe;
        for (const BlockDefinition &definition : m_network.blocks())
            probe.setBlock(definition.name, definition.body);
        probe.insert(m_block);
        for (const Wire &wire : m_inputs)
            probe.insertWire({probe.add("input"), m_block.id, wire.port});
        if (const FlatGraph flat = flatten(probe); !flat.problems.empty())
            return fail(ErrorCode::InvalidGraph, "{}", flat.problems.front().message);
        return {};
    }

    // After check().
    Graph run()
    {
        m_result = m_edited;
        m_result.remove(m_block.id);
        const LayerSettings settings = settingsOf(*findLayer(kBlockType), m_block);
        const std::int64_t repeat = settings.integer("repeat");
        std::vector<LayerId> inputs;
        for (const Wire &wire : m_inputs)
            inputs.push_back(wire.from);
        measure(repeat);
        for (std::int64_t copy = 0; copy < repeat; ++copy)
            inputs.front() = put(inputs, copy, settings.boolean("share_weights"));
        for (const Wire &wire : m_edited.wires())
            if (wire.to != m_block.id)
                m_wires.push_back({wire.from == m_block.id ? inputs.front() : wire.from, wire.to, wire.port});
        replaceWires(m_result, m_wires);
        return std::move(m_result);
    }

private:
    const Graph &body() const { return *m_network.findBlock(m_block.block); }

    static bool isEnd(const Layer &layer) { return layer.type == kBlockInputType || layer.type == kBlockOutputType; }

    // Layers keep their places to one another; together, their middle lies where the block was.
    void measure(std::int64_t repeat)
    {
        double left = 0, top = 0, count = 0, first = 1e300, last = -1e300;
        for (const Layer &layer : body().layers()) {
            if (isEnd(layer))
                continue;
            left += layer.x;
            top += layer.y;
            ++count;
            first = std::min(first, layer.y);
            last = std::max(last, layer.y);
        }
        if (count == 0)
            return;
        m_copyHeight = last - first + kLayerStepY;
        // Whole numbers, so that layers that were just grouped come back to where they were.
        m_moveX = std::nearbyint(m_block.x - left / count);
        m_moveY = std::nearbyint(m_block.y - top / count - static_cast<double>(repeat - 1) * m_copyHeight / 2);
    }

    // Puts the layers in once more; the layer behind the output.
    LayerId put(const std::vector<LayerId> &inputs, std::int64_t copy, bool sharesWeights)
    {
        std::map<LayerId, LayerId> sources;      // by the definition's ids: which layer gives that output here
        std::map<std::string, std::string> names;  // by the definition's names
        for (const Layer &inner : body().layers()) {
            if (inner.type == kBlockInputType)
                sources[inner.id] = inputs[static_cast<std::size_t>(settingsOf(*findLayer(kBlockInputType), inner).integer("number") - 1)];
            if (isEnd(inner))
                continue;
            Layer layer = inner;
            layer.id = m_result.nextId();
            layer.name = m_result.freshName(inner.name);
            inheritFromBlock(layer, m_block);
            layer.x += m_moveX;
            layer.y += m_moveY + static_cast<double>(copy) * m_copyHeight;
            sources[inner.id] = layer.id;
            names[inner.name] = layer.name;
            m_result.insert(std::move(layer));
        }
        for (const Layer &inner : body().layers()) {
            if (isEnd(inner))
                continue;
            Layer &layer = *m_result.edit(sources[inner.id]);
            if (copy > 0 && sharesWeights && hasWeights(inner))
                layer.weightsOf = m_firstNames.at(inner.name);
            else if (const auto found = names.find(inner.weightsOf); found != names.end())
                layer.weightsOf = found->second;
        }
        if (copy == 0)
            m_firstNames = names;
        LayerId output = 0;
        for (const Wire &wire : body().wires()) {
            if (body().find(wire.to)->type == kBlockOutputType)
                output = sources[wire.from];
            else
                m_wires.push_back({sources[wire.from], sources[wire.to], wire.port});
        }
        return output;
    }

    // Only what is known to have nothing to train is taken for it.
    bool hasWeights(const Layer &inner)
    {
        if (!m_analysis)
            m_analysis = analyze(m_network);
        const auto block = m_analysis->blocks.find(m_block.block);
        if (block == m_analysis->blocks.end())
            return true;
        const auto facts = block->second.find(inner.id);
        return facts == block->second.end() || !facts->second.output || facts->second.parameters > 0;
    }

    const Graph &m_network;
    const Graph &m_edited;
    const Layer &m_block;
    std::vector<Wire> m_inputs;  // wires into the block
    Graph m_result;
    std::vector<Wire> m_wires;
    std::map<std::string, std::string> m_firstNames;  // of the first of repeated blocks
    double m_moveX = 0, m_moveY = 0, m_copyHeight = 0;
    std::optional<GraphAnalysis> m_analysis;
};

}  // namespace

Result<Graph> ungroup(const Graph &graph, const std::string &inBlock, LayerId block)
{
    const Graph *edited = graphInBlock(graph, inBlock);
    const Layer *layer = edited ? edited->find(block) : nullptr;
    if (!layer || layer->type != kBlockType)
        return fail(ErrorCode::InvalidGraph, "{} is no block, so there is nothing to take apart.", layer ? layer->name : "What is chosen");
    if (!inBlock.empty() && (layer->block == inBlock || containsBlock(graph, layer->block, inBlock)))
        return fail(ErrorCode::InvalidGraph, "{} stands for the block {} that it is in. Delete it.", layer->name, layer->block);
    Ungrouping ungrouping(graph, *edited, *layer);
    TRAINYARD_CHECK(ungrouping.check());
    const std::string definition = layer->block;
    Graph result = withGraphInBlock(graph, inBlock, ungrouping.run());
    if (blockUses(result, definition) == 0)
        result.removeBlock(definition);
    return result;
}

}  // namespace trainyard
