// A planned product inside a step, through cuBLASLt. The algorithm is the library's first advice, the one of the resumed
// run, or the fastest of some where the run asks for timing; from then on it is always the same.
#pragma once

#include <memory>
#include <type_traits>

#include "engine/backends/cuda/matmul_problem.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

// Device addresses. bias: read or, by SumRight, written; null without.
struct MatmulOperands {
    const void *left = nullptr, *right = nullptr;
    void *result = nullptr;
    void *bias = nullptr;
    void *workspace = nullptr;  // matmulWorkspaceBytes()
};

class MatmulCall {
public:
    // Keeps the request's choices and notes by reference.
    MatmulCall(const Matmul &product, StepRequest &request);

    const Matmul &product() const { return m_product; }
    std::uint64_t workspaceBytes() const { return matmulWorkspaceBytes(m_product); }

    // The operands are those of the executions to come. Errors: Unsupported, when the library has nothing for this
    // product with its epilogue; Internal.
    Status bind(const MatmulOperands &operands, const Libraries &libraries);
    // The same for another epilogue, after bind() found the first unsupported.
    Status bindWith(MatmulEpilogue epilogue, const MatmulOperands &operands, const Libraries &libraries);

    // Errors: Internal; also before bind().
    Status execute(const MatmulOperands &operands, cudaStream_t stream) const;

private:
    template <auto Destroy>
    struct DestroyWith {
        template <typename Handle>
        void operator()(Handle *handle) const
        {
            static_cast<void>(Destroy(handle));
        }
    };
    using Description = std::unique_ptr<std::remove_pointer_t<cublasLtMatmulDesc_t>, DestroyWith<cublasLtMatmulDescDestroy>>;
    using Layout = std::unique_ptr<std::remove_pointer_t<cublasLtMatrixLayout_t>, DestroyWith<cublasLtMatrixLayoutDestroy>>;

    Status describe(const MatmulOperands &operands);
    Result<std::vector<cublasLtMatmulAlgo_t>> candidates(int count) const;
    bool accepts(const cublasLtMatmulAlgo_t &algorithm) const;
    Status takeFastest(const MatmulOperands &operands);
    Status run(const MatmulOperands &operands, const cublasLtMatmulAlgo_t &algorithm, cudaStream_t stream) const;

    Matmul m_product;
    DeviceProperties m_device;
    bool m_autotune = false;
    KernelChoices &m_choices;
    std::vector<std::string> &m_notes;

    cublasLtHandle_t m_handle = nullptr;  // the executable's
    Description m_description;
    Layout m_right, m_left, m_result;
    cublasLtMatmulAlgo_t m_algorithm{};
};

}  // namespace trainyard::cuda
