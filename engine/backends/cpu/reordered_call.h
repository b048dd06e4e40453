// A step around one primitive whose operands may want a layout of oneDNN's own, or a type: what differs from the program's
// value is reordered before the call, into the op's scratch, or after it, out of it. The primitive may be made for a slice of the
// batch and be called for one slice after another, so that what is reordered is small.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

class ReorderedCall {
public:
    explicit ReorderedCall(std::int64_t slices = 1) : m_slices(slices) {}

    // plain: as the value lies in the arena. wanted: as the primitive takes it. Both of one slice, where the value has the batch as
    // its first dimension.
    void batchInput(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value) { m_inputs.push_back({name, plain, wanted, value, true, plain != wanted}); }
    void batchOutput(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value) { m_outputs.push_back({name, plain, wanted, value, true, plain != wanted}); }
    // The same for all slices.
    void input(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value) { m_inputs.push_back({name, plain, wanted, value, false, plain != wanted}); }
    // The sum over all slices.
    void sumOutput(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value)
    {
        m_outputs.push_back({name, plain, wanted, value, false, plain != wanted || m_slices > 1});
    }
    // Says the request's scratch.
    std::unique_ptr<Step> finish(StepRequest &request, const dnnl::primitive &primitive, const MemoryDesc &scratchpad);

private:
    struct Operand {
        int name;
        MemoryDesc plain, wanted;
        ValueId value;
        bool hasBatch;
        bool isReordered;  // or summed up
        std::uint64_t scratchAt = 0;  // where it is reordered

        std::uint64_t offset(std::int64_t slice) const { return hasBatch ? static_cast<std::uint64_t>(slice) * plain.get_size() : 0; }
    };
    std::int64_t m_slices;
    std::vector<Operand> m_inputs, m_outputs;
};

}  // namespace trainyard::cpu
