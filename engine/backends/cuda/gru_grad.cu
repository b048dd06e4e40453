// A kernel and a product for each position, the last first; the gradients of weights and bias are made over all positions at the end.
#include "engine/backends/cuda/column_sum.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/sequence_place.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// dstate comes from the position computed next through the product, dpast past it, through z; the last position has neither. dy and
// dlast may be null. through: the recurrent gates' gradient, of all positions; compact: of this one without gaps. biases: the sums of
// its last block over the positions so far, [batch, units], before it is rounded.
template <typename T>
struct GruGradPointers {
    const T *gates, *shares, *states, *dy, *dlast;
    T *dgates, *through, *compact;
    const float *dstate;
    float *dpast, *biases;
};

// dgates may be gates.
template <typename T>
__global__ void gruCellGradient(SequencePlace place, bool last, GruGradPointers<T> p)
{
    const std::int64_t units = place.units, count = place.batch * units;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t n = i / units, k = i - n * units, row = n * place.length + place.position;
        const auto gate = [&](int block) { return toFloat(p.gates[(row * 3 + block) * units + k]); };
        const float reset = gate(0), keep = gate(1), candidate = gate(2);
        const float hBefore = place.before < 0 ? 0.0f : toFloat(p.states[(n * place.length + place.before) * units + k]);
        float dh = p.dy ? toFloat(p.dy[row * units + k]) : 0.0f;
        if (!last)
            dh += p.dstate[i] + p.dpast[i];
        else if (p.dlast)
            dh += toFloat(p.dlast[i]);
        const float dn = dh * (1.0f - keep) * (1.0f - candidate * candidate), dz = dh * (hBefore - candidate) * keep * (1.0f - keep);
        const float dr = dn * toFloat(p.shares[row * units + k]) * reset * (1.0f - reset);
        const float inner[3] = {dr, dz, dn * reset};
        for (int block = 0; block < 3; ++block) {
            p.dgates[(row * 3 + block) * units + k] = fromFloat<T>(block < 2 ? inner[block] : dn);
            p.through[(row * 3 + block) * units + k] = p.compact[(n * 3 + block) * units + k] = fromFloat<T>(inner[block]);
        }
        p.dpast[i] = dh * keep;
        p.biases[i] = (last ? 0.0f : p.biases[i]) + inner[2];
    }
}

class GruGradStep : public Step {
public:
    GruGradStep(StepRequest &request, DType dtype, const Matmul &product, const Matmul &weights)
        : m_op(request.op), m_dtype(dtype), m_place(sequencePlace(request)), m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(product, request), m_weights(weights, request)
    {
        const auto elements = static_cast<std::uint64_t>(m_place.batch * m_place.units), positions = static_cast<std::uint64_t>(m_place.length);
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(std::max(m_product.workspaceBytes(), m_weights.workspaceBytes()));
        m_compactAt = scratch.take(3 * elements * dtypeBytes(dtype));
        m_stateAt = scratch.take(elements * sizeof(float));
        m_pastAt = scratch.take(elements * sizeof(float));
        m_beforeAt = scratch.take(elements * positions * dtypeBytes(dtype));
        m_throughAt = scratch.take(3 * elements * positions * dtypeBytes(dtype));
        m_biasesAt = scratch.take(elements * sizeof(float));
        m_sumsAt = scratch.take(columnSumScratchBytes(m_place.batch, m_place.units));
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
            const GruGradPointers<T> pointers{memory.at<const T>(m_op.inputs[0]),
                                              memory.at<const T>(m_op.inputs[1]),
                                              memory.at<const T>(m_op.inputs[2]),
                                              memory.at<const T>(m_op.inputs[4]),
                                              memory.at<const T>(m_op.inputs[5]),
                                              memory.at<T>(m_op.outputs[0]),
                                              reinterpret_cast<T *>(memory.scratch + m_throughAt),
                                              reinterpret_cast<T *>(memory.scratch + m_compactAt),
                                              reinterpret_cast<const float *>(memory.scratch + m_stateAt),
                                              reinterpret_cast<float *>(memory.scratch + m_pastAt),
                                              reinterpret_cast<float *>(memory.scratch + m_biasesAt)};
            for (std::int64_t s = m_place.length; s-- > 0;) {
                TRAINYARD_CHECK(launch(stream, gruCellGradient<T>, blocksFor(m_place.batch * m_place.units), kBlockThreads,
                                       m_place.at(s, m_reverse), s == m_place.length - 1, pointers));
                if (s > 0)
                    TRAINYARD_CHECK(m_product.execute(operands(memory), stream));
            }
            return {};
        }));
        TRAINYARD_CHECK(copyStatesBefore(stream, m_dtype, m_place, m_reverse, memory.at<const void>(m_op.inputs[2]), memory.scratch + m_beforeAt));
        TRAINYARD_CHECK(m_weights.execute(weightOperands(memory), stream));
        return columnSum(stream, DType::F32, memory.scratch + m_biasesAt, m_place.batch, m_place.units, memory.at<float>(m_op.outputs[2]),
                         memory.scratch + m_sumsAt);
    }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.scratch + m_compactAt, memory.at<const void>(m_op.inputs[3]), memory.scratch + m_stateAt, nullptr,
                memory.scratch + m_workspaceAt};
    }
    MatmulOperands weightOperands(const StepMemory &memory) const
    {
        return {memory.scratch + m_beforeAt, memory.scratch + m_throughAt, memory.at<void>(m_op.outputs[1]), nullptr,
                memory.scratch + m_workspaceAt};
    }

    Op m_op;
    DType m_dtype;
    SequencePlace m_place;
    bool m_reverse;
    MatmulCall m_product, m_weights;
    std::uint64_t m_workspaceAt = 0, m_compactAt = 0, m_stateAt = 0, m_pastAt = 0, m_beforeAt = 0, m_throughAt = 0, m_biasesAt = 0, m_sumsAt = 0;
};

}  // namespace

StepResult makeGruGrad(StepRequest &request)
{
    const Op &op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.inputs[2], op.inputs[3], op.outputs[0]}));
    const Shape &gates = request.inputShape(0), &u = request.inputShape(3);
    const bool tf32 = dtype == DType::F32 && request.settings.tf32;
    const Matmul product{.rows = gates[0], .columns = u[0], .inner = u[1], .rightTransposed = true, .factors = dtype, .result = DType::F32, .tf32 = tf32};
    const Matmul weights{.rows = u[0], .columns = u[1], .inner = gates[0] * gates[1], .leftTransposed = true, .factors = dtype, .result = DType::F32, .tf32 = tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<GruGradStep>(request, dtype, product, weights);
}

}  // namespace trainyard::cuda
