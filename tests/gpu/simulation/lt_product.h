// What cublasLtMatmul() computes, as a plain value: op(A) op(B) with an epilogue, in any of the storage types.
#pragma once

#include <cstdint>

#include <cublasLt.h>

#include "tests/gpu/simulation/host_types.h"

namespace trainyard::simulation {

struct LtLayout {
    cudaDataType type = CUDA_R_32F;
    std::uint64_t rows = 0, columns = 0;
    std::int64_t stride = 0;  // leading dimension
    bool rowMajor = false;
    std::int32_t batches = 1;
    std::int64_t batchStride = 0;

    std::size_t at(std::uint64_t row, std::uint64_t column) const
    {
        return static_cast<std::size_t>(rowMajor ? row * static_cast<std::uint64_t>(stride) + column
                                                 : column * static_cast<std::uint64_t>(stride) + row);
    }
    std::size_t extentBytes() const;  // from the first to the last element of all batches
    bool valid() const;
};

struct LtOperation {
    cublasComputeType_t compute = CUBLAS_COMPUTE_32F;
    cudaDataType scaleType = CUDA_R_32F;
    std::int32_t pointerMode = CUBLASLT_POINTER_MODE_HOST;
    std::int32_t transposeA = CUBLAS_OP_N, transposeB = CUBLAS_OP_N;
    std::uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    void *bias = nullptr;
    std::int32_t biasType = -1;  // of D when -1
    std::int64_t biasBatchStride = 0;
    void *aux = nullptr;
    std::int64_t auxStride = 0;
    std::int64_t auxBatchStride = 0;
    std::int32_t auxType = -1;
};

struct LtProduct {
    LtOperation operation;
    LtLayout a, b, c, d;
    float alpha = 1, beta = 0;
    int algorithm = 0;  // in which order the products are summed

    std::uint64_t m() const { return d.rows; }
    std::uint64_t n() const { return d.columns; }
    std::uint64_t k() const { return operation.transposeA == CUBLAS_OP_N ? a.columns : a.rows; }
    std::size_t workspaceBytes() const;  // algorithm 1 keeps one partial sum there
    cublasStatus_t check() const;        // shapes, types and epilogues that fit together
    bool biasIn() const;                 // the bias is read
    bool biasOut() const;                // its gradient is written

    void run(const void *aData, const void *bData, const void *cData, void *dData) const;
};

inline constexpr int kLtAlgorithms = 3;

}  // namespace trainyard::simulation
