// A product and a kernel for each position, all in the step's graph, as in lstm.cu.
#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/sequence_place.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// recurrent: h U of the position before. exact, the state [batch, units] before it is rounded for the product, is read from the second
// position on.
template <typename T>
struct GruPointers {
    const T *x;
    const float *recurrent, *bias;
    T *gates, *states, *last, *shares, *state;
    float *exact;
};

// gates may be x.
template <typename T>
__global__ void gruCell(SequencePlace place, GruPointers<T> p)
{
    const std::int64_t units = place.units, count = place.batch * units;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t n = i / units, k = i - n * units, row = n * place.length + place.position;
        const auto x = [&](int block) { return toFloat(p.x[(row * 3 + block) * units + k]); };
        const auto recurrent = [&](int block) { return place.before < 0 ? 0.0f : p.recurrent[(n * 3 + block) * units + k]; };
        const float reset = sigmoid(x(0) + recurrent(0)), keep = sigmoid(x(1) + recurrent(1));
        const float share = recurrent(2) + p.bias[k];
        const float candidate = tanhf(x(2) + reset * share);
        const float h = (1.0f - keep) * candidate + (place.before < 0 ? 0.0f : keep * p.exact[i]);
        p.gates[row * 3 * units + k] = fromFloat<T>(reset);
        p.gates[(row * 3 + 1) * units + k] = fromFloat<T>(keep);
        p.gates[(row * 3 + 2) * units + k] = fromFloat<T>(candidate);
        p.shares[row * units + k] = fromFloat<T>(share);
        p.exact[i] = h;
        p.state[i] = p.states[row * units + k] = p.last[i] = fromFloat<T>(h);
    }
}

class GruStep : public Step {
public:
    GruStep(StepRequest &request, DType dtype, const Matmul &product)
        : m_op(request.op), m_dtype(dtype), m_place(sequencePlace(request)), m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_call(product, request)
    {
        const auto elements = static_cast<std::uint64_t>(m_place.batch * m_place.units);
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        m_stateAt = scratch.take(elements * dtypeBytes(dtype));
        m_recurrentAt = scratch.take(3 * elements * sizeof(float));
        m_exactAt = scratch.take(elements * sizeof(float));
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        return withFloatType(m_dtype, [&](auto zero) -> Status {
            using T = decltype(zero);
            const GruPointers<T> pointers{memory.at<const T>(m_op.inputs[0]),
                                          reinterpret_cast<const float *>(memory.scratch + m_recurrentAt),
                                          memory.at<const float>(m_op.inputs[2]),
                                          memory.at<T>(m_op.outputs[0]),
                                          memory.at<T>(m_op.outputs[1]),
                                          memory.at<T>(m_op.outputs[2]),
                                          memory.at<T>(m_op.outputs[3]),
                                          reinterpret_cast<T *>(memory.scratch + m_stateAt),
                                          reinterpret_cast<float *>(memory.scratch + m_exactAt)};
            for (std::int64_t s = 0; s < m_place.length; ++s) {
                if (s > 0)
                    TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
                TRAINYARD_CHECK(launch(stream, gruCell<T>, blocksFor(m_place.batch * m_place.units), kBlockThreads, m_place.at(s, m_reverse), pointers));
            }
            return {};
        });
    }

private:
    MatmulOperands operands(const StepMemory &memory) const
    {
        return {memory.scratch + m_stateAt, memory.at<const void>(m_op.inputs[1]), memory.scratch + m_recurrentAt, nullptr,
                memory.scratch + m_workspaceAt};
    }

    Op m_op;
    DType m_dtype;
    SequencePlace m_place;
    bool m_reverse;
    MatmulCall m_call;
    std::uint64_t m_workspaceAt = 0, m_stateAt = 0, m_recurrentAt = 0, m_exactAt = 0;
};

}  // namespace

StepResult makeGru(StepRequest &request)
{
    const Op &op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.outputs[0], op.outputs[1], op.outputs[2], op.outputs[3]}));
    const Shape &weights = request.inputShape(1);
    const Matmul product{.rows = request.inputShape(0)[0],
                         .columns = weights[1],
                         .inner = weights[0],
                         .factors = dtype,
                         .result = DType::F32,
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<GruStep>(request, dtype, product);
}

}  // namespace trainyard::cuda
