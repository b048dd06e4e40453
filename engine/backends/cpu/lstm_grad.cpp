#include <cstring>

#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/recurrent_weights.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position. dhNext and dc: what comes from the position computed next; dc takes what goes to the one before. dgates
// may be gates.
TRAINYARD_SIMD_CLONES void lstmCellGradient(std::size_t units, const float *gates, const float *c, const float *cBefore, const float *dy,
                                            const float *dhNext, float *dc, float *dgates)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float i = gates[k], f = gates[units + k], g = gates[2 * units + k], o = gates[3 * units + k];
        const float tanhC = gateTanh(c[k]), dh = dy[k] + dhNext[k];
        const float d = dh * o * (1.0f - tanhC * tanhC) + dc[k];
        dgates[k] = d * g * i * (1.0f - i);
        dgates[units + k] = d * cBefore[k] * f * (1.0f - f);
        dgates[2 * units + k] = d * i * (1.0f - g * g);
        dgates[3 * units + k] = dh * tanhC * o * (1.0f - o);
        dc[k] = d * f;
    }
}

class LstmGradStep : public Step {
public:
    LstmGradStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_batch(static_cast<std::size_t>(request.inputShape(0)[0])),
          m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(request.inputShape(0)[0], request.inputShape(3)[1], request.inputShape(3)[0], true, request.threads, scratch),
          m_weights(request.inputShape(0)[0] * request.inputShape(0)[1], request.inputShape(3)[0], request.inputShape(3)[1],
                    request.inputShape(3)[1], request.inputShape(3)[1], m_reverse, scratch),
          m_cellAt(scratch.take(m_batch * m_units * sizeof(float))), m_zerosAt(scratch.take(m_units * sizeof(float)))
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override
    {
        m_product.bind(memory.scratch, memory.at<float>(m_op.inputs[3]));
        m_weights.bind(memory.scratch, memory.at<float>(m_op.inputs[2]), memory.at<float>(m_op.outputs[0]), memory.at<float>(m_op.outputs[1]));
    }

    void run(const StepMemory &memory) override
    {
        const float *gates = memory.at<float>(m_op.inputs[0]), *cells = memory.at<float>(m_op.inputs[1]);
        const float *dy = memory.at<float>(m_op.inputs[4]), *dlast = memory.at<float>(m_op.inputs[5]);
        float *dgates = memory.at<float>(m_op.outputs[0]), *dcell = reinterpret_cast<float *>(memory.scratch + m_cellAt);
        float *const compact = m_product.left(), *const dstate = m_product.result();
        auto *zeros = reinterpret_cast<float *>(memory.scratch + m_zerosAt);
        const std::size_t row = m_units * sizeof(float);
        std::memset(zeros, 0, row);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            const std::size_t rows = piece.end - piece.begin, first = piece.begin * m_units;
            std::memset(dcell + first, 0, rows * row);
            if (dlast)
                std::memcpy(dstate + first, dlast + first, rows * row);
            else
                std::memset(dstate + first, 0, rows * row);
            for (std::size_t s = m_length; s-- > 0;) {
                const std::size_t t = position(s);
                forPieces(rows, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t, before = s > 0 ? n * m_length + position(s - 1) : 0;
                        float *gradients = dgates + at * 4 * m_units;
                        lstmCellGradient(m_units, gates + at * 4 * m_units, cells + at * m_units, s > 0 ? cells + before * m_units : zeros,
                                         dy ? dy + at * m_units : zeros, dstate + n * m_units, dcell + n * m_units, gradients);
                        std::memcpy(compact + n * 4 * m_units, gradients, 4 * row);
                    }
                });
                if (s > 0)
                    m_product.multiply(piece);
            }
        });
        // The first position has no state before it; its gradients are taken out of the product, and put back from the last ones made.
        const std::size_t start = position(0);
        for (std::size_t n = 0; n < m_batch; ++n)
            std::memset(dgates + (n * m_length + start) * 4 * m_units, 0, 4 * row);
        m_weights.run();
        for (std::size_t n = 0; n < m_batch; ++n)
            std::memcpy(dgates + (n * m_length + start) * 4 * m_units, compact + n * 4 * m_units, 4 * row);
    }

private:
    // Of the s-th position computed.
    std::size_t position(std::size_t s) const { return m_reverse ? m_length - 1 - s : s; }

    Op m_op;
    std::size_t m_batch, m_length, m_units;
    bool m_reverse;
    RecurrentProduct m_product;
    RecurrentWeightsProduct m_weights;
    std::uint64_t m_cellAt, m_zerosAt;
};

}  // namespace

std::unique_ptr<Step> makeLstmGrad(StepRequest &request)
{
    return std::make_unique<LstmGradStep>(request, ScratchLayout{});
}

}  // namespace trainyard::cpu
