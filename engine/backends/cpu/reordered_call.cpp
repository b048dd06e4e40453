#include "engine/backends/cpu/reordered_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> ReorderedCall::finish(StepRequest &request, dnnl::primitive primitive, const MemoryDesc &scratchpad) const
{
    auto step = std::make_unique<PrimitiveStep>();
    ScratchLayout scratch;
    std::vector<std::uint64_t> inputAt, outputAt;
    for (const Operand &operand : m_inputs) {
        inputAt.push_back(operand.isReordered() ? scratch.take(operand.wanted.get_size()) : 0);
        if (!operand.isReordered())
            continue;
        const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), operand.plain, cpuEngine(), operand.wanted}));
        step->argument(reorder, DNNL_ARG_FROM, operand.plain, operand.value);
        step->scratchArgument(reorder, DNNL_ARG_TO, operand.wanted, inputAt.back());
    }
    const std::size_t call = step->add(std::move(primitive));
    const auto pass = [&](const Operand &operand, std::uint64_t at) {
        if (operand.isReordered())
            step->scratchArgument(call, operand.name, operand.wanted, at);
        else
            step->argument(call, operand.name, operand.plain, operand.value);
    };
    for (std::size_t i = 0; i < m_inputs.size(); ++i)
        pass(m_inputs[i], inputAt[i]);
    for (const Operand &operand : m_outputs) {
        outputAt.push_back(operand.isReordered() ? scratch.take(operand.wanted.get_size()) : 0);
        pass(operand, outputAt.back());
    }
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, scratchpad, scratch.take(scratchpad.get_size()));
    for (std::size_t i = 0; i < m_outputs.size(); ++i) {
        const Operand &operand = m_outputs[i];
        if (!operand.isReordered())
            continue;
        const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), operand.wanted, cpuEngine(), operand.plain}));
        step->scratchArgument(reorder, DNNL_ARG_FROM, operand.wanted, outputAt[i]);
        step->argument(reorder, DNNL_ARG_TO, operand.plain, operand.value);
    }
    request.scratchBytes = scratch.bytes();
    return step;
}

}  // namespace trainyard::cpu
