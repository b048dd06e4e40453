#include "engine/backends/cuda/compiled_program.h"

namespace trainyard::cuda {

namespace {

StepResult makeStep(StepRequest &request)
{
    switch (request.op.kind) {
#define X(Name, file) \
    case OpKind::Name: return make##Name(request);
        TRAINYARD_OPS(X)
#undef X
    }
    return nullptr;
}

Status checkTypes(const Program &program, const DeviceProperties &device)
{
    for (const Value &value : program.list.values)
        if (value.type.dtype == DType::BF16 && !device.bfloat16())
            return fail(ErrorCode::Unsupported,
                        "bfloat16 needs a GPU of compute capability 8.0 or higher; the {} has {}. Choose float16 or float32.", device.name,
                        device.capabilityText());
    return {};
}

}  // namespace

std::uint64_t scalarsOffset(std::int64_t batchSize)
{
    const std::uint64_t rows = static_cast<std::uint64_t>(batchSize) * sizeof(std::int32_t);
    return (rows + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

std::uint64_t rowsAndScalarsBytes(std::int64_t batchSize)
{
    return scalarsOffset(batchSize) + sizeof(StepScalars);
}

std::string describeOp(const Program &program, std::size_t op)
{
    const Op &at = program.list.ops[op];
    const char *name = opSpec(at.kind).name;
    if (at.layer < 0 || static_cast<std::size_t>(at.layer) >= program.layerNames.size())
        return name;
    return fmt::format("{} of layer {}", name, program.layerNames[static_cast<std::size_t>(at.layer)]);
}

Error inOp(const Program &program, std::size_t op, Error error)
{
    error.message += fmt::format(" It happened in {}.", describeOp(program, op));
    const std::int32_t layer = program.list.ops[op].layer;
    if (error.node.empty() && layer >= 0 && static_cast<std::size_t>(layer) < program.layerNames.size())
        error.node = program.layerNames[static_cast<std::size_t>(layer)];
    return error;
}

Result<StorageNeeds> makeSteps(CompiledProgram &compiled, const DeviceProperties &device, const DeviceSettings &settings,
                               KernelChoices &choices, std::vector<std::string> &notes)
{
    const Program &program = compiled.program;
    const OpList &list = program.list;
    TRAINYARD_CHECK(checkTypes(program, device));
    StorageNeeds needs;
    for (const Value &value : list.values)
        needs.valueBytes.push_back(value.role == Role::Dataset ? 0 : value.type.bytes());
    if (program.indices != kNoValue)
        needs.valueBytes[static_cast<std::size_t>(program.indices)] = rowsAndScalarsBytes(program.batchSize);
    for (std::size_t i = 0; i < list.ops.size(); ++i) {
        const Op &op = list.ops[i];
        StepRequest request{list, op, device, settings, compiled.layouts, choices, notes};
        auto step = makeStep(request);
        if (!step)
            return fail(inOp(program, i, std::move(step.error())));
        compiled.steps.push_back({std::move(*step)});
        needs.scratchBytes.push_back(request.scratchBytes);
        for (std::size_t k = 0; k < op.outputs.size() && k < request.outputBytes.size(); ++k)
            if (request.outputBytes[k] > 0 && op.outputs[k] != kNoValue)
                needs.valueBytes[static_cast<std::size_t>(op.outputs[k])] = request.outputBytes[k];
    }
    return needs;
}

}  // namespace trainyard::cuda
