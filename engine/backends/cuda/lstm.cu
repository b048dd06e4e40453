// A product and a kernel for each position, all in the step's graph. State and product lie in scratch without gaps, at the same
// addresses for every position, so that one choice of the library serves them all.
#include "engine/backends/cuda/activation_math.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/matmul.h"
#include "engine/backends/cuda/scratch_layout.h"
#include "engine/backends/cuda/sequence_place.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

// recurrent: h U of the position before. cell, [batch, units], is read from the second position on.
template <typename T>
struct LstmPointers {
    const T *x;
    const float *recurrent;
    T *gates, *states, *last, *state;
    float *cells, *cell;
};

// gates may be x.
template <typename T>
__global__ void lstmCell(SequencePlace place, LstmPointers<T> p)
{
    const std::int64_t units = place.units, count = place.batch * units;
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
        const std::int64_t n = i / units, k = i - n * units, row = n * place.length + place.position;
        const auto gate = [&](int block) {
            const float x = toFloat(p.x[(row * 4 + block) * units + k]);
            return place.before < 0 ? x : x + p.recurrent[(n * 4 + block) * units + k];
        };
        const float in = sigmoid(gate(0)), forget = sigmoid(gate(1)), candidate = tanhf(gate(2)), out = sigmoid(gate(3));
        const float c = place.before < 0 ? in * candidate : forget * p.cell[i] + in * candidate;
        const T h = fromFloat<T>(out * tanhf(c));
        p.gates[row * 4 * units + k] = fromFloat<T>(in);
        p.gates[(row * 4 + 1) * units + k] = fromFloat<T>(forget);
        p.gates[(row * 4 + 2) * units + k] = fromFloat<T>(candidate);
        p.gates[(row * 4 + 3) * units + k] = fromFloat<T>(out);
        p.cell[i] = p.cells[row * units + k] = c;
        p.state[i] = p.states[row * units + k] = p.last[i] = h;
    }
}

class LstmStep : public Step {
public:
    LstmStep(StepRequest &request, DType dtype, const Matmul &product)
        : m_op(request.op), m_dtype(dtype), m_place(sequencePlace(request)), m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_call(product, request)
    {
        const auto elements = static_cast<std::uint64_t>(m_place.batch * m_place.units);
        ScratchLayout scratch;
        m_workspaceAt = scratch.take(m_call.workspaceBytes());
        m_stateAt = scratch.take(elements * dtypeBytes(dtype));
        m_recurrentAt = scratch.take(4 * elements * sizeof(float));
        m_cellAt = scratch.take(elements * sizeof(float));
        request.scratchBytes = scratch.bytes();
    }

    Status bind(const StepMemory &memory, const Libraries &libraries) override { return m_call.bind(operands(memory), libraries); }

    Status enqueue(const StepMemory &memory, cudaStream_t stream) override
    {
        return withFloatType(m_dtype, [&](auto zero) -> Status {
            using T = decltype(zero);
            const LstmPointers<T> pointers{memory.at<const T>(m_op.inputs[0]),
                                           reinterpret_cast<const float *>(memory.scratch + m_recurrentAt),
                                           memory.at<T>(m_op.outputs[0]),
                                           memory.at<T>(m_op.outputs[1]),
                                           memory.at<T>(m_op.outputs[2]),
                                           reinterpret_cast<T *>(memory.scratch + m_stateAt),
                                           memory.at<float>(m_op.outputs[3]),
                                           reinterpret_cast<float *>(memory.scratch + m_cellAt)};
            for (std::int64_t s = 0; s < m_place.length; ++s) {
                if (s > 0)
                    TRAINYARD_CHECK(m_call.execute(operands(memory), stream));
                TRAINYARD_CHECK(launch(stream, lstmCell<T>, blocksFor(m_place.batch * m_place.units), kBlockThreads, m_place.at(s, m_reverse), pointers));
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
    std::uint64_t m_workspaceAt = 0, m_stateAt = 0, m_recurrentAt = 0, m_cellAt = 0;
};

}  // namespace

StepResult makeLstm(StepRequest &request)
{
    const Op &op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[0], op.inputs[1], op.outputs[0], op.outputs[1], op.outputs[2]}));
    const Shape &weights = request.inputShape(1);
    const Matmul product{.rows = request.inputShape(0)[0],
                         .columns = weights[1],
                         .inner = weights[0],
                         .factors = dtype,
                         .result = DType::F32,
                         .tf32 = dtype == DType::F32 && request.settings.tf32};
    TRAINYARD_CHECK(checkMatmul(product));
    return std::make_unique<LstmStep>(request, dtype, product);
}

}  // namespace trainyard::cuda
