#include <cstring>

#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/recurrent_weights.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position. dhNext and dc: what comes from the position computed next; dc takes what goes to the one before. dgates
// may be gates.
template <typename T>
[[gnu::always_inline]] inline void lstmCellGradientOf(std::size_t units, const T *gates, const float *c, const float *cBefore, const T *dy,
                                                      const float *dhNext, float *dc, T *dgates)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float i = toFloat(gates[k]), f = toFloat(gates[units + k]), g = toFloat(gates[2 * units + k]), o = toFloat(gates[3 * units + k]);
        const float tanhC = gateTanh(c[k]), dh = toFloat(dy[k]) + dhNext[k];
        const float d = dh * o * (1.0f - tanhC * tanhC) + dc[k];
        storeFloat(d * g * i * (1.0f - i), dgates[k]);
        storeFloat(d * cBefore[k] * f * (1.0f - f), dgates[units + k]);
        storeFloat(d * i * (1.0f - g * g), dgates[2 * units + k]);
        storeFloat(dh * tanhC * o * (1.0f - o), dgates[3 * units + k]);
        dc[k] = d * f;
    }
}

TRAINYARD_SIMD_CLONES void lstmCellGradient(std::size_t units, const float *gates, const float *c, const float *cBefore, const float *dy,
                                            const float *dhNext, float *dc, float *dgates)
{
    lstmCellGradientOf(units, gates, c, cBefore, dy, dhNext, dc, dgates);
}

TRAINYARD_SIMD_CLONES void lstmCellGradient(std::size_t units, const Bfloat16 *gates, const float *c, const float *cBefore, const Bfloat16 *dy,
                                            const float *dhNext, float *dc, Bfloat16 *dgates)
{
    lstmCellGradientOf(units, gates, c, cBefore, dy, dhNext, dc, dgates);
}

// T: of the gates, the states and the weights. Cells are float32 for all.
template <typename T>
class LstmGradStep : public Step {
public:
    LstmGradStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_batch(static_cast<std::size_t>(request.inputShape(0)[0])),
          m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(kTypeOf<T>, request.inputShape(0)[0], request.inputShape(3)[1], request.inputShape(3)[0], true, request.threads, scratch),
          m_weights(kTypeOf<T>, request.inputShape(0)[0] * request.inputShape(0)[1], request.inputShape(3)[0], request.inputShape(3)[1],
                    request.inputShape(3)[1], request.inputShape(3)[1], m_reverse, scratch),
          m_cellAt(scratch.take(m_batch * m_units * sizeof(float))), m_zerosAt(scratch.take(m_units * sizeof(float)))
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override
    {
        m_product.bind(memory.scratch, memory.at<std::byte>(m_op.inputs[3]));
        m_weights.bind(memory.scratch, memory.at<std::byte>(m_op.inputs[2]), memory.at<std::byte>(m_op.outputs[0]), memory.at<float>(m_op.outputs[1]));
    }

    void run(const StepMemory &memory) override
    {
        const T *gates = memory.at<T>(m_op.inputs[0]), *dy = memory.at<T>(m_op.inputs[4]);
        T *dgates = memory.at<T>(m_op.outputs[0]), *const compact = reinterpret_cast<T *>(m_product.left());
        const float *cells = memory.at<float>(m_op.inputs[1]);
        float *dcell = reinterpret_cast<float *>(memory.scratch + m_cellAt), *const dstate = m_product.result();
        std::byte *zeros = memory.scratch + m_zerosAt;
        const auto *noCell = reinterpret_cast<const float *>(zeros);
        const auto *noGradient = reinterpret_cast<const T *>(zeros);
        const std::size_t row = m_units * sizeof(float), gateRow = 4 * m_units * sizeof(T);
        std::memset(zeros, 0, row);
        const std::byte *dlast = memory.at<std::byte>(m_op.inputs[5]);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            const std::size_t rows = piece.end - piece.begin, first = piece.begin * m_units;
            std::memset(dcell + first, 0, rows * row);
            if (dlast)
                loadFloats(kTypeOf<T>, dlast, first, rows * m_units, dstate + first);
            else
                std::memset(dstate + first, 0, rows * row);
            for (std::size_t s = m_length; s-- > 0;) {
                const std::size_t t = position(s);
                forPieces(rows, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t, before = s > 0 ? n * m_length + position(s - 1) : 0;
                        T *gradients = dgates + at * 4 * m_units;
                        lstmCellGradient(m_units, gates + at * 4 * m_units, cells + at * m_units, s > 0 ? cells + before * m_units : noCell,
                                         dy ? dy + at * m_units : noGradient, dstate + n * m_units, dcell + n * m_units, gradients);
                        std::memcpy(compact + n * 4 * m_units, gradients, gateRow);
                    }
                });
                if (s > 0)
                    m_product.multiply(piece);
            }
        });
        // The first position has no state before it; its gradients are taken out of the product, and put back from the last ones made.
        const std::size_t start = position(0);
        for (std::size_t n = 0; n < m_batch; ++n)
            std::memset(dgates + (n * m_length + start) * 4 * m_units, 0, gateRow);
        m_weights.run();
        for (std::size_t n = 0; n < m_batch; ++n)
            std::memcpy(dgates + (n * m_length + start) * 4 * m_units, compact + n * 4 * m_units, gateRow);
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
    return makeRecurrentStep<LstmGradStep>(request);
}

}  // namespace trainyard::cpu
