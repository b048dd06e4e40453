// What a card says, made from the document: the layer between model and painter. Plain values; comparing two tells
// whether a card must be drawn again.
#pragma once

#include <map>
#include <set>

#include <QString>

#include "engine/graph/analysis.h"

namespace trainyard::ui {

struct NodeLook {
    QString name, setting;      // first line
    QString parameters, shape;  // second line; empty where unknown or none
    QString title;              // of the layer's type
    QString device;             // where it computes, "GPU 1"; empty: as the run
    QString message;            // what is wrong; empty: nothing
    Category category = Category::Core;
    bool placeholder = false;   // a type this program does not know
    bool block = false;         // stands for a definition, drawn as a stack of cards
    int repeat = 1;             // of a block
    bool broken = false;        // has a problem of its own; a message without this is a remark
    bool wrongInputs = false;   // what comes in does not fit: the wires are at fault
    int inputs = 1;             // ports shown; a layer of any number of inputs shows one more than it has wires
    quint64 connectedInputs = 0;  // one bit for each
    bool hasOutput = true, outputConnected = false;
    bool operator==(const NodeLook &) const = default;

    bool isConnected() const { return connectedInputs != 0 || outputConnected; }
};

// Of every layer of the graph, in one pass over graph and its analysis. network: where the definitions of blocks are.
std::map<LayerId, NodeLook> describeGraph(const Graph &graph, const GraphAnalysis &analysis, const Graph &network);

// One plain sentence for tool tips and screen readers: "conv1, Conv 2D, output 8x8x16, 160 parameters".
QString nodeSentence(const NodeLook &look);

}  // namespace trainyard::ui
