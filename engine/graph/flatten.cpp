#include "engine/graph/flatten.h"

#include <algorithm>

namespace trainyard {

namespace {

// Where a graph or a definition is being put.
struct Place {
    const Graph *graph;
    std::string block;               // the definition's name; empty: the outermost graph
    LayerId top = 0;                 // the outermost block around it; 0: none
    std::string prefix;              // "res1/"
    std::string weightsPrefix;       // of the place whose weights are used; the prefix itself: its own
    std::vector<LayerId> inputs;     // flat layers that come to the block; 0 where one is broken
    std::vector<std::string> stack;  // definitions around it, outermost first
    Layer around = {};               // the block around it, with what it takes from those around itself
};

class Flattener {
public:
    explicit Flattener(const Graph &graph) : m_graph(graph), m_nextId(graph.nextId()) {}

    FlatGraph run()
    {
        put({.graph = &m_graph});
        return std::move(m_flat);
    }

private:
    void addProblem(const Place &place, const Layer &layer, std::string message)
    {
        m_flat.problems.push_back({place.top ? place.top : layer.id, std::move(message), {}, {}, place.block, place.top ? layer.id : 0});
    }

    // Puts all layers of the place into the flat graph and returns the flat layer behind its block output.
    LayerId put(const Place &place)
    {
        const Result<std::vector<LayerId>> order = place.graph->topologicalOrder();
        if (!order) {
            m_flat.problems.push_back({place.top, order.error().message, {}, {}});
            return 0;
        }
        std::map<LayerId, LayerId> sources;  // which flat layer gives the output of a layer here
        LayerId output = 0;
        for (const LayerId id : *order) {
            const Layer &layer = *place.graph->find(id);
            std::vector<LayerId> inputs;
            for (const Wire &wire : place.graph->wiresInto(id))
                inputs.push_back(sources[wire.from]);
            const bool inside = place.top != 0;
            if (layer.type == kBlockType) {
                sources[id] = putBlock(place, layer, inputs);
                if (!inside)
                    m_flat.outputs[id] = sources[id];
            } else if (inside && layer.type == kBlockInputType) {
                const auto number = static_cast<std::size_t>(settingsOf(*findLayer(layer.type), layer).integer("number"));
                sources[id] = place.inputs[number - 1];
            } else if (inside && layer.type == kBlockOutputType) {
                output = inputs.empty() ? 0 : inputs.front();
            } else {
                sources[id] = putLayer(place, layer, inputs);
            }
        }
        return output;
    }

    // Blocks are counted too: those of no layers may be as many.
    bool isFull(const Place &place, const Layer &layer)
    {
        if (!m_full && std::max(m_flat.graph.layers().size(), m_blocks) >= kMaxFlatLayers) {
            addProblem(place, layer, fmt::format("The blocks stand for more than {} layers. Repeat them less often.", kMaxFlatLayers));
            m_full = true;
        }
        return m_full;
    }

    LayerId putLayer(const Place &place, Layer layer, const std::vector<LayerId> &inputs)
    {
        if (isFull(place, layer))
            return 0;
        const LayerId here = layer.id;
        if (place.top != 0) {
            layer.id = m_nextId++;
            const std::string own = layer.weightsOf.empty() ? layer.name : layer.weightsOf;
            layer.weightsOf = layer.weightsOf.empty() && place.weightsPrefix == place.prefix ? std::string() : place.weightsPrefix + own;
            layer.name = place.prefix + layer.name;
            inheritFromBlock(layer, place.around);
        }
        const LayerId id = layer.id;
        m_flat.origins[id] = {place.top ? place.top : here, place.block, here};
        m_flat.graph.insert(std::move(layer));
        for (std::size_t port = 0; port < inputs.size(); ++port)
            if (inputs[port] != 0)
                m_flat.graph.insertWire({inputs[port], id, static_cast<int>(port)});
        return id;
    }

    LayerId putBlock(const Place &place, const Layer &layer, const std::vector<LayerId> &inputs)
    {
        const Graph *body = m_graph.findBlock(layer.block);
        const std::string name = place.prefix + layer.name;
        if (auto message = problemOf(place, layer, name, body, inputs.size())) {
            addProblem(place, layer, std::move(*message));
            return putLayer(place, layer, inputs);  // as it is: what is below it is below something broken
        }
        const LayerSettings settings = settingsOf(*findLayer(kBlockType), layer);
        const std::int64_t repeat = settings.integer("repeat");
        Place inner{body, layer.block, place.top ? place.top : layer.id, {}, {}, inputs, place.stack, layer};
        inheritFromBlock(inner.around, place.around);
        inner.stack.push_back(layer.block);
        // The block whose weights it uses: named beside it, or where the place itself takes its weights from.
        const std::string owner = place.weightsPrefix + (layer.weightsOf.empty() ? layer.name : layer.weightsOf);
        for (std::int64_t i = 1; i <= repeat; ++i) {
            if (isFull(place, layer))
                return 0;
            ++m_blocks;
            const auto numbered = [&](const std::string &stem, std::int64_t number) {
                return repeat == 1 ? stem + "/" : fmt::format("{}.{}/", stem, number);
            };
            inner.prefix = numbered(name, i);
            inner.weightsPrefix = numbered(owner, settings.boolean("share_weights") ? 1 : i);
            inner.inputs.front() = put(inner);
            if (layer.recompute)
                m_flat.checkpoints.insert(inner.inputs.front());
        }
        return inner.inputs.front();
    }

    // Why the block cannot be replaced by its definition.
    std::optional<std::string> problemOf(const Place &place, const Layer &layer, const std::string &name, const Graph *body, std::size_t connected)
    {
        if (!body)
            return fmt::format("{} stands for the block {}, which is not in the project. Delete it or add a block of that name.", name, layer.block);
        if (std::find(place.stack.begin(), place.stack.end(), layer.block) != place.stack.end()) {
            std::string path;
            for (const std::string &outer : place.stack)
                path += outer + " -> ";
            return fmt::format("The block {} contains itself: {}{}. Take one of them out.", layer.block, path, layer.block);
        }
        if (place.stack.size() >= kMaxBlockDepth)
            return fmt::format("The block {} stands inside of {} others. At most {} can stand in one another: ungroup some of them.", layer.block,
                               place.stack.size(), kMaxBlockDepth);
        std::int64_t inputs = 0;
        int outputs = 0;
        for (const Layer &inner : body->layers()) {
            const LayerSpec *spec = findLayer(inner.type);
            if (inner.type == kBlockInputType) {
                const std::int64_t number = settingsOf(*spec, inner).integer("number");
                if (number < 1 || number > kMaxBlockInputs)
                    return fmt::format("{} in the block {} has the number {}. It must be from 1 to {}.", inner.name, layer.block, number, kMaxBlockInputs);
                inputs = std::max(inputs, number);
            }
            if (inner.type == kBlockOutputType)
                outputs += body->wiresInto(inner.id).empty() ? 0 : 1;
            if (spec && inner.type != kBlockInputType && (spec->category == Category::Loss || spec->category == Category::Input))
                return fmt::format("{} cannot stand inside the block {}: the {} belongs to the whole network.", inner.name, layer.block,
                                   spec->category == Category::Loss ? "loss" : "input layer");
        }
        if (inputs == 0)
            return fmt::format("The block {} has no input. Add a block input to its definition.", layer.block);
        if (outputs != 1)
            return outputs == 0 ? fmt::format("The block {} has no output. Connect a layer to the block output in its definition.", layer.block)
                                : fmt::format("The block {} has {} outputs. Keep one block output.", layer.block, outputs);
        if (inputs == 1 && connected == 0)
            return fmt::format("{} expects an input, but nothing is connected. Draw a wire to it.", name);
        if (static_cast<std::size_t>(inputs) != connected)
            return fmt::format("{} takes {} input{}, got {}. {}.", name, inputs, inputs == 1 ? "" : "s", connected,
                               connected < static_cast<std::size_t>(inputs) ? "Connect the others" : "Remove a wire");
        const LayerSettings settings = settingsOf(*findLayer(kBlockType), layer);
        const std::int64_t repeat = settings.integer("repeat");
        if (repeat < 1)
            return fmt::format("{} is repeated {} times. It must be at least once.", name, repeat);
        return std::nullopt;
    }

    const Graph &m_graph;
    LayerId m_nextId;
    FlatGraph m_flat;
    std::size_t m_blocks = 0;  // definitions put in, each as often as it was
    bool m_full = false;       // more layers or blocks than there may be
};

}  // namespace

bool hasBlocks(const Graph &graph)
{
    return std::any_of(graph.layers().begin(), graph.layers().end(), [](const Layer &layer) { return layer.type == kBlockType; });
}

FlatGraph flatten(const Graph &graph)
{
    return Flattener(graph).run();
}

}  // namespace trainyard
