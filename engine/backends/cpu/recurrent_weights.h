// The gradient of recurrent weights: the sum over all positions of (the state before)^T times the gates' gradient, as one product
// over the rows of the whole sequences.
#pragma once

#include "engine/backends/cpu/primitive_call.h"

namespace trainyard::cpu {

// Sequences lie one behind the other, so the row before a row holds the state before it, but for the first position of each
// sequence. The gates' gradient is 0 there while the product runs: the caller sees to that.
class RecurrentWeightsProduct {
public:
    // states [rows, units], gradients [rows, columns] that are gradientStride apart; both of the type; result, float32: columns of a
    // matrix with rows that are resultStride apart. reverse: the state before is that of the row behind.
    RecurrentWeightsProduct(DType type, std::int64_t rows, std::int64_t units, std::int64_t columns, std::int64_t gradientStride,
                            std::int64_t resultStride, bool reverse, ScratchLayout &scratch);
    void bind(std::byte *scratch, std::byte *states, std::byte *gradients, float *result);
    void run();

private:
    std::int64_t m_rows, m_units, m_columns, m_gradientStride, m_resultStride;
    bool m_reverse;
    std::size_t m_elementBytes;
    PrimitiveCall m_call;
    std::uint64_t m_scratchpadAt = 0;
    float *m_result = nullptr;
};

}  // namespace trainyard::cpu
