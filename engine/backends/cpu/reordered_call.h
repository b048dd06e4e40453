// A step around one primitive whose operands may want a layout of oneDNN's own, or a type: what differs from the program's
// value is reordered before the call, into the op's scratch, or after it, out of it.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

class ReorderedCall {
public:
    // plain: as the value lies in the arena. wanted: as the primitive takes it.
    void input(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value) { m_inputs.push_back({name, plain, wanted, value}); }
    void output(int name, const MemoryDesc &plain, const MemoryDesc &wanted, ValueId value) { m_outputs.push_back({name, plain, wanted, value}); }
    // Says the request's scratch.
    std::unique_ptr<Step> finish(StepRequest &request, dnnl::primitive primitive, const MemoryDesc &scratchpad) const;

private:
    struct Operand {
        int name;
        MemoryDesc plain, wanted;
        ValueId value;
        bool isReordered() const { return plain != wanted; }
    };
    std::vector<Operand> m_inputs, m_outputs;
};

}  // namespace trainyard::cpu
