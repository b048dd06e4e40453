// cuBLASLt thinks in columns: what is row-major here is the transposed matrix there. So it is asked for
// result^T = right^T * left^T, where its "A" is our right factor and its "B" our left one.
#include "engine/backends/cuda/matmul.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "engine/backends/cuda/choice_cache.h"
#include "engine/backends/cuda/resources.h"
#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

namespace {

constexpr int kTimedCandidates = 8, kTimedRuns = 5;
constexpr std::size_t kAlgorithmWords = sizeof(cublasLtMatmulAlgo_t) / sizeof(std::uint64_t);

cudaDataType_t typeOf(DType type)
{
    switch (type) {
    case DType::BF16: return CUDA_R_16BF;
    case DType::F16: return CUDA_R_16F;
    default: return CUDA_R_32F;
    }
}

cublasLtEpilogue_t epilogueOf(MatmulEpilogue epilogue)
{
    switch (epilogue) {
    case MatmulEpilogue::Bias: return CUBLASLT_EPILOGUE_BIAS;
    case MatmulEpilogue::Relu: return CUBLASLT_EPILOGUE_RELU;
    case MatmulEpilogue::BiasRelu: return CUBLASLT_EPILOGUE_RELU_BIAS;
    case MatmulEpilogue::SumRight: return CUBLASLT_EPILOGUE_BGRADA;
    case MatmulEpilogue::None: break;
    }
    return CUBLASLT_EPILOGUE_DEFAULT;
}

// The library's own words of an algorithm, which it promises to understand again in the same version.
std::string algorithmText(const cublasLtMatmulAlgo_t &algorithm)
{
    std::string text;
    for (const std::uint64_t word : algorithm.data)
        text += fmt::format("{}{:x}", text.empty() ? "" : "-", word);
    return text;
}

bool parseAlgorithm(std::string_view text, cublasLtMatmulAlgo_t &algorithm)
{
    const char *at = text.data(), *const end = text.data() + text.size();
    for (std::size_t i = 0; i < kAlgorithmWords; ++i) {
        if (i > 0 && (at == end || *at++ != '-'))
            return false;
        const auto [next, error] = std::from_chars(at, end, algorithm.data[i], 16);
        if (error != std::errc{})
            return false;
        at = next;
    }
    return at == end;
}

template <typename T>
cublasStatus_t set(cublasLtMatmulDesc_t description, cublasLtMatmulDescAttributes_t attribute, const T &value)
{
    return cublasLtMatmulDescSetAttribute(description, attribute, &value, sizeof value);
}

Result<cublasLtMatrixLayout_t> layoutOf(DType type, std::int64_t rows, std::int64_t columns)
{
    cublasLtMatrixLayout_t layout = nullptr;
    TRAINYARD_CHECK(check(cublasLtMatrixLayoutCreate(&layout, typeOf(type), static_cast<std::uint64_t>(rows),
                                                     static_cast<std::uint64_t>(columns), rows),
                          "describe a matrix"));
    return layout;
}

// `batch` matrices of so many elements, one after the other.
Status setBatch(cublasLtMatrixLayout_t layout, std::int64_t batch, std::int64_t elements)
{
    const auto count = static_cast<std::int32_t>(batch);
    TRAINYARD_CHECK(check(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof count), "describe matrices"));
    return check(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &elements, sizeof elements), "describe matrices");
}

}  // namespace

MatmulCall::MatmulCall(const Matmul &product, StepRequest &request)
    : m_product(product), m_device(request.device), m_autotune(request.settings.autotune), m_choices(request.choices),
      m_notes(request.notes)
{
}

Status MatmulCall::describe(const MatmulOperands &operands)
{
    const Matmul &p = m_product;
    cublasLtMatmulDesc_t description = nullptr;
    TRAINYARD_CHECK(check(cublasLtMatmulDescCreate(&description, p.tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F, CUDA_R_32F),
                          "describe a product"));
    m_description.reset(description);
    const cublasOperation_t right = p.rightTransposed ? CUBLAS_OP_T : CUBLAS_OP_N, left = p.leftTransposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    TRAINYARD_CHECK(check(set(description, CUBLASLT_MATMUL_DESC_TRANSA, right), "describe a product"));
    TRAINYARD_CHECK(check(set(description, CUBLASLT_MATMUL_DESC_TRANSB, left), "describe a product"));
    TRAINYARD_CHECK(check(set(description, CUBLASLT_MATMUL_DESC_EPILOGUE, epilogueOf(p.epilogue)), "describe a product"));
    if (p.epilogue != MatmulEpilogue::None && p.epilogue != MatmulEpilogue::Relu) {
        TRAINYARD_CHECK(check(set(description, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, typeOf(p.result)), "describe a product"));
        TRAINYARD_CHECK(check(set(description, CUBLASLT_MATMUL_DESC_BIAS_POINTER, operands.bias), "describe a product"));
    }
    TRAINYARD_TRY(const auto rightLayout, p.rightTransposed ? layoutOf(p.factors, p.inner, p.columns) : layoutOf(p.factors, p.columns, p.inner));
    m_right.reset(rightLayout);
    TRAINYARD_TRY(const auto leftLayout, p.leftTransposed ? layoutOf(p.factors, p.rows, p.inner) : layoutOf(p.factors, p.inner, p.rows));
    m_left.reset(leftLayout);
    TRAINYARD_TRY(const auto resultLayout, layoutOf(p.result, p.columns, p.rows));
    m_result.reset(resultLayout);
    if (p.batch > 1) {
        TRAINYARD_CHECK(setBatch(m_right.get(), p.batch, p.inner * p.columns));
        TRAINYARD_CHECK(setBatch(m_left.get(), p.batch, p.rows * p.inner));
        TRAINYARD_CHECK(setBatch(m_result.get(), p.batch, p.rows * p.columns));
    }
    return {};
}

// The library's advice, the best first. What adds up partial sums in place is left out: its order is the device's own.
Result<std::vector<cublasLtMatmulAlgo_t>> MatmulCall::candidates(int count) const
{
    cublasLtMatmulPreference_t preference = nullptr;
    TRAINYARD_CHECK(check(cublasLtMatmulPreferenceCreate(&preference), "ask for an algorithm"));
    const std::unique_ptr<std::remove_pointer_t<cublasLtMatmulPreference_t>, DestroyWith<cublasLtMatmulPreferenceDestroy>> owner(preference);
    const std::uint64_t workspace = workspaceBytes();
    const std::uint32_t reductions = CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE | CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
    TRAINYARD_CHECK(check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, sizeof workspace),
                          "ask for an algorithm"));
    TRAINYARD_CHECK(check(cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, &reductions, sizeof reductions),
                          "ask for an algorithm"));
    std::vector<cublasLtMatmulHeuristicResult_t> found(static_cast<std::size_t>(count));
    int returned = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(m_handle, m_description.get(), m_right.get(), m_left.get(), m_result.get(),
                                                                 m_result.get(), preference, count, found.data(), &returned);
    std::vector<cublasLtMatmulAlgo_t> algorithms;
    if (status == CUBLAS_STATUS_SUCCESS)
        for (int i = 0; i < returned; ++i)
            if (const auto &result = found[static_cast<std::size_t>(i)]; result.state == CUBLAS_STATUS_SUCCESS && result.workspaceSize <= workspace)
                algorithms.push_back(result.algo);
    if (algorithms.empty())
        return fail(Error{ErrorCode::Unsupported, fmt::format("cuBLASLt has no kernel for the product {} on the {}.", matmulText(m_product), m_device.name),
                          {}, cublasLtGetStatusName(status)});
    return algorithms;
}

bool MatmulCall::accepts(const cublasLtMatmulAlgo_t &algorithm) const
{
    cublasLtMatmulHeuristicResult_t result{};
    return cublasLtMatmulAlgoCheck(m_handle, m_description.get(), m_right.get(), m_left.get(), m_result.get(), m_result.get(), &algorithm, &result)
               == CUBLAS_STATUS_SUCCESS
           && result.workspaceSize <= workspaceBytes();
}

Status MatmulCall::bind(const MatmulOperands &operands, const Libraries &libraries)
{
    m_handle = libraries.cublasLt;
    TRAINYARD_CHECK(describe(operands));
    const std::string signature = matmulSignature(m_product, m_device, cublasLtGetVersion());
    if (const auto known = m_choices.find(signature); known != m_choices.end()) {
        if (parseAlgorithm(known->second, m_algorithm) && accepts(m_algorithm))
            return {};
        std::string note = fmt::format("The kernel this run used for the product {} is no longer possible, so the last digits may differ from before.",
                                       matmulText(m_product));
        if (std::ranges::find(m_notes, note) == m_notes.end())  // like products share a signature
            m_notes.push_back(std::move(note));
    }
    if (m_autotune) {
        if (const auto cached = cachedChoice(m_device, signature); cached && parseAlgorithm(*cached, m_algorithm) && accepts(m_algorithm)) {
            m_choices[signature] = *cached;
            return {};
        }
        TRAINYARD_CHECK(takeFastest(operands));
        cacheChoice(m_device, signature, algorithmText(m_algorithm));
    } else {
        TRAINYARD_TRY(const auto advised, candidates(1));
        m_algorithm = advised.front();
    }
    m_choices[signature] = algorithmText(m_algorithm);
    return {};
}

Status MatmulCall::bindWith(MatmulEpilogue epilogue, const MatmulOperands &operands, const Libraries &libraries)
{
    m_product.epilogue = epilogue;
    return bind(operands, libraries);
}

// Median of some runs each, on the addresses of the steps to come. A candidate that fails is left out.
Status MatmulCall::takeFastest(const MatmulOperands &operands)
{
    TRAINYARD_TRY(const auto algorithms, candidates(kTimedCandidates));
    TRAINYARD_CHECK(check(cudaDeviceSynchronize(), "finish what is queued"));
    TRAINYARD_TRY(const Stream stream, makeStream());
    TRAINYARD_TRY(const Event begin, makeTimingEvent());
    TRAINYARD_TRY(const Event end, makeTimingEvent());
    m_algorithm = algorithms.front();
    float least = std::numeric_limits<float>::infinity();
    for (const cublasLtMatmulAlgo_t &algorithm : algorithms) {
        if (!run(operands, algorithm, stream.get()))  // loads the kernel
            continue;
        std::array<float, kTimedRuns> times{};
        for (float &time : times) {
            TRAINYARD_CHECK(check(cudaEventRecord(begin.get(), stream.get()), "time a product"));
            TRAINYARD_CHECK(run(operands, algorithm, stream.get()));
            TRAINYARD_CHECK(check(cudaEventRecord(end.get(), stream.get()), "time a product"));
            TRAINYARD_CHECK(check(cudaEventSynchronize(end.get()), "time a product"));
            TRAINYARD_CHECK(check(cudaEventElapsedTime(&time, begin.get(), end.get()), "time a product"));
        }
        std::ranges::nth_element(times, times.begin() + kTimedRuns / 2);
        if (times[kTimedRuns / 2] < least) {
            least = times[kTimedRuns / 2];
            m_algorithm = algorithm;
        }
    }
    return {};
}

Status MatmulCall::run(const MatmulOperands &operands, const cublasLtMatmulAlgo_t &algorithm, cudaStream_t stream) const
{
    constexpr float kOne = 1.0f, kZero = 0.0f;
    return check(cublasLtMatmul(m_handle, m_description.get(), &kOne, operands.right, m_right.get(), operands.left, m_left.get(), &kZero,
                                operands.result, m_result.get(), operands.result, m_result.get(), &algorithm, operands.workspace,
                                workspaceBytes(), stream),
                 "start a product");
}

Status MatmulCall::execute(const MatmulOperands &operands, cudaStream_t stream) const
{
    if (!m_description)
        return fail(ErrorCode::Internal, "A product was started before it was bound to a device.");
    return run(operands, m_algorithm, stream);
}

}  // namespace trainyard::cuda
