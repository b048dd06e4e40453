// Two tensors seen as matrices of their last two axes, with all axes before them a batch.
#pragma once

#include "engine/ops/op_attributes.h"

namespace trainyard {

struct MatrixBatch {
    std::int64_t batch = 1, rows = 0, columns = 0, inner = 0;
    bool fits = false;  // equal batches, and factors that can be multiplied
};

inline MatrixBatch matrixBatch(const MatmulAttributes &matmul, const Shape &left, const Shape &right)
{
    MatrixBatch product;
    const std::size_t rank = left.rank();
    if (rank < 2 || right.rank() != rank)
        return product;
    product.fits = true;
    for (std::size_t i = 0; i + 2 < rank; ++i) {
        product.fits = product.fits && left[i] == right[i];
        product.batch *= left[i];
    }
    product.rows = left[matmul.leftTransposed ? rank - 1 : rank - 2];
    product.inner = left[matmul.leftTransposed ? rank - 2 : rank - 1];
    product.columns = right[matmul.rightTransposed ? rank - 2 : rank - 1];
    product.fits = product.fits && product.inner == right[matmul.rightTransposed ? rank - 1 : rank - 2];
    return product;
}

}  // namespace trainyard
