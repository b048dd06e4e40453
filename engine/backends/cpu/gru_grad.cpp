#include <cstring>

#include "engine/backends/cpu/column_sums.h"
#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/recurrent_weights.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

template <typename T>
struct GruRow {
    const T *gates, *q, *hBefore, *dy;
    T *dgates;   // may be gates
    T *through;  // the recurrent gates' gradient: dr, dz, dn r
    T *dq;       // dn r once more, for the products over all positions
    float *dbias;  // takes the sum of dn r over the sample's positions, before it is rounded
};

// One sample at one position. dhNext: what comes from the position computed next through the product; dh the same past it, through z,
// and takes what goes to the position before.
template <typename T>
[[gnu::always_inline]] inline void gruCellGradientOf(std::size_t units, const GruRow<T> &row, const float *dhNext, float *dhPast)
{
    const T *gates = row.gates, *q = row.q, *hBefore = row.hBefore, *dy = row.dy;
    T *dgates = row.dgates, *through = row.through, *dq = row.dq;
    float *dbias = row.dbias;
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float r = toFloat(gates[k]), z = toFloat(gates[units + k]), n = toFloat(gates[2 * units + k]);
        const float dh = toFloat(dy[k]) + dhNext[k] + dhPast[k];
        const float dn = dh * (1.0f - z) * (1.0f - n * n), dz = dh * (toFloat(hBefore[k]) - n) * z * (1.0f - z);
        const float dr = dn * toFloat(q[k]) * r * (1.0f - r);
        storeFloat(dr, dgates[k]);
        storeFloat(dr, through[k]);
        storeFloat(dz, dgates[units + k]);
        storeFloat(dz, through[units + k]);
        storeFloat(dn, dgates[2 * units + k]);
        dbias[k] += dn * r;
        storeFloat(dn * r, dq[k]);
        storeFloat(dn * r, through[2 * units + k]);
        dhPast[k] = dh * z;
    }
}

TRAINYARD_SIMD_CLONES void gruCellGradient(std::size_t units, const GruRow<float> &row, const float *dhNext, float *dhPast)
{
    gruCellGradientOf(units, row, dhNext, dhPast);
}

TRAINYARD_SIMD_CLONES void gruCellGradient(std::size_t units, const GruRow<Bfloat16> &row, const float *dhNext, float *dhPast)
{
    gruCellGradientOf(units, row, dhNext, dhPast);
}

// T: of the gates, the states, the shares and the weights.
template <typename T>
class GruGradStep : public Step {
public:
    GruGradStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_batch(static_cast<std::size_t>(request.inputShape(0)[0])),
          m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse), m_threads(request.threads),
          m_product(kTypeOf<T>, request.inputShape(0)[0], request.inputShape(3)[1], request.inputShape(3)[0], true, request.threads, scratch),
          m_gateWeights(weightsProduct(request, 2, 3, scratch)), m_candidateWeights(weightsProduct(request, 1, 1, scratch)),
          m_pastAt(scratch.take(m_batch * m_units * sizeof(float))), m_zerosAt(scratch.take(m_units * sizeof(T))),
          m_dqAt(scratch.take(m_batch * m_length * m_units * sizeof(T))), m_biasAt(scratch.take(m_batch * m_units * sizeof(float)))
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override
    {
        std::byte *states = memory.at<std::byte>(m_op.inputs[2]);
        float *weights = memory.at<float>(m_op.outputs[1]);
        m_product.bind(memory.scratch, memory.at<std::byte>(m_op.inputs[3]));
        m_gateWeights.bind(memory.scratch, states, memory.at<std::byte>(m_op.outputs[0]), weights);
        m_candidateWeights.bind(memory.scratch, states, memory.scratch + m_dqAt, weights + 2 * m_units);
    }

    void run(const StepMemory &memory) override
    {
        const T *gates = memory.at<T>(m_op.inputs[0]), *q = memory.at<T>(m_op.inputs[1]), *states = memory.at<T>(m_op.inputs[2]);
        const T *dy = memory.at<T>(m_op.inputs[4]);
        T *dgates = memory.at<T>(m_op.outputs[0]), *dq = reinterpret_cast<T *>(memory.scratch + m_dqAt);
        T *const through = reinterpret_cast<T *>(m_product.left()), *zeros = reinterpret_cast<T *>(memory.scratch + m_zerosAt);
        float *dpast = reinterpret_cast<float *>(memory.scratch + m_pastAt), *dbias = reinterpret_cast<float *>(memory.scratch + m_biasAt);
        float *const dstate = m_product.result();
        const std::size_t row = m_units * sizeof(T);
        std::memset(zeros, 0, row);
        const std::byte *dlast = memory.at<std::byte>(m_op.inputs[5]);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            const std::size_t rows = piece.end - piece.begin, first = piece.begin * m_units;
            std::memset(dpast + first, 0, rows * m_units * sizeof(float));
            std::memset(dbias + first, 0, rows * m_units * sizeof(float));
            if (dlast)
                loadFloats(kTypeOf<T>, dlast, first, rows * m_units, dstate + first);
            else
                std::memset(dstate + first, 0, rows * m_units * sizeof(float));
            for (std::size_t s = m_length; s-- > 0;) {
                forPieces(rows, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + position(s), before = s > 0 ? n * m_length + position(s - 1) : 0;
                        const GruRow<T> cell{gates + at * 3 * m_units,
                                             q + at * m_units,
                                             s > 0 ? states + before * m_units : zeros,
                                             dy ? dy + at * m_units : zeros,
                                             dgates + at * 3 * m_units,
                                             through + n * 3 * m_units,
                                             dq + at * m_units,
                                             dbias + n * m_units};
                        gruCellGradient(m_units, cell, dstate + n * m_units, dpast + n * m_units);
                    }
                });
                if (s > 0)
                    m_product.multiply(piece);
            }
        });
        sumColumns(DType::F32, memory.scratch + m_biasAt, m_batch, m_units, m_threads, memory.at<float>(m_op.outputs[2]));
        // The first position has no state before it; its gradients are taken out of the products, and put back from the last ones made.
        const std::size_t start = position(0);
        for (std::size_t n = 0; n < m_batch; ++n) {
            std::memset(dgates + (n * m_length + start) * 3 * m_units, 0, 2 * row);
            std::memset(dq + (n * m_length + start) * m_units, 0, row);
        }
        m_gateWeights.run();
        m_candidateWeights.run();
        for (std::size_t n = 0; n < m_batch; ++n)
            std::memcpy(dgates + (n * m_length + start) * 3 * m_units, through + n * 3 * m_units, 2 * row);
    }

private:
    // Of some blocks of U, `blocks` of them, from gradients whose rows hold `stride` blocks.
    static RecurrentWeightsProduct weightsProduct(const StepRequest &request, std::int64_t blocks, std::int64_t stride, ScratchLayout &scratch)
    {
        const auto &a = request.attributes<RecurrentAttributes>();
        return {kTypeOf<T>, request.inputShape(0)[0] * request.inputShape(0)[1], a.units, blocks * a.units, stride * a.units, 3 * a.units, a.reverse, scratch};
    }

    // Of the s-th position computed.
    std::size_t position(std::size_t s) const { return m_reverse ? m_length - 1 - s : s; }

    Op m_op;
    std::size_t m_batch, m_length, m_units;
    bool m_reverse;
    int m_threads;
    RecurrentProduct m_product;
    RecurrentWeightsProduct m_gateWeights, m_candidateWeights;
    std::uint64_t m_pastAt, m_zerosAt, m_dqAt, m_biasAt;
};

}  // namespace

std::unique_ptr<Step> makeGruGrad(StepRequest &request)
{
    return makeRecurrentStep<GruGradStep>(request);
}

}  // namespace trainyard::cpu
