// Activation recomputation: results of the forward pass that only the backward pass still needs are not kept until then, but
// worked out a second time right before. Memory for arithmetic; the bits stay, since the same ops run on the same values.
// Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost".
#pragma once

#include <span>
#include <vector>

#include "engine/graph/flatten.h"
#include "engine/program/program.h"

namespace trainyard {

// One entry per op of a Program; true only in its forward phase.
using OpChoice = std::vector<bool>;

// Ops that give the same bits when they run again in the step: not those that gather the batch, cast weights, end in a loss
// or change what is kept between steps (batch norm does, but is repeated without). Views are none: they follow their source.
OpChoice repeatableOps(const Program &program);

// Those of them that belong to layers with Layer::recompute, but for the ops that make the output of a recomputed block.
OpChoice markedOps(const Program &program, const FlatGraph &graph);

struct Recomputed {
    Program program;
    std::vector<ValueId> valueFrom;   // of each of its values: itself, or the one it is a second time
    std::vector<std::size_t> opFrom;  // of each of its ops: the op in the Program that it came from
    double flops = 0;                 // of what is worked out a second time
};

// Each chosen op runs again before the backward pass first reads one of its results, after the chosen ops it reads from;
// whatever the backward pass read of it, it reads of the second run. Values keep their ids.
Recomputed recompute(const Program &program, const OpChoice &ops);

// The programs of one arena: those that train, which share the forward phase, with these ops, the others as they are.
std::vector<Recomputed> recomputeAll(std::span<const Program *const> programs, const OpChoice &ops);

}  // namespace trainyard
