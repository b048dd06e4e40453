// Graph -> Program: layers emit forward ops, autodiff adds the backward ones, then loss, metrics and the update.
#pragma once

#include "engine/graph/analysis.h"
#include "engine/optim/optimizer.h"
#include "engine/program/precision.h"
#include "engine/program/program.h"

namespace trainyard {

// The types of the data set a Program gathers from.
struct DataTypes {
    TensorType features;  // [rows, sample...]; U8 or F32, or I32 tokens
    TensorType targets;   // [rows, positions...] I32, or [rows, width] F32; rank 0: the target is the sample itself
    std::int64_t featureScaleLength = 1;  // 1 or features per sample
    bool scaledTargets = false;           // regression: targets are standardized by per-column vectors
    GatherAttributes augmentation;        // of the images a training program gathers; no other program has it
    std::vector<std::int64_t> classCounts;  // training rows, or positions, of each class; empty: not known
    bool nextTokens = false;                // the targets of a sample are its own tokens, one further on: a text
};

struct BuildOptions {
    Mode mode = Mode::Train;
    std::int64_t batchSize = 32;
    OptimizerConfig optimizer;
    std::vector<std::string> metrics;  // by name; none: the defaults of the network's loss
    std::string device;    // the run's, where it is known by its id: layers placed on it are not placed elsewhere
    Precision precision = Precision::Float32;
    bool optimize = true;  // run the fusion passes; off only in tests that compare with and without
    bool deviceFusion = false;  // for devices where a launch costs more than the arithmetic in it: fewer, larger ops
    // Batches that make one step together. Above 1 there are two training programs over one arena: one with the update, which
    // is the last batch's, and one without, for those before it.
    std::int64_t accumulationSteps = 1;
    bool withUpdate = true;
    double emaDecay = 0;   // above 0: training keeps averages of the weights, and the other modes use them
    // The host writes the samples of each batch into Program::features, which is Role::Data and batchSize rows long; indices count
    // within them. For looking at what the network makes of samples that are in no data set.
    bool ownSamples = false;
};

// Errors: InvalidGraph with the layer's name: the first problem of analyze(), or a shape rule's.
Result<Program> buildProgram(const Graph &graph, const DataTypes &data, const BuildOptions &options);

// Sets the device of every op of a layer: layerDevices holds an index into Program::devices for each layer. For ops of
// no layer it is the one they were emitted for. A pass that joins ops must leave those of two devices apart.
void placeOps(Program &program, std::span<const std::int32_t> layerDevices);

// The kept sum of a parameter's gradient while batches are accumulated. It is zero between steps: nothing to save.
std::string gradientSumName(const std::string &parameter);

// The passes, in the order buildProgram applies them. Each leaves a valid Program.
Status differentiate(OpBuilder &builder, std::span<const ValueId> losses, std::vector<std::pair<ValueId, ValueId>> &gradients);
void fuseActivations(Program &program);      // activation into the dense, conv2d, add or batch_norm before it
void removeDeadOps(Program &program);        // ops nobody needs
// Activations in 16 bit, weights cast every step, loss scaling. Layers in float32Layers, which may be empty, compute in float32
// all the same; where they meet others, values are cast. Errors: Unsupported, for float16 on several devices.
Status lowerPrecision(Program &program, Precision precision, const std::vector<bool> &float32Layers = {});
void fuseLossGradient(Program &program);     // softmax_cross_entropy and its gradient in one pass
// Elementwise ops that feed each other into chains of at most so many instructions: more would cost registers, and so
// threads, without saving memory traffic worth it. A chain that is longer by itself stays alone.
inline constexpr std::size_t kMostJoinedInstructions = 24;
void fuseElementwise(Program &program);

// The initial content of a parameter in the canonical layout: a function of (seed, name) alone.
void fillParameter(const Program &program, const ParameterInit &init, std::uint64_t seed, std::span<float> out);

}  // namespace trainyard
