#include "engine/backends/cpu/low_precision_step.h"

#include <algorithm>

#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/machine.h"
#include "engine/backends/cpu/primitive_call.h"
#include "engine/ops/elementwise_instructions.h"

namespace trainyard::cpu {

namespace {

using MakeStep = std::unique_ptr<Step> (*)(StepRequest &);

bool takesAnyType(const Op &op)
{
    return op.kind == OpKind::Cast || op.kind == OpKind::ElementwiseChain || opSpec(op.kind).isView;
}

// oneDNN's, but for those without a primitive and ReLU's gradient (activate.cpp, activate_grad.cpp).
bool isPrimitiveActivation(const Op &op)
{
    const ActivationKind kind = std::get<ActivationAttributes>(op.attributes).kind;
    return isFusable(kind) && (op.kind == OpKind::Activate || kind != ActivationKind::Relu);
}

// Ops whose steps compute with bfloat16 values, with the inputs that have to be so together: bit k for input k.
unsigned bfloat16Inputs(const StepRequest &request)
{
    switch (request.op.kind) {
    case OpKind::Dense:
    case OpKind::DenseGradData:
    case OpKind::DenseGradWeights:
    case OpKind::Conv2d:
    case OpKind::Conv2dGradData:
    case OpKind::Conv2dGradWeights:
    case OpKind::Conv3d:
    case OpKind::Conv3dGradData:
    case OpKind::Conv3dGradWeights:
    case OpKind::BatchMatmul:
    case OpKind::BatchNormGrad:
    case OpKind::Lstm:
    case OpKind::Gru: return 0b11;
    case OpKind::LstmGrad: return 0b111101;
    case OpKind::GruGrad: return 0b111111;
    case OpKind::Activate: return isPrimitiveActivation(request.op) ? 0b1 : 0;
    case OpKind::ActivateGrad: return isPrimitiveActivation(request.op) ? 0b11 : 0;
    case OpKind::BatchNormInference: return request.hasInput(3) ? 0b1 : 0;
    case OpKind::BatchNorm:
    case OpKind::MaxPool2d:
    case OpKind::MaxPool2dGrad:
    case OpKind::AvgPool2d:
    case OpKind::AvgPool2dGrad: return 0b1;
    default: return 0;
    }
}

bool computesInBfloat16(const StepRequest &request)
{
    const unsigned inputs = bfloat16Inputs(request);
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i)
        if ((inputs >> i & 1) != 0 && request.hasInput(i) && request.inputType(i).dtype != DType::BF16)
            return false;
    return inputs != 0 && hasBfloat16Products();
}

bool isChain(const StepRequest &request)
{
    const auto fits = [&](ValueId id) {
        return isFloat(request.list.value(id).type.dtype) && request.list.value(id).type.shape.elements() == request.outputShape().elements();
    };
    return isElementwiseOp(request.op) && std::all_of(request.op.inputs.begin(), request.op.inputs.end(), fits);
}

std::unique_ptr<Step> makeChain(StepRequest &request)
{
    ElementwiseChainAttributes chain;
    chain.results = {appendInstructions(request.op, 0, 1, request.op.inputs.size(), chain.instructions)};
    chain.types = {request.outputType().dtype};
    const Op op{OpKind::ElementwiseChain, std::move(chain), request.op.inputs, request.op.outputs, {}};
    StepRequest asChain{request.list, op, request.threads};
    return makeElementwiseChain(asChain);
}

// An op over float32 copies of its 16-bit operands: it sees a program of its own, with these as its only values.
class WidenedStep : public Step {
public:
    WidenedStep(StepRequest &request, MakeStep make) : m_threads(request.threads)
    {
        const Op &op = request.op;
        const auto widened = [&](const std::vector<ValueId> &ids, bool read, bool written) {
            std::vector<ValueId> own;
            for (const ValueId id : ids)
                own.push_back(id == kNoValue ? kNoValue : operandOf(request.list, id, read, written));
            return own;
        };
        m_list.ops.push_back({op.kind, op.attributes, widened(op.inputs, true, false), widened(op.outputs, false, true), widened(op.mutates, true, true), op.layer, op.device});
        StepRequest inFloat{m_list, m_list.ops.front(), request.threads};
        m_step = make(inFloat);
        for (std::size_t i = 0; i < op.outputs.size() && i < request.outputBytes.size(); ++i)
            if (op.outputs[i] != kNoValue && !isLowPrecision(request.outputType(i).dtype))
                request.outputBytes[i] = inFloat.outputBytes[i];
        ScratchLayout scratch;
        scratch.take(inFloat.scratchBytes);
        for (Operand &operand : m_operands)
            if (isLowPrecision(operand.type))
                operand.scratchAt = scratch.take(operand.count * sizeof(float));
        request.scratchBytes = scratch.bytes();
        m_values.resize(m_operands.size());
    }

    bool isNothing() const { return !m_step; }

    void bind(const StepMemory &memory) override
    {
        resolve(memory);
        m_step->bind({m_values, memory.scratch, nullptr});
    }

    void run(const StepMemory &memory) override
    {
        resolve(memory);  // a data set may have been bound since
        for (std::size_t i = 0; i < m_operands.size(); ++i)
            if (const Operand &one = m_operands[i]; isLowPrecision(one.type) && one.read)
                forPieces(one.count, m_threads, [&](std::size_t begin, std::size_t end) {
                    loadFloats(one.type, memory.at<std::byte>(one.value), begin, end - begin, reinterpret_cast<float *>(m_values[i]) + begin);
                });
        m_step->run({m_values, memory.scratch, memory.scalars});
        for (std::size_t i = 0; i < m_operands.size(); ++i)
            if (const Operand &one = m_operands[i]; isLowPrecision(one.type) && one.written)
                forPieces(one.count, m_threads, [&](std::size_t begin, std::size_t end) {
                    storeFloats(one.type, reinterpret_cast<const float *>(m_values[i]) + begin, begin, end - begin, memory.at<std::byte>(one.value));
                });
    }

private:
    struct Operand {
        ValueId value;  // of the program
        DType type;
        std::size_t count;
        bool read = false, written = false;
        std::uint64_t scratchAt = 0;
    };

    ValueId operandOf(const OpList &list, ValueId id, bool read, bool written)
    {
        std::size_t at = 0;
        while (at < m_operands.size() && m_operands[at].value != id)
            ++at;
        if (at == m_operands.size()) {
            Value value = list.value(id);
            m_operands.push_back({id, value.type.dtype, static_cast<std::size_t>(value.type.shape.elements())});
            if (isLowPrecision(value.type.dtype))
                value.type.dtype = DType::F32;
            m_list.values.push_back(std::move(value));
        }
        m_operands[at].read |= read;
        m_operands[at].written |= written;
        return static_cast<ValueId>(at);
    }

    void resolve(const StepMemory &memory)
    {
        for (std::size_t i = 0; i < m_operands.size(); ++i)
            m_values[i] = isLowPrecision(m_operands[i].type) ? memory.scratch + m_operands[i].scratchAt : memory.at<std::byte>(m_operands[i].value);
    }

    int m_threads;
    OpList m_list;
    std::vector<Operand> m_operands;  // one for each value of m_list
    std::vector<std::byte *> m_values;
    std::unique_ptr<Step> m_step;
};

}  // namespace

bool hasLowPrecision(const StepRequest &request)
{
    const auto low = [&](ValueId id) { return id != kNoValue && isLowPrecision(request.list.value(id).type.dtype); };
    return std::any_of(request.op.inputs.begin(), request.op.inputs.end(), low) || std::any_of(request.op.outputs.begin(), request.op.outputs.end(), low);
}

std::unique_ptr<Step> makeLowPrecisionStep(StepRequest &request, MakeStep makeFloat)
{
    if (takesAnyType(request.op))
        return makeFloat(request);
    if (computesInBfloat16(request))
        try {
            return makeFloat(request);
        } catch (const dnnl::error &error) {
            if (error.status != dnnl_unimplemented)
                throw;
            request.scratchBytes = 0;
            request.outputBytes = {};
        }
    if (isChain(request))
        return makeChain(request);
    auto step = std::make_unique<WidenedStep>(request, makeFloat);
    return step->isNothing() ? nullptr : std::move(step);
}

}  // namespace trainyard::cpu
