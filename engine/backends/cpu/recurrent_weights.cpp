#include "engine/backends/cpu/recurrent_weights.h"

#include <algorithm>

namespace trainyard::cpu {

RecurrentWeightsProduct::RecurrentWeightsProduct(DType type, std::int64_t rows, std::int64_t units, std::int64_t columns, std::int64_t gradientStride,
                                                 std::int64_t resultStride, bool reverse, ScratchLayout &scratch)
    : m_rows(rows), m_units(units), m_columns(columns), m_gradientStride(gradientStride), m_resultStride(resultStride), m_reverse(reverse),
      m_elementBytes(dtypeBytes(type))
{
    if (rows < 2)
        return;
    const MemoryDesc states({units, rows - 1}, dataType(type), Tag::ba);
    const MemoryDesc gradients({rows - 1, columns}, dataType(type), Dims{gradientStride, 1}), result({units, columns}, kF32, Dims{resultStride, 1});
    const auto desc = matmulDesc(states, gradients, MemoryDesc(), result, userScratchpad());
    m_call = PrimitiveCall(dnnl::matmul(desc));
    m_call.add(DNNL_ARG_SRC, states);
    m_call.add(DNNL_ARG_WEIGHTS, gradients);
    m_call.add(DNNL_ARG_DST, result);
    m_call.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
    m_scratchpadAt = scratch.take(desc.scratchpad_desc().get_size());
}

void RecurrentWeightsProduct::bind(std::byte *scratch, std::byte *states, std::byte *gradients, float *result)
{
    m_result = result;
    m_call.setPointer(DNNL_ARG_SRC, states + (m_reverse ? static_cast<std::size_t>(m_units) * m_elementBytes : 0));
    m_call.setPointer(DNNL_ARG_WEIGHTS, gradients + (m_reverse ? 0 : static_cast<std::size_t>(m_gradientStride) * m_elementBytes));
    m_call.setPointer(DNNL_ARG_DST, result);
    m_call.setPointer(DNNL_ARG_SCRATCHPAD, scratch + m_scratchpadAt);
}

void RecurrentWeightsProduct::run()
{
    if (m_rows > 1)
        return m_call.run();
    for (std::int64_t u = 0; u < m_units; ++u)  // a single position has no state before it
        std::fill_n(m_result + u * m_resultStride, m_columns, 0.0f);
}

}  // namespace trainyard::cpu
