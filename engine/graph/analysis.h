// What is true of a graph right now: shapes, parameter counts, problems. Pure and fast (well under 1 ms for a hundred
// layers), so that the editor calls it on every keystroke.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"

namespace trainyard {

// What the graph must fit: the data set's per-sample shape and its targets. Absent: not known yet.
struct DataSignature {
    Shape sampleShape;
    std::int64_t classes = 0;      // classification; 0: regression
    std::int64_t targetWidth = 0;  // regression: values per sample
    std::int64_t trainRows = 0;    // for "batch larger than the data"
    Shape targetShape;  // per sample: of the positions that have a class each, of a target that is the sample; else scalar
    std::int64_t vocabulary = 0;   // how many tokens there are, where samples are indices of tokens; 0: samples are numbers
};

struct Fix {
    std::string label;  // "Set units of dense2 to 10"
    LayerId layer = 0;
    std::string key;  // of a setting, or one of Layer's own keys: kDeviceKey, kWeightsOfKey, kRateFactorKey, kPrecisionKey
    ParameterValue value;
    std::string block;  // the definition the layer is in; empty: the graph itself
};
// Does what the fix says to its layer, where the graph has it.
void applyFix(Graph &graph, const Fix &fix);

struct Problem {
    LayerId layer = 0;    // 0: of the whole graph; a block, where it is of a layer inside
    std::string message;  // what was expected, what came, what to do
    std::string key;      // the setting at fault; may be empty
    std::optional<Fix> fix;
    std::string block = {};  // the definition in which the layer at fault stands; empty: the graph itself
    LayerId inside = 0;      // its id there
};

struct LayerFacts {
    std::optional<Shape> output;   // per sample; absent where the layer or something above it is broken
    std::int64_t parameters = 0;   // trained scalars; 0 while unknown
    bool broken = false;           // has a problem of its own (not: is below one)
    std::string label;             // the telling setting for the node
};

struct GraphAnalysis {
    std::map<LayerId, LayerFacts> layers;  // a block's: what it gives, and the parameters inside
    // Of the layers inside each definition that is used, as they are in the first block of it.
    std::map<std::string, std::map<LayerId, LayerFacts>> blocks;
    std::vector<Problem> problems;
    std::int64_t parameters = 0;
    bool runnable() const { return problems.empty(); }
};

GraphAnalysis analyze(const Graph &graph, const std::optional<DataSignature> &data = std::nullopt);

}  // namespace trainyard
