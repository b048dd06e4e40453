// One Program made ready for a card: layouts, a step per op, and the memory plan. Made without touching the device.
#pragma once

#include <memory>
#include <vector>

#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

struct CompiledStep {
    std::unique_ptr<Step> step;  // null: nothing to do
    std::byte *scratch = nullptr;
};

struct CompiledProgram {
    Program program;
    std::vector<ValueLayout> layouts;  // by ValueId
    MemoryPlan plan;
    std::vector<CompiledStep> steps;   // one per op
    std::vector<std::byte *> values;   // by ValueId; null until the executable is allocated
    const StepScalars *scalars = nullptr;  // in device memory

    StepMemory memory(std::size_t op) const { return {values, steps[op].scratch, scalars}; }
};

// The batch's rows and the step's scalars lie side by side in the arena, so that one copy brings both.
std::uint64_t scalarsOffset(std::int64_t batchSize);  // from the beginning of Program::indices
std::uint64_t rowsAndScalarsBytes(std::int64_t batchSize);

// Fills compiled.steps for compiled.program and .layouts; choices and notes live as long as the steps.
// Errors: Unsupported, with op and layer named.
Result<StorageNeeds> makeSteps(CompiledProgram &compiled, const DeviceProperties &device, const DeviceSettings &settings,
                               KernelChoices &choices, std::vector<std::string> &notes);

// "conv2d of layer block1/conv"; "the sgd_update" of no layer.
std::string describeOp(const Program &program, std::size_t op);
// The error with the op's and the layer's name.
Error inOp(const Program &program, std::size_t op, Error error);

}  // namespace trainyard::cuda
