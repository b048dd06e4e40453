// The end of a training step: gradients of several batches, clipping, the optimizer's update, the running averages.
#pragma once

#include "engine/program/build.h"

namespace trainyard {

// What training wants to know of a layer, by Value::layer.
struct LayerTraining {
    std::int32_t device = 0;  // index into Program::devices
    bool frozen = false;
    float rateFactor = 1;
};

// Appends it to a program whose backward ops are there, and sets where the update begins. gradients: as differentiate() gives
// them; without any there is nothing to train, but the network still runs and is measured. Errors: Unsupported, InvalidGraph.
Status emitStepEnd(Program &program, OpBuilder &builder, const BuildOptions &options, std::span<const LayerTraining> layers,
                   std::span<const std::pair<ValueId, ValueId>> gradients);

// Of a program that does not train, where training keeps averages: its values are those averages, by name.
void readAverages(Program &program, std::span<const LayerTraining> layers);

}  // namespace trainyard
