// What a network can take from elsewhere: the parameters and running statistics of its layers, by name.
#pragma once

#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/program/program.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct NetworkTensor {
    std::string name;       // "conv1/weights", "block.2/conv1/weights"
    std::string layer;      // the one that owns it, blocks expanded: "conv1", "block.2/conv1"
    std::string layerType;  // "conv2d"
    Shape shape;
    bool trained = true;    // false: a running statistic, or of a frozen layer
    // Of layers that read what was flattened above them: how that was, channels last: an image, a volume, or a sequence that has
    // channels. Other programs have these values in another order. Rank 0: not so.
    Shape flattened;
};

// In the order the program emits them. What is made of the settings or the data (class weights, sinusoids) is not among
// them, nor what the optimizer keeps. program: buildProgram() of the graph.
std::vector<NetworkTensor> networkTensors(const Graph &graph, const Program &program);

}  // namespace trainyard
