#include "engine/backends/cpu/recurrent_product.h"

#include <omp.h>

namespace trainyard::cpu {

namespace {

// With so few rows a product is as fast on one thread as with many; measured.
constexpr std::int64_t kRowsPerThread = 8;

}  // namespace

RecurrentProduct::RecurrentProduct(DType type, std::int64_t batch, std::int64_t in, std::int64_t out, bool transposed, int threads,
                                   ScratchLayout &scratch)
    : m_leftRow(static_cast<std::size_t>(in) * dtypeBytes(type)), m_resultRow(static_cast<std::size_t>(out) * sizeof(float))
{
    const bool split = threads > 1 && batch >= kRowsPerThread * threads;
    const std::int64_t pieces = split ? threads : 1;
    const int inner = split ? 1 : threads;
    omp_set_num_threads(inner);  // products are laid out for the threads they will run with
    const auto factor = dataType(type);
    MemoryDesc packed({in, out}, factor, Tag::any);
    for (std::int64_t p = 0; p < pieces; ++p) {
        const std::int64_t begin = batch * p / pieces, end = batch * (p + 1) / pieces;
        const MemoryDesc left({end - begin, in}, factor, Tag::ab), result({end - begin, out}, kF32, Tag::ab);
        const auto desc = matmulDesc(left, packed, MemoryDesc(), result, userScratchpad());
        packed = desc.weights_desc();  // the first piece chooses, the others follow
        PrimitiveCall call{dnnl::matmul(desc)};
        call.add(DNNL_ARG_SRC, left);
        call.add(DNNL_ARG_WEIGHTS, packed);
        call.add(DNNL_ARG_DST, result);
        call.add(DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc());
        m_products.push_back(std::move(call));
        m_pieces.push_back({static_cast<std::size_t>(p), static_cast<std::size_t>(begin), static_cast<std::size_t>(end), inner});
        m_scratchpads.push_back(scratch.take(desc.scratchpad_desc().get_size()));
    }
    omp_set_num_threads(threads);
    const MemoryDesc plain({in, out}, factor, transposed ? Tag::ba : Tag::ab);
    const dnnl::reorder::primitive_desc reorder(cpuEngine(), plain, cpuEngine(), packed, userScratchpad());
    m_pack = PrimitiveCall(dnnl::reorder(reorder));
    m_pack.add(DNNL_ARG_FROM, plain);
    m_pack.add(DNNL_ARG_TO, packed);
    m_pack.add(DNNL_ARG_SCRATCHPAD, reorder.scratchpad_desc());
    m_scratchpads.push_back(scratch.take(reorder.scratchpad_desc().get_size()));
    m_leftAt = scratch.take(static_cast<std::size_t>(batch) * m_leftRow);
    m_resultAt = scratch.take(static_cast<std::size_t>(batch) * m_resultRow);
    m_packedAt = scratch.take(packed.get_size());
}

void RecurrentProduct::bind(std::byte *scratch, std::byte *weights)
{
    m_left = scratch + m_leftAt;
    m_result = reinterpret_cast<float *>(scratch + m_resultAt);
    m_pack.setPointer(DNNL_ARG_FROM, weights);
    m_pack.setPointer(DNNL_ARG_TO, scratch + m_packedAt);
    m_pack.setPointer(DNNL_ARG_SCRATCHPAD, scratch + m_scratchpads.back());
    for (const BatchPiece &piece : m_pieces) {
        PrimitiveCall &call = m_products[piece.index];
        call.setPointer(DNNL_ARG_SRC, m_left + piece.begin * m_leftRow);
        call.setPointer(DNNL_ARG_WEIGHTS, scratch + m_packedAt);
        call.setPointer(DNNL_ARG_DST, scratch + m_resultAt + piece.begin * m_resultRow);
        call.setPointer(DNNL_ARG_SCRATCHPAD, scratch + m_scratchpads[piece.index]);
    }
}

}  // namespace trainyard::cpu
