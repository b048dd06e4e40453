// Blocks that people use again and again, ready made: residual, attention and others. One file each in this folder, collected by
// block_list.h. What is added to a network is a definition like any other, which can be opened and changed. Any thread.
#pragma once

#include "engine/graph/block_edits.h"

namespace trainyard {

struct BuiltInBlock {
    std::string name;     // "inverted_residual": on the command line, and what its definitions are called
    std::string title;    // "Inverted residual"
    std::string summary;  // one sentence
    std::string help;     // what it computes, what comes in and what goes out, where it comes from
    std::vector<ParameterSpec> settings;
    // The definition's body. The same settings give the same body.
    std::function<Graph(const LayerSettings &)> make;
    // Settings that fit what comes in (of its first input), as far as they depend on it; all others are left out.
    std::function<ParameterMap(const Shape &)> settingsFor;
};

// In palette order; built once.
const std::vector<BuiltInBlock> &builtInBlocks();
const BuiltInBlock *findBuiltInBlock(std::string_view name);  // null: unknown

// Adds a block of that kind to the network or, inBlock named, to the body of a definition: an instance at (x, y), not wired
// yet, and its definition, unless one with the same content is there from before under a name of this kind.
// Errors: NotFound, for the built-in block; InvalidGraph, for a setting out of range and for inBlock.
Result<BlockEdit> addBuiltInBlock(const Graph &graph, const std::string &inBlock, const std::string &builtIn, const LayerSettings &settings,
                                  double x, double y);

// Settings for what comes in; none where the block or the shape says nothing.
ParameterMap settingsFor(const std::string &builtIn, const Shape &input);

}  // namespace trainyard
