#include <cstring>

#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position: x and recurrent are the two shares of the gates; gates, which may be x, takes what they come to. h holds
// the state before and after; q is the candidate's recurrent share.
TRAINYARD_SIMD_CLONES void gruCell(std::size_t units, const float *x, const float *recurrent, const float *bias, float *gates, float *q, float *h)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float r = gateSigmoid(x[k] + recurrent[k]);
        const float z = gateSigmoid(x[units + k] + recurrent[units + k]);
        const float share = recurrent[2 * units + k] + bias[k];
        const float n = gateTanh(x[2 * units + k] + r * share);
        gates[k] = r;
        gates[units + k] = z;
        gates[2 * units + k] = n;
        q[k] = share;
        h[k] = (1.0f - z) * n + z * h[k];
    }
}

class GruStep : public Step {
public:
    GruStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(request.inputShape(0)[0], request.inputShape(1)[0], request.inputShape(1)[1], false, request.threads, scratch)
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override { m_product.bind(memory.scratch, memory.at<float>(m_op.inputs[1])); }

    void run(const StepMemory &memory) override
    {
        const float *x = memory.at<float>(m_op.inputs[0]), *bias = memory.at<float>(m_op.inputs[2]);
        float *gates = memory.at<float>(m_op.outputs[0]), *states = memory.at<float>(m_op.outputs[1]);
        float *last = memory.at<float>(m_op.outputs[2]), *shares = memory.at<float>(m_op.outputs[3]);
        float *state = m_product.left(), *recurrent = m_product.result();
        const std::size_t row = m_units * sizeof(float);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            std::memset(state + piece.begin * m_units, 0, (piece.end - piece.begin) * row);
            std::memset(recurrent + piece.begin * 3 * m_units, 0, (piece.end - piece.begin) * 3 * row);
            for (std::size_t s = 0; s < m_length; ++s) {
                const std::size_t t = m_reverse ? m_length - 1 - s : s;
                if (s > 0)
                    m_product.multiply(piece);
                forPieces(piece.end - piece.begin, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t;
                        float *h = state + n * m_units;
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
    return std::make_unique<GruStep>(request, ScratchLayout{});
}

}  // namespace trainyard::cpu
