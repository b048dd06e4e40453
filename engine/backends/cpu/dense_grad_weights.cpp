#include "engine/backends/cpu/column_sums.h"
#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

namespace {

// With the bias gradient: column sums of dy as a [rows, columns] matrix.
class DenseGradWeights : public PrimitiveStep {
public:
    explicit DenseGradWeights(const StepRequest &request)
        : m_op(request.op), m_dy(request.inputType(1)), m_threads(request.threads), m_hasBias(request.op.outputs.size() > 1 && request.op.outputs[1] != kNoValue)
    {
    }

    void run(const StepMemory &memory) override
    {
        PrimitiveStep::run(memory);
        if (!m_hasBias)
            return;
        const auto columns = static_cast<std::size_t>(m_dy.shape.back()), rows = static_cast<std::size_t>(m_dy.shape.elements()) / columns;
        sumColumns(m_dy.dtype, memory.at<std::byte>(m_op.inputs[1]), rows, columns, m_threads, memory.at<float>(m_op.outputs[1]));
    }

private:
    Op m_op;
    TensorType m_dy;
    int m_threads;
    bool m_hasBias;
};

}  // namespace

std::unique_ptr<Step> makeDenseGradWeights(StepRequest &request)
{
    const MemoryDesc x = matrixDesc(request.inputType(0), true), dy = matrixDesc(request.inputType(1));
    const MemoryDesc dw = matrixDesc(request.outputType());
    const auto desc = matmulDesc(x, dy, MemoryDesc(), dw, userScratchpad());
    auto step = std::make_unique<DenseGradWeights>(request);
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, dy, request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, dw, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
