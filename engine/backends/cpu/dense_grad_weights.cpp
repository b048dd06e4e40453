#include <algorithm>
#include <optional>

#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/primitive_call.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

TRAINYARD_SIMD_CLONES void addRow(const float *row, std::size_t count, float *sums)
{
#pragma omp simd
    for (std::size_t c = 0; c < count; ++c)
        sums[c] += row[c];
}

// The bias gradient: column sums of dy as a [rows, columns] matrix, each in the order of the rows.
class ColumnSums {
public:
    ColumnSums(const StepRequest &request, ValueId dy, ValueId db)
        : m_dy(dy), m_db(db), m_type(request.list.value(dy).type.dtype), m_columns(static_cast<std::size_t>(request.list.value(dy).type.shape.back())),
          m_rows(static_cast<std::size_t>(request.list.value(dy).type.shape.elements()) / m_columns), m_threads(request.threads)
    {
    }

    void run(const StepMemory &memory) const
    {
        forPieces(m_columns, m_threads, [&](std::size_t begin, std::size_t end) {
            constexpr std::size_t kBlock = 512;
            float block[kBlock];
            for (std::size_t c = begin; c < end; c += kBlock) {
                const std::size_t count = std::min(kBlock, end - c);
                float *sums = memory.at<float>(m_db) + c;
                std::fill_n(sums, count, 0.0f);
                for (std::size_t r = 0; r < m_rows; ++r)
                    addRow(floatsOf(m_type, memory.at<std::byte>(m_dy), r * m_columns + c, count, block), count, sums);
            }
        });
    }

private:
    ValueId m_dy, m_db;
    DType m_type;
    std::size_t m_columns, m_rows;
    int m_threads;
};

class DenseGradWeights : public PrimitiveStep {
public:
    explicit DenseGradWeights(std::optional<ColumnSums> biasGradient) : m_biasGradient(biasGradient) {}

    void run(const StepMemory &memory) override
    {
        PrimitiveStep::run(memory);
        if (m_biasGradient)
            m_biasGradient->run(memory);
    }

private:
    std::optional<ColumnSums> m_biasGradient;
};

}  // namespace

std::unique_ptr<Step> makeDenseGradWeights(StepRequest &request)
{
    const MemoryDesc x = matrixDesc(request.inputType(0), true), dy = matrixDesc(request.inputType(1));
    const MemoryDesc dw = matrixDesc(request.outputType());
    const auto desc = matmulDesc(x, dy, MemoryDesc(), dw, userScratchpad());
    std::optional<ColumnSums> biasGradient;
    if (request.op.outputs.size() > 1 && request.op.outputs[1] != kNoValue)
        biasGradient.emplace(request, request.op.inputs[1], request.op.outputs[1]);
    auto step = std::make_unique<DenseGradWeights>(biasGradient);
    const std::size_t call = step->add(dnnl::matmul(desc));
    step->argument(call, DNNL_ARG_SRC, x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_WEIGHTS, dy, request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DST, dw, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
