// cuBLASLt's functions on the simulated device: descriptors, advice and products. Three algorithms are on offer; they
// give the same result up to rounding, each always the same bits.
#include <cstring>

#include "tests/gpu/simulation/device.h"
#include "tests/gpu/simulation/lt_product.h"

using namespace trainyard::simulation;

namespace {

constexpr std::uint64_t kOurs = 0x747261696e796172;  // in the last word of an algorithm of ours

struct Preference {
    std::uint64_t workspaceBytes = 0;
};

LtLayout &layout(cublasLtMatrixLayout_t handle) { return *reinterpret_cast<LtLayout *>(handle); }
LtOperation &operation(cublasLtMatmulDesc_t handle) { return *reinterpret_cast<LtOperation *>(handle); }

// One attribute: where its value lies in the descriptor.
template <typename Field>
cublasStatus_t put(Field &field, const void *from, std::size_t bytes)
{
    if (from == nullptr || bytes != sizeof(Field))
        return CUBLAS_STATUS_INVALID_VALUE;
    std::memcpy(&field, from, bytes);
    return CUBLAS_STATUS_SUCCESS;
}

LtProduct productOf(cublasLtMatmulDesc_t what, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d)
{
    return {operation(what), layout(a), layout(b), layout(c), layout(d)};
}

cublasLtMatmulAlgo_t algorithmOf(int id)
{
    cublasLtMatmulAlgo_t algorithm{};
    algorithm.data[0] = static_cast<std::uint64_t>(id);
    algorithm.data[7] = kOurs;
    return algorithm;
}

int idOf(const cublasLtMatmulAlgo_t *algorithm)
{
    return algorithm != nullptr && algorithm->data[7] == kOurs && algorithm->data[0] < kLtAlgorithms ? static_cast<int>(algorithm->data[0]) : -1;
}

cublasLtMatmulHeuristicResult_t resultOf(LtProduct product, int id)
{
    cublasLtMatmulHeuristicResult_t result{};
    product.algorithm = id;
    result.algo = algorithmOf(id);
    result.workspaceSize = product.workspaceBytes();
    result.state = CUBLAS_STATUS_SUCCESS;
    result.wavesCount = 1.0f;
    return result;
}

}  // namespace

extern "C" {

cublasStatus_t cublasLtCreate(cublasLtHandle_t *handle)
{
    *handle = reinterpret_cast<cublasLtHandle_t>(new char);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle)
{
    delete reinterpret_cast<char *>(handle);
    return CUBLAS_STATUS_SUCCESS;
}
std::size_t cublasLtGetVersion() { return CUBLAS_VERSION; }
std::size_t cublasLtGetCudartVersion() { return CUDART_VERSION; }

const char *cublasLtGetStatusName(cublasStatus_t status)
{
    switch (status) {
    case CUBLAS_STATUS_SUCCESS: return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_INVALID_VALUE: return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_NOT_SUPPORTED: return "CUBLAS_STATUS_NOT_SUPPORTED";
    case CUBLAS_STATUS_EXECUTION_FAILED: return "CUBLAS_STATUS_EXECUTION_FAILED";
    default: return "unknown cuBLAS status";
    }
}
const char *cublasLtGetStatusString(cublasStatus_t status) { return cublasLtGetStatusName(status); }

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *handle, cudaDataType type, std::uint64_t rows,
                                          std::uint64_t columns, std::int64_t stride)
{
    *handle = reinterpret_cast<cublasLtMatrixLayout_t>(new LtLayout{type, rows, columns, stride});
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t handle)
{
    delete reinterpret_cast<LtLayout *>(handle);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t handle, cublasLtMatrixLayoutAttribute_t attribute,
                                                const void *value, std::size_t bytes)
{
    LtLayout &target = layout(handle);
    switch (attribute) {
    case CUBLASLT_MATRIX_LAYOUT_ROWS: return put(target.rows, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_COLS: return put(target.columns, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_LD: return put(target.stride, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT: return put(target.batches, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET: return put(target.batchStride, value, bytes);
    case CUBLASLT_MATRIX_LAYOUT_ORDER: {
        std::int32_t order = 0;
        const cublasStatus_t status = put(order, value, bytes);
        target.rowMajor = order == CUBLASLT_ORDER_ROW;
        return status != CUBLAS_STATUS_SUCCESS || order == CUBLASLT_ORDER_ROW || order == CUBLASLT_ORDER_COL ? status : CUBLAS_STATUS_NOT_SUPPORTED;
    }
    default: return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *handle, cublasComputeType_t compute, cudaDataType_t scaleType)
{
    *handle = reinterpret_cast<cublasLtMatmulDesc_t>(new LtOperation{compute, scaleType});
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t handle)
{
    delete reinterpret_cast<LtOperation *>(handle);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t handle, cublasLtMatmulDescAttributes_t attribute,
                                              const void *value, std::size_t bytes)
{
    LtOperation &target = operation(handle);
    switch (attribute) {
    case CUBLASLT_MATMUL_DESC_TRANSA: return put(target.transposeA, value, bytes);
    case CUBLASLT_MATMUL_DESC_TRANSB: return put(target.transposeB, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE: return put(target.epilogue, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_POINTER: return put(target.bias, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE: return put(target.biasType, value, bytes);
    case CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE: return put(target.biasBatchStride, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER: return put(target.aux, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD: return put(target.auxStride, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE: return put(target.auxBatchStride, value, bytes);
    case CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_DATA_TYPE: return put(target.auxType, value, bytes);
    case CUBLASLT_MATMUL_DESC_POINTER_MODE: return put(target.pointerMode, value, bytes);
    case CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET: return CUBLAS_STATUS_SUCCESS;
    default: return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *handle)
{
    *handle = reinterpret_cast<cublasLtMatmulPreference_t>(new Preference);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t handle)
{
    delete reinterpret_cast<Preference *>(handle);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t handle,
                                                    cublasLtMatmulPreferenceAttributes_t attribute,
                                                    const void *value, std::size_t bytes)
{
    if (attribute == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES)
        return put(reinterpret_cast<Preference *>(handle)->workspaceBytes, value, bytes);
    return CUBLAS_STATUS_SUCCESS;  // alignments and masks rule nothing out here
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t what, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d, cublasLtMatmulPreference_t preference, int asked,
                                              cublasLtMatmulHeuristicResult_t results[], int *returned)
{
    *returned = 0;
    const LtProduct product = productOf(what, a, b, c, d);
    if (const cublasStatus_t status = product.check(); status != CUBLAS_STATUS_SUCCESS)
        return status;
    for (int id = 0; id < kLtAlgorithms && *returned < asked; ++id) {
        const auto result = resultOf(product, id);
        if (preference == nullptr ? result.workspaceSize == 0 : result.workspaceSize <= reinterpret_cast<Preference *>(preference)->workspaceBytes)
            results[(*returned)++] = result;
    }
    return *returned > 0 ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}

cublasStatus_t cublasLtMatmulAlgoGetIds(cublasLtHandle_t, cublasComputeType_t, cudaDataType_t, cudaDataType_t, cudaDataType_t,
                                        cudaDataType_t, cudaDataType_t,
                                        int asked, int ids[], int *returned)
{
    for (*returned = 0; *returned < asked && *returned < kLtAlgorithms; ++*returned)
        ids[*returned] = *returned;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoInit(cublasLtHandle_t, cublasComputeType_t, cudaDataType_t, cudaDataType_t, cudaDataType_t,
                                      cudaDataType_t, cudaDataType_t, int id,
                                      cublasLtMatmulAlgo_t *algorithm)
{
    if (id < 0 || id >= kLtAlgorithms)
        return CUBLAS_STATUS_INVALID_VALUE;
    *algorithm = algorithmOf(id);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t, cublasLtMatmulDesc_t what, cublasLtMatrixLayout_t a,
                                       cublasLtMatrixLayout_t b, cublasLtMatrixLayout_t c,
                                       cublasLtMatrixLayout_t d, const cublasLtMatmulAlgo_t *algorithm, cublasLtMatmulHeuristicResult_t *result)
{
    const LtProduct product = productOf(what, a, b, c, d);
    if (idOf(algorithm) < 0)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (const cublasStatus_t status = product.check(); status != CUBLAS_STATUS_SUCCESS)
        return status;
    *result = resultOf(product, idOf(algorithm));
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t *algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t attribute, void *value,
                                                    std::size_t bytes, std::size_t *written)
{
    // The identity is all there is to say of an algorithm here; tiles and stages are 0.
    const std::uint64_t number = attribute == CUBLASLT_ALGO_CONFIG_ID ? algorithm->data[0] : 0;
    if (written != nullptr)
        *written = bytes;
    if (bytes > sizeof number || value == nullptr)
        return CUBLAS_STATUS_INVALID_VALUE;
    std::memcpy(value, &number, bytes);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigSetAttribute(cublasLtMatmulAlgo_t *algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t attribute,
                                                    const void *value, std::size_t bytes)
{
    if (attribute == CUBLASLT_ALGO_CONFIG_ID && bytes == sizeof(int))
        std::memcpy(&algorithm->data[0], value, bytes);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t what, const void *alpha, const void *aData,
                              cublasLtMatrixLayout_t a, const void *bData,
                              cublasLtMatrixLayout_t b, const void *beta, const void *cData, cublasLtMatrixLayout_t c, void *dData, cublasLtMatrixLayout_t d,
                              const cublasLtMatmulAlgo_t *algorithm, void *workspace, std::size_t workspaceBytes, cudaStream_t stream)
{
    LtProduct product = productOf(what, a, b, c, d);
    product.algorithm = algorithm == nullptr ? 0 : idOf(algorithm);
    if (handle == nullptr || alpha == nullptr || beta == nullptr || product.algorithm < 0)
        return CUBLAS_STATUS_INVALID_VALUE;
    if (const cublasStatus_t status = product.check(); status != CUBLAS_STATUS_SUCCESS)
        return status;
    if (workspaceBytes < product.workspaceBytes() || product.operation.pointerMode != CUBLASLT_POINTER_MODE_HOST)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    std::memcpy(&product.alpha, alpha, sizeof(float));
    std::memcpy(&product.beta, beta, sizeof(float));
    const cudaError_t queued = call(Allowed::Always, [&](Device &device) {
        Stream *target = device.stream(stream);
        if (target == nullptr)
            return cudaErrorInvalidResourceHandle;
        return device.enqueue(*target,
                              [&device, product, aData, bData, cData, dData, workspace] {
                                  const bool bias = product.biasIn() || product.biasOut();
                                  if (!device.onDevice(aData, product.a.extentBytes()) || !device.onDevice(bData, product.b.extentBytes()) ||
                                      !device.onDevice(dData, product.d.extentBytes()) ||
                                      (product.beta != 0.0f && !device.onDevice(cData, product.c.extentBytes())) ||
                                      (product.workspaceBytes() > 0 && !device.onDevice(workspace, product.workspaceBytes())) ||
                                      (bias && !device.onDevice(product.operation.bias, 1))) {
                                      std::fprintf(stderr, "simulated GPU: a matrix of a product is not in device memory\n");
                                      return cudaErrorIllegalAddress;
                                  }
                                  product.run(aData, bData, cData, dData);
                                  // The device would have scribbled there.
                                  if (product.workspaceBytes() > 0)
                                      std::memset(workspace, 0xFF, product.workspaceBytes());
                                  return cudaSuccess;
                              },
                              cudaGraphNodeTypeKernel);
    });
    return queued == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // extern "C"
