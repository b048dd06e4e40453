// How attention's steps see their matrices: one head is a column block of [positions, heads * size], and its weights are made in
// blocks of some queries and keys that stay in a core's cache.
#pragma once

#include <algorithm>
#include <cstdint>

#include "engine/backends/cpu/onednn.h"
#include "engine/ops/op_attributes.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cpu {

struct HeadSizes {
    std::int64_t samples, queries, keys, heads, keyHeads, size;
    float scale;
    bool causal;

    HeadSizes(const AttentionAttributes &a, const Shape &q, const Shape &k)
        : samples(q[0]), queries(q[1]), keys(k[1]), heads(a.heads), keyHeads(a.keyHeads), size(q.back() / a.heads), scale(a.scale), causal(a.causal)
    {
    }
    std::int64_t queryWidth() const { return heads * size; }
    std::int64_t keyWidth() const { return keyHeads * size; }
    std::int64_t queriesFrom(std::int64_t sample, std::int64_t head) const { return sample * queries * queryWidth() + head * size; }
    std::int64_t keysFrom(std::int64_t sample, std::int64_t keyHead) const { return sample * keys * keyWidth() + keyHead * size; }
    std::int64_t keyHeadOf(std::int64_t head) const { return head / (heads / keyHeads); }
    // How many keys a query may see, from the first on.
    std::int64_t seenBy(std::int64_t query) const { return causal ? std::clamp<std::int64_t>(query + 1 + keys - queries, 0, keys) : keys; }
};

inline constexpr std::int64_t kQueryBlock = 64, kKeyBlock = 512;

// c [m, n] = alpha a b + beta c, row-major; a is [m, k], or [k, m] where transposed, and b likewise. oneDNN takes one thread
// where it is called from a parallel region.
struct Matrix {
    const float *at;
    std::int64_t stride;
    bool transposed = false;
};

inline void multiply(std::int64_t m, std::int64_t n, std::int64_t k, float alpha, Matrix a, Matrix b, float beta, float *c, std::int64_t stride)
{
    dnnl_sgemm(a.transposed ? 'T' : 'N', b.transposed ? 'T' : 'N', m, n, k, alpha, a.at, a.stride, b.at, b.stride, beta, c, stride);
}

}  // namespace trainyard::cpu
