#include <cstring>

#include "engine/backends/cpu/gate_math.h"
#include "engine/backends/cpu/recurrent_product.h"
#include "engine/backends/cpu/simd_clones.h"

namespace trainyard::cpu {

namespace {

// One sample at one position: x and recurrent are the two shares of the gates; gates, which may be x, takes what they come to. c
// holds the cell before and after.
TRAINYARD_SIMD_CLONES void lstmCell(std::size_t units, const float *x, const float *recurrent, float *gates, float *c, float *h)
{
#pragma omp simd
    for (std::size_t k = 0; k < units; ++k) {
        const float i = gateSigmoid(x[k] + recurrent[k]);
        const float f = gateSigmoid(x[units + k] + recurrent[units + k]);
        const float g = gateTanh(x[2 * units + k] + recurrent[2 * units + k]);
        const float o = gateSigmoid(x[3 * units + k] + recurrent[3 * units + k]);
        gates[k] = i;
        gates[units + k] = f;
        gates[2 * units + k] = g;
        gates[3 * units + k] = o;
        c[k] = f * c[k] + i * g;
        h[k] = o * gateTanh(c[k]);
    }
}

class LstmStep : public Step {
public:
    LstmStep(StepRequest &request, ScratchLayout scratch)
        : m_op(request.op), m_batch(static_cast<std::size_t>(request.inputShape(0)[0])),
          m_length(static_cast<std::size_t>(request.inputShape(0)[1])),
          m_units(static_cast<std::size_t>(request.attributes<RecurrentAttributes>().units)),
          m_reverse(request.attributes<RecurrentAttributes>().reverse),
          m_product(request.inputShape(0)[0], request.inputShape(1)[0], request.inputShape(1)[1], false, request.threads, scratch),
          m_cellAt(scratch.take(m_batch * m_units * sizeof(float)))
    {
        request.scratchBytes = scratch.bytes();
    }

    void bind(const StepMemory &memory) override { m_product.bind(memory.scratch, memory.at<float>(m_op.inputs[1])); }

    void run(const StepMemory &memory) override
    {
        const float *x = memory.at<float>(m_op.inputs[0]);
        float *gates = memory.at<float>(m_op.outputs[0]), *states = memory.at<float>(m_op.outputs[1]);
        float *last = memory.at<float>(m_op.outputs[2]), *cells = memory.at<float>(m_op.outputs[3]);
        float *cell = reinterpret_cast<float *>(memory.scratch + m_cellAt), *state = m_product.left(), *recurrent = m_product.result();
        const std::size_t row = m_units * sizeof(float);
        m_product.pack();
        m_product.forBatch([&](const BatchPiece &piece) {
            std::memset(cell + piece.begin * m_units, 0, (piece.end - piece.begin) * row);
            std::memset(recurrent + piece.begin * 4 * m_units, 0, (piece.end - piece.begin) * 4 * row);
            for (std::size_t s = 0; s < m_length; ++s) {
                const std::size_t t = m_reverse ? m_length - 1 - s : s;
                if (s > 0)
                    m_product.multiply(piece);
                forPieces(piece.end - piece.begin, piece.threads, [&](std::size_t begin, std::size_t end) {
                    for (std::size_t n = piece.begin + begin; n < piece.begin + end; ++n) {
                        const std::size_t at = n * m_length + t;
                        float *c = cell + n * m_units, *h = state + n * m_units;
                        lstmCell(m_units, x + at * 4 * m_units, recurrent + n * 4 * m_units, gates + at * 4 * m_units, c, h);
                        std::memcpy(cells + at * m_units, c, row);
                        std::memcpy(states + at * m_units, h, row);
                    }
                });
            }
            std::memcpy(last + piece.begin * m_units, state + piece.begin * m_units, (piece.end - piece.begin) * row);
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
    return std::make_unique<LstmStep>(request, ScratchLayout{});
}

}  // namespace trainyard::cpu
