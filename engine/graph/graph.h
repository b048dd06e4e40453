// What the person drew: layers and wires. A plain value with copy semantics; the editor changes its own copy and
// hands an immutable snapshot to the engine. Ids, not pointers. Any thread, one writer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/result.h"
#include "engine/layers/layer_spec.h"

namespace trainyard {

using LayerId = std::int64_t;  // stable in the file, never used again after a delete within one session

struct Layer {
    LayerId id = 0;
    std::string type;  // may be unknown to this program: then the layer is a placeholder that keeps everything
    std::string name;  // unique in the graph: "conv1"
    ParameterMap parameters;  // only what was set or read; the rest is at its default
    std::string device;       // where it computes: "cpu", "cuda:1"; empty: on the run's device
    std::string block;        // of a block: the name of its definition in the graph
    std::string precision;    // "float32": whatever the run's; empty: as the run
    std::string weightsOf;    // the layer of the same kind whose parameters it uses as its own; empty: it has its own
    bool frozen = false;             // keeps its weights, and batch norm its statistics, as they are
    double learningRateFactor = 1;   // its weights take the learning rate times this
    // Its values are not kept for the backward pass but worked out a second time in it. Of a block: those of the layers in it,
    // but its output is kept.
    bool recompute = false;
    double x = 0, y = 0;      // canvas position of the card's top left corner
    std::string unknownJson;  // keys of the file that this program does not know, kept for saving
    bool operator==(const Layer &) const = default;
};

struct Wire {
    LayerId from = 0;
    LayerId to = 0;
    int port = 0;  // input of `to`, counted from 0
    bool operator==(const Wire &) const = default;
};

struct BlockDefinition;

class Graph {
public:
    const std::vector<Layer> &layers() const { return m_layers; }
    const std::vector<Wire> &wires() const { return m_wires; }
    const Layer *find(LayerId id) const;
    const Layer *findByName(std::string_view name) const;

    // Adds a layer of a known type with a fresh id and a fresh name derived from the type ("conv2d_2").
    LayerId add(const std::string &type, double x = 0, double y = 0);
    void insert(Layer layer);  // with its id: undo, paste, files; replaces a layer of that id
    void remove(LayerId id);   // with its wires
    Layer *edit(LayerId id);

    // Wires are kept in the order (to, port). connect() refuses what canConnect() refuses. The inputs of a layer that
    // takes any number stay 0..n-1: a wire to a taken port moves the later ones up, a removed one moves them down.
    Status connect(Wire wire);
    void disconnect(const Wire &wire);
    // The reason a person reads while dragging: a cycle, a port that is taken, no output, no such layer.
    Status canConnect(const Wire &wire) const;
    std::vector<Wire> wiresInto(LayerId id) const;  // in port order
    std::vector<Wire> wiresOutOf(LayerId id) const;
    int freePort(LayerId id) const;  // the next free input port; -1: none

    std::string freshName(const std::string &stem) const;
    LayerId nextId() const { return m_nextId; }

    // Layers so that each comes after its inputs, ties by id. Errors: InvalidGraph, naming a layer on the cycle.
    Result<std::vector<LayerId>> topologicalOrder() const;

    // The definitions that blocks stand for, by name; only the outermost graph has any, and their bodies refer to these.
    // setBlock() replaces the one of that name.
    const std::vector<BlockDefinition> &blocks() const { return m_blocks; }
    const Graph *findBlock(std::string_view name) const;
    void setBlock(std::string name, Graph body);
    void removeBlock(std::string_view name);

    // Adds a wire of a graph made from checked ones, without looking for cycles.
    void insertWire(const Wire &wire);

    // Keys of the file's "graph" object that this program does not know, as JSON text, kept for saving.
    const std::string &unknownJson() const { return m_unknownJson; }
    void setUnknownJson(std::string json) { m_unknownJson = std::move(json); }

    bool operator==(const Graph &other) const;

private:
    std::vector<Layer> m_layers;
    std::vector<Wire> m_wires;
    std::vector<BlockDefinition> m_blocks;
    LayerId m_nextId = 1;
    std::string m_unknownJson;
};

// A network in the network: its block_input layers take what comes to a block, what its one block_output layer gets is
// what the block gives.
struct BlockDefinition {
    std::string name;
    Graph body;
    bool operator==(const BlockDefinition &) const = default;
};

// What a layer in a block takes from it: where it computes and how precisely, unless it says so itself; that its values are
// worked out again; freezing; the learning rate factor, which multiplies its own.
void inheritFromBlock(Layer &layer, const Layer &block);

// Whether a layer can be placed there: "cpu" or "cuda:N". Says nothing about whether this machine has it.
bool isDeviceName(std::string_view text);
// The key of Layer::device in files, problems and fixes; no setting of a layer may be called so.
inline constexpr const char *kDeviceKey = "device";
inline constexpr const char *kBlockKey = "block", *kWeightsOfKey = "weights_of";

// The name of the layer whose parameters it trains: its own, or that of the one at the end of its chain of weightsOf.
// Errors: InvalidGraph: the chain leads nowhere, in a circle, or to a layer of another type.
Result<std::string> weightsOwner(const Graph &graph, const Layer &layer);
// Likewise of Layer::frozen and Layer::learningRateFactor.
inline constexpr const char *kFrozenKey = "frozen", *kRateFactorKey = "learning_rate_factor";
// Likewise of Layer::precision and Layer::recompute.
inline constexpr const char *kPrecisionKey = "precision", *kRecomputeKey = "recompute";
inline constexpr const char *kFloat32Exception = "float32";  // the one word for Layer::precision
inline constexpr double kLeastRateFactor = 1e-6, kMostRateFactor = 1000;

// Settings with defaults filled in; spec must be the layer's own.
LayerSettings settingsOf(const LayerSpec &spec, const Layer &layer);

// project.json's "graph" object; positions come separately, as "layout". Unknown layer types and keys are kept.
// Errors: InvalidFile, naming the layer and the key.
nlohmann::ordered_json graphToJson(const Graph &graph);
nlohmann::ordered_json layoutToJson(const Graph &graph);
Result<Graph> graphFromJson(const nlohmann::ordered_json &graph, const nlohmann::ordered_json &layout);

}  // namespace trainyard
