#include "engine/backends/cpu/reordered_call.h"

namespace trainyard::cpu {

std::unique_ptr<Step> ReorderedCall::finish(StepRequest &request, const dnnl::primitive &primitive, const MemoryDesc &scratchpad)
{
    auto step = std::make_unique<PrimitiveStep>();
    ScratchLayout scratch;
    for (auto *operands : {&m_inputs, &m_outputs})
        for (Operand &operand : *operands)
            operand.scratchAt = operand.isReordered ? scratch.take(operand.wanted.get_size()) : 0;
    const std::uint64_t scratchpadAt = scratch.take(scratchpad.get_size());
    for (std::int64_t slice = 0; slice < m_slices; ++slice) {
        for (const Operand &operand : m_inputs) {
            if (!operand.isReordered || (slice > 0 && !operand.hasBatch))
                continue;
            const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), operand.plain, cpuEngine(), operand.wanted}));
            step->argument(reorder, DNNL_ARG_FROM, operand.plain, operand.value, operand.offset(slice));
            step->scratchArgument(reorder, DNNL_ARG_TO, operand.wanted, operand.scratchAt);
        }
        const std::size_t call = step->add(primitive);
        for (const auto *operands : {&m_inputs, &m_outputs})
            for (const Operand &operand : *operands)
                if (operand.isReordered)
                    step->scratchArgument(call, operand.name, operand.wanted, operand.scratchAt);
                else
                    step->argument(call, operand.name, operand.plain, operand.value, operand.offset(slice));
        step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, scratchpad, scratchpadAt);
        for (const Operand &operand : m_outputs) {
            if (!operand.isReordered)
                continue;
            dnnl::primitive_attr attributes;
            if (slice > 0 && !operand.hasBatch) {
                dnnl::post_ops sum;
                sum.append_sum(1.0f);
                attributes.set_post_ops(sum);
            }
            const std::size_t reorder = step->add(dnnl::reorder({cpuEngine(), operand.wanted, cpuEngine(), operand.plain, attributes}));
            step->scratchArgument(reorder, DNNL_ARG_FROM, operand.wanted, operand.scratchAt);
            step->argument(reorder, DNNL_ARG_TO, operand.plain, operand.value, operand.offset(slice));
        }
    }
    request.scratchBytes = scratch.bytes();
    return step;
}

}  // namespace trainyard::cpu
