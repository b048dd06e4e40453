#include <algorithm>

#include "engine/backends/cpu/primitive_call.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// Column sums of a [rows, columns] matrix: the bias gradient.
TRAINYARD_SIMD_CLONES void sumRows(const float *in, std::int64_t rows, std::int64_t columns, float *out)
{
    std::copy(in, in + columns, out);
    for (std::int64_t r = 1; r < rows; ++r) {
        const float *row = in + r * columns;
#pragma omp simd
        for (std::int64_t c = 0; c < columns; ++c)
            out[c] += row[c];
    }
}

class DenseGradWeights : public PrimitiveStep {
public:
    DenseGradWeights(ValueId dy, ValueId db, std::int64_t rows, std::int64_t columns) : m_dy(dy), m_db(db), m_rows(rows), m_columns(columns) {}

    void run(const StepMemory &memory) override
    {
        PrimitiveStep::run(memory);
        if (m_db != kNoValue)
            sumRows(memory.at<float>(m_dy), m_rows, m_columns, memory.at<float>(m_db));
    }

private:
    ValueId m_dy, m_db;
    std::int64_t m_rows, m_columns;
};

}  // namespace

std::unique_ptr<Step> makeDenseGradWeights(StepRequest &request)
{
    const Shape &dyShape = request.inputShape(1);
    const MemoryDesc x = matrixDesc(request.inputShape(0), true), dy = matrixDesc(dyShape);
    const MemoryDesc dw = matrixDesc(request.outputShape());
    const auto desc = matmulDesc(x, dy, MemoryDesc(), dw, userScratchpad());
    const ValueId db = request.op.outputs.size() > 1 ? request.op.outputs[1] : kNoValue;
    auto step = std::make_unique<DenseGradWeights>(request.op.inputs[1], db, dyShape.elements() / dyShape.back(), dyShape.back());
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, dy, request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, dw, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
