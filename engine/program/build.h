// Graph -> Program: layers emit forward ops, autodiff adds the backward ones, then loss, metrics and the update.
#pragma once

#include "engine/graph/analysis.h"
#include "engine/optim/optimizer.h"
#include "engine/program/program.h"

namespace trainyard {

// The types of the data set a Program gathers from.
struct DataTypes {
    TensorType features;  // [rows, sample...]; U8 or F32
    TensorType targets;   // [rows] I32, or [rows, width] F32
    std::int64_t featureScaleLength = 1;  // 1 or features per sample
    bool scaledTargets = false;           // regression: targets are standardized by per-column vectors
};

struct BuildOptions {
    Mode mode = Mode::Train;
    std::int64_t batchSize = 32;
    OptimizerConfig optimizer;
    bool optimize = true;  // run the fusion passes; off only in tests that compare with and without
};

// Errors: InvalidGraph with the layer's name: the first problem of analyze(), or a shape rule's.
Result<Program> buildProgram(const Graph &graph, const DataTypes &data, const BuildOptions &options);

// The passes, in the order buildProgram applies them. Each leaves a valid Program.
Status differentiate(OpBuilder &builder, ValueId loss, std::vector<std::pair<ValueId, ValueId>> &gradients);
void fuseActivations(Program &program);      // activation into the dense, conv2d, add or batch_norm before it
void removeDeadOps(Program &program);        // ops nobody needs

// The initial content of a parameter in the canonical layout: a function of (seed, name) alone.
void fillParameter(const Program &program, const ParameterInit &init, std::uint64_t seed, std::span<float> out);

}  // namespace trainyard
