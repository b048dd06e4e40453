#include <cstring>

#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position: x and recurrent are the two shares of the gates; gates, which may be x, takes what they come to. c
// holds the cell before and after.
template <typename T>
[[gnu::always_inline]] inline void lstmCellOf(std::size_t units, const T *x, const float *recurrent, T *gates, float *c, T *h)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float i = gateSigmoid(toFloat(x[k]) + recurrent[k]);
        const float f = gateSigmoid(toFloat(x[units + k]) + recurrent[units + k]);
        const float g = gateTanh(toFloat(x[2 * units + k]) + recurrent[2 * units + k]);
        const float o = gateSigmoid(toFloat(x[3 * units + k]) + recurrent[3 * units + k]);
        storeFloat(i, gates[k]);
        storeFloat(f, gates[units + k]);
        storeFloat(g, gates[2 * units + k]);
        storeFloat(o, gates[3 * units + k]);
        c[k] = f * c[k] + i * g;
        storeFloat(o * gateTanh(c[k]), h[k]);
    }
}

TRAINYARD_SIMD_CLONES void lstmCell(std::size_t units, const float *x, const float *recurrent, float *gates, float *c, float *h)
{
    lstmCellOf(units, x, recurrent, gates, c, h);
}

TRAINYARD_SIMD_CLONES void lstmCell(std::size_t units, const Bfloat16 *x, const float *recurrent, Bfloat16 *gates, float *c, Bfloat16 *h)
{
    lstmCellOf(units, x, recurrent, gates, c, h);
}

// T: of the gates, the states and the weights. Cells are float32 for all.
template <typename T>
class LstmStep : public Step {
public:
    LstmStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_batch(static_cast<std::size_t>(request.inputShape(0)[0])),
          m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(kTypeOf<T>, request.inputShape(0)[0], request.inputShape(1)[0], request.inputShape(1)[1], false, request.threads, scratch),
          m_cellAt(scratch.take(m_batch * m_units * sizeof(float)))
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override { m_product.bind(memory.scratch, memory.at<std::byte>(m_op.inputs[1])); }

    void run(const StepMemory &memory) override
    {
        const T *x = memory.at<T>(m_op.inputs[0]);
        T *gates = memory.at<T>(m_op.outputs[0]), *states = memory.at<T>(m_op.outputs[1]), *last = memory.at<T>(m_op.outputs[2]);
        T *state = reinterpret_cast<T *>(m_product.left());
        float *cells = memory.at<float>(m_op.outputs[3]), *cell = reinterpret_cast<float *>(memory.scratch + m_cellAt);
        float *recurrent = m_product.result();
        const std::size_t cellRow = m_units * sizeof(float), stateRow = m_units * sizeof(T);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            std::memset(cell + piece.begin * m_units, 0, (piece.end - piece.begin) * cellRow);
            std::memset(recurrent + piece.begin * 4 * m_units, 0, (piece.end - piece.begin) * 4 * cellRow);
            for (std::size_t s = 0; s < m_length; ++s) {
                const std::size_t t = m_reverse ? m_length - 1 - s : s;
                if (s > 0)
                    m_product.multiply(piece);
                forPieces(piece.end - piece.begin, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t;
                        float *c = cell + n * m_units;
                        T *h = state + n * m_units;
                        lstmCell(m_units, x + at * 4 * m_units, recurrent + n * 4 * m_units, gates + at * 4 * m_units, c, h);
                        std::memcpy(cells + at * m_units, c, cellRow);
                        std::memcpy(states + at * m_units, h, stateRow);
                    }
                });
            }
            std::memcpy(last + piece.begin * m_units, state + piece.begin * m_units, (piece.end - piece.begin) * stateRow);
        });
    }

private:
    Op m_op;
    std::size_t m_batch, m_length, m_units;
    bool m_reverse;
    RecurrentProduct m_product;
    std::uint64_t m_cellAt;
};

}  // namespace

std::unique_ptr<Step> makeLstm(StepRequest &request)
{
    return makeRecurrentStep<LstmStep>(request);
}

}  // namespace trainyard::cpu
