// A kernel and a product for each position, the last first; the gradient of the weights is one product over all positions at the end.
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/sequence_place.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// dstate and dcell, [batch, units], come from the position computed next; the last position has none. dy and dlast may be null. compact:
// dgates of this position without gaps.
template <typename T>
struct LstmGradPointers {
    const T *gates;
    const float *cells;
    const T *dy, *dlast;
    T *dgates, *compact;
    const float *dstate;
    float *dcell;
};

// dgates may be gates.
template <typename T>
__global__ void lstmCellGradient(SequencePlace place, bool last, LstmGradPointers<T> p)
{
    const std::int64_t units = place.units, count = place.batch * units;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t n = i / units, k = i - n * units, row = n * place.length + place.position;
        const auto gate = [&](int block) { return toFloat(p.gates[(row * 4 + block) * units + k]); };
        const float in = gate(0), forget = gate(1), candidate = gate(2), out = gate(3);
        const float tanhC = tanhf(p.cells[row * units + k]);
        const float cBefore = place.before < 0 ? 0.0f : p.cells[(n * place.length + place.before) * units + k];
        float dh = p.dy ? toFloat(p.dy[row * units + k]) : 0.0f, dc = 0.0f;
        if (!last) {
            dh += p.dstate[i];
            dc = p.dcell[i];
        } else if (p.dlast) {
            dh += toFloat(p.dlast[i]);
        }
        dc += dh * out * (1.0f - tanhC * tanhC);
        const float gradients[4] = {dc * candidate * in * (1.0f - in), dc * cBefore * forget * (1.0f - forget),
                                    dc * in * (1.0f - candidate * candidate), dh * tanhC * out * (1.0f - out)};
        for (int block = 0; block < 4; ++block)
            p.dgates[(row * 4 + block) * units + k] = p.compact[(n * 4 + block) * units + k] = fromFloat<T>(gradients[block]);
        p.dcell[i] = dc * forget;
    }
}

class LstmGradStep : public Step {
public:
    LstmGradStep(StepRequest &request, DType dtype, const Matmul &product, const Matmul &weights)
        : m_op(request.op), m_dtype(dtype), m_place(sequencePlace(request)), m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(product, request), m_weights(weights, request)
    {
        const auto elements = static_cast<std::uint64_t>(m_place.batch * m_place.units);
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(std::max(m_product.workspaceBytes(), m_weights.workspaceBytes()));
        m_compactAt = scratch.take(4 * elements * dtypeBytes(dtype));
        m_stateAt = scratch.take(elements * sizeof(float));
        m_cellAt = scratch.take(elements * sizeof(float));
        m_beforeAt = scratch.take(elements * static_cast<std::uint64_t>(m_place.length) * dtypeBytes(dtype));
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override
    {
        TRAINYARD_CHECK(m_product.bind(operands(memory), libraries));
        return m_weights.bind(weightOperands(memory), libraries);
    }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        TRAINYARD_CHECK(withFloatType(m_dtype, [&](auto zero) -> Status {
            using T = decltype(zero);
            const LstmGradPointers<T> pointers{memory.at<const T>(m_op.inputs[0]),
                                               memory.at<const float>(m_op.inputs[1]),
                                               memory.at<const T>(m_op.inputs[4]),
                                               memory.at<const T>(m_op.inputs[5]),
                                               memory.at<T>(m_op.outputs[0]),
                                               reinterpret_cast<T *>(memory.scratch + m_compactAt),
                                               reinterpret_cast<const float *>(memory.scratch + m_stateAt),
                                               reinterpret_cast<float *>(memory.scratch + m_cellAt)};
            for (std::int64_t s = m_place.length; s-- > 0;) {
                TRAINYARD_CHECK(launch(stream, lstmCellGradient<T>, blocksFor(m_place.batch * m_place.units), kBlockThreads,
                                       m_place.at(s, m_reverse), s == m_place.length - 1, pointers));
                if (s > 0)
                    TRAINYARD_CHECK(m_product.execute(operands(memory), stream));
            }
            return {};
        }));
        TRAINYARD_CHECK(copyStatesBefore(stream, m_dtype, m_place, m_reverse, memory.at<const void>(m_op.inputs[2]), memory.scratch + m_beforeAt));
        return m_weights.execute(weightOperands(memory), stream);
    }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.scratch + m_compactAt, memory.at<const void>(m_op.inputs[3]), memory.scratch + m_stateAt, nullptr,
                memory.scratch + m_workspaceAt};
    }
    MatmulOperands weightOperands(const StepMemory &memory) const
    {
        return {memory.scratch + m_beforeAt, memory.at<const void>(m_op.outputs[0]), memory.at<void>(m_op.outputs[1]), nullptr,
                memory.scratch + m_workspaceAt};
    }

    Op m_op;
    DType m_dtype;
    SequencePlace m_place;
    bool m_reverse;
    MatmulCall m_product, m_weights;
    std::uint64_t m_workspaceAt = 0, m_compactAt = 0, m_stateAt = 0, m_cellAt = 0, m_beforeAt = 0;
};

}  // namespace

StepResult makeLstmGrad(StepRequest &request)
{
    const Op &op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[2], op.inputs[3], op.outputs[0]}));
    const Shape &gates = request.inputShape(0), &u = request.inputShape(3);
    const bool tf32 = dtype == DType::F32 && request.settings.tf32;
    const Matmul product{.rows = gates[0], .columns = u[0], .inner = u[1], .rightTransposed = true, .factors = dtype, .result = DType::F32, .tf32 = tf32};
    const Matmul weights{.rows = u[0], .columns = u[1], .inner = gates[0] * gates[1], .leftTransposed = true, .factors = dtype, .result = DType::F32, .tf32 = tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<LstmGradStep>(request, dtype, product, weights);
}

}  // namespace trainyard::cuda
