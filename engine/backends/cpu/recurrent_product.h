// The product in the middle of a recurrent op: one small matrix after another times the same weights. These are packed once per
// step, the way oneDNN likes them best. Both factors are float32 or bfloat16, the result is float32. Where each thread gets enough
// samples, the batch is split for all positions at once, and nobody waits for anybody between two of them; else all threads share
// each product.
#pragma once

#include <exception>
#include <vector>

#include "engine/backends/cpu/bfloat16.h"
#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

// Some samples of the batch, [begin, end), and how many threads may work on them.
struct BatchPiece {
    std::size_t index = 0, begin = 0, end = 0;
    int threads = 1;
};

class RecurrentProduct {
public:
    // result [batch, out] = left [batch, in] * weights [in, out], which lie as [out, in] where they are transposed.
    RecurrentProduct(DType type, std::int64_t batch, std::int64_t in, std::int64_t out, bool transposed, int threads, ScratchLayout &scratch);

    void bind(std::byte *scratch, std::byte *weights);
    std::byte *left() const { return m_left; }
    float *result() const { return m_result; }

    // Once per step, before the products.
    void pack() { m_pack.run(); }
    void multiply(const BatchPiece &piece) { m_products[piece.index].run(); }

    // Calls work(piece) for every piece, at the same time. What oneDNN throws comes out at the end.
    template <typename Function>
    void forBatch(Function work)
    {
        const auto pieces = static_cast<int>(m_pieces.size());
        std::exception_ptr failure;
#pragma omp parallel for num_threads(pieces) schedule(static, 1) if (pieces > 1)
        for (int p = 0; p < pieces; ++p)
            try {
                work(m_pieces[static_cast<std::size_t>(p)]);
            } catch (...) {
#pragma omp critical
                failure = std::current_exception();
            }
        if (failure)
            std::rethrow_exception(failure);
    }

private:
    std::size_t m_leftRow, m_resultRow;  // bytes
    std::vector<BatchPiece> m_pieces;
    PrimitiveCall m_pack;
    std::vector<PrimitiveCall> m_products;
    std::vector<std::uint64_t> m_scratchpads;  // of each product, then of the packing
    std::uint64_t m_leftAt = 0, m_resultAt = 0, m_packedAt = 0;
    std::byte *m_left = nullptr;
    float *m_result = nullptr;
};

// A recurrent op's step in the type of its first input, the gates.
template <template <typename> class RecurrentStep>
std::unique_ptr<Step> makeRecurrentStep(StepRequest &request)
{
    if (request.inputType(0).dtype == DType::BF16)
        return std::make_unique<RecurrentStep<Bfloat16>>(request, ScratchLayout{});
    return std::make_unique<RecurrentStep<float>>(request, ScratchLayout{});
}

}  // namespace trainyard::cpu
