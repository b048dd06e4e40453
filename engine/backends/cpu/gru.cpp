#include <cstring>

#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position: x and recurrent are the two shares of the gates; gates, which may be x, takes what they come to. h holds
// the state before and after; q is the candidate's recurrent share.
template <typename T>
[[gnu::always_inline]] inline void gruCellOf(std::size_t units, const T *x, const float *recurrent, const float *bias, T *gates, T *q, T *h)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float r = gateSigmoid(toFloat(x[k]) + recurrent[k]);
        const float z = gateSigmoid(toFloat(x[units + k]) + recurrent[units + k]);
        const float share = recurrent[2 * units + k] + bias[k];
        const float n = gateTanh(toFloat(x[2 * units + k]) + r * share);
        storeFloat(r, gates[k]);
        storeFloat(z, gates[units + k]);
        storeFloat(n, gates[2 * units + k]);
        storeFloat(share, q[k]);
        storeFloat((1.0f - z) * n + z * toFloat(h[k]), h[k]);
    }
}

TRAINYARD_SIMD_CLONES void gruCell(std::size_t units, const float *x, const float *recurrent, const float *bias, float *gates, float *q, float *h)
{
    gruCellOf(units, x, recurrent, bias, gates, q, h);
}

TRAINYARD_SIMD_CLONES void gruCell(std::size_t units, const Bfloat16 *x, const float *recurrent, const float *bias, Bfloat16 *gates, Bfloat16 *q,
                                   Bfloat16 *h)
{
    gruCellOf(units, x, recurrent, bias, gates, q, h);
}

// T: of the gates, the states, the shares and the weights.
template <typename T>
class GruStep : public Step {
public:
    GruStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(kTypeOf<T>, request.inputShape(0)[0], request.inputShape(1)[0], request.inputShape(1)[1], false, request.threads, scratch)
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override { m_product.bind(memory.scratch, memory.at<std::byte>(m_op.inputs[1])); }

    void run(const StepMemory &memory) override
    {
        const T *x = memory.at<T>(m_op.inputs[0]);
        const float *bias = memory.at<float>(m_op.inputs[2]);
        T *gates = memory.at<T>(m_op.outputs[0]), *states = memory.at<T>(m_op.outputs[1]);
        T *last = memory.at<T>(m_op.outputs[2]), *shares = memory.at<T>(m_op.outputs[3]), *state = reinterpret_cast<T *>(m_product.left());
        float *recurrent = m_product.result();
        const std::size_t row = m_units * sizeof(T);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            std::memset(state + piece.begin * m_units, 0, (piece.end - piece.begin) * row);
            std::memset(recurrent + piece.begin * 3 * m_units, 0, (piece.end - piece.begin) * 3 * m_units * sizeof(float));
            for (std::size_t s = 0; s < m_length; ++s) {
                const std::size_t t = m_reverse ? m_length - 1 - s : s;
                if (s > 0)
                    m_product.multiply(piece);
                forPieces(piece.end - piece.begin, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t;
                        T *h = state + n * m_units;
                        gruCell(m_units, x + at * 3 * m_units, recurrent + n * 3 * m_units, bias, gates + at * 3 * m_units, shares + at * m_units, h);
                        std::memcpy(states + at * m_units, h, row);
                    }
                });
            }
            std::memcpy(last + piece.begin * m_units, state + piece.begin * m_units, (piece.end - piece.begin) * row);
        });
    }

private:
    Op m_op;
    std::size_t m_length, m_units;
    bool m_reverse;
    RecurrentProduct m_product;
};

}  // namespace

std::unique_ptr<Step> makeGru(StepRequest &request)
{
    return makeRecurrentStep<GruStep>(request);
}

}  // namespace trainyard::cpu
