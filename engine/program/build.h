// Graph -> Program: layers emit forward ops, autodiff adds the backward ones, then loss, metrics and the update.
#pragma once

#include "engine/graph/analysis.h"
#include "engine/optim/optimizer.h"
#include "engine/program/precision.h"
#include "engine/program/program.h"

namespace trainyard {

// The types of the data set a Program gathers from.
struct DataTypes {
    TensorType features;  // [rows, sample...]; U8 or F32
    TensorType targets;   // [rows] I32, or [rows, width] F32
    std::int64_t featureScaleLength = 1;  // 1 or features per sample
    bool scaledTargets = false;           // regression: targets are standardized by per-column vectors
    GatherAttributes augmentation;        // of the images a training program gathers; no other program has it
};

struct BuildOptions {
    Mode mode = Mode::Train;
    std::int64_t batchSize = 32;
    OptimizerConfig optimizer;
    std::string device;    // the run's, where it is known by its id: layers placed on it are not placed elsewhere
    Precision precision = Precision::Float32;
    bool optimize = true;  // run the fusion passes; off only in tests that compare with and without
    bool deviceFusion = false;  // for devices where a launch costs more than the arithmetic in it: fewer, larger ops
};

// Errors: InvalidGraph with the layer's name: the first problem of analyze(), or a shape rule's.
Result<Program> buildProgram(const Graph &graph, const DataTypes &data, const BuildOptions &options);

// Sets the device of every op of a layer: layerDevices holds an index into Program::devices for each layer. For ops of
// no layer it is the one they were emitted for. A pass that joins ops must leave those of two devices apart.
void placeOps(Program &program, std::span<const std::int32_t> layerDevices);

// The passes, in the order buildProgram applies them. Each leaves a valid Program.
Status differentiate(OpBuilder &builder, ValueId loss, std::vector<std::pair<ValueId, ValueId>> &gradients);
void fuseActivations(Program &program);      // activation into the dense, conv2d, add or batch_norm before it
void removeDeadOps(Program &program);        // ops nobody needs
// Activations in 16 bit, weights cast every step, loss scaling. Errors: Unsupported, for float16 on several devices.
Status lowerPrecision(Program &program, Precision precision);
void fuseLossGradient(Program &program);     // softmax_cross_entropy and its gradient in one pass
void fuseElementwise(Program &program);      // elementwise ops that feed each other into chains

// The initial content of a parameter in the canonical layout: a function of (seed, name) alone.
void fillParameter(const Program &program, const ParameterInit &init, std::uint64_t seed, std::span<float> out);

}  // namespace trainyard
