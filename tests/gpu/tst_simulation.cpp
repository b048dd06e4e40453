// The simulated GPU itself: what runs on it must find there what it would find on a real one, errors included.
#include <QtTest>

#include <numeric>

#include <cublasLt.h>

#include "tests/gpu/simulated_device.h"

using namespace trainyard::simulation;
using namespace trainyard::tests;

namespace {

constexpr int kThreads = 96;

// A block's sum through shared memory and both kinds of waiting.
__global__ void sumOfBlock(const float *x, float *sums)
{
    __shared__ float warps[kThreads / 32];
    float value = x[blockIdx.x * blockDim.x + threadIdx.x];
    for (int distance = 16; distance > 0; distance /= 2)
        value += __shfl_xor_sync(0xFFFFFFFFu, value, distance);
    if (threadIdx.x % 32 == 0)
        warps[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x == 0)
        sums[blockIdx.x] = warps[0] + warps[1] + warps[2];
}

// Reverses each block's elements; with `waits` false it forgets to wait for the others.
__global__ void reverseBlock(const int *x, int *y, bool waits)
{
    __shared__ int tile[kThreads];
    tile[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
    if (waits)
        __syncthreads();
    y[blockIdx.x * blockDim.x + threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
    __syncthreads();
}

__global__ void halfOfTheBlockWaits(int *y)
{
    y[threadIdx.x] = 1;
    if (threadIdx.x < blockDim.x / 2)
        __syncthreads();
}

__global__ void lanes(int *down, int *broadcast, unsigned *votes, int *any)
{
    const int lane = static_cast<int>(threadIdx.x);
    down[lane] = __shfl_down_sync(0xFFFFFFFFu, lane, 4);
    broadcast[lane] = __shfl_sync(0xFFFFFFFFu, lane, 7, 16);
    votes[lane] = __ballot_sync(0xFFFFFFFFu, lane % 3 == 0);
    any[lane] = __syncthreads_or(lane == 31);
}

__global__ void addOne(int *x, int count)
{
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < count)
        x[i] += 1;
}

__global__ void countThreads(unsigned *count)
{
    atomicAdd(count, 1u);
}

}  // namespace

class TestSimulation : public QObject {
    Q_OBJECT

    SimulatedDevice m_device;

private slots:
    void init() { QCOMPARE(m_device.reset(), cudaSuccess); }

    void threadsOfABlockSeeEachOther_data()
    {
        QTest::addColumn<int>("seed");
        for (const int seed : {0, 1, 2, 3})
            QTest::addRow("seed %d", seed) << seed;
    }

    void threadsOfABlockSeeEachOther()
    {
        QFETCH(int, seed);
        qputenv("TRAINYARD_SIMULATED_THREADS", QByteArray::number(seed));
        std::vector<float> values(5 * kThreads);
        std::iota(values.begin(), values.end(), 0.0f);
        const float *x = m_device.put(values);
        float *sums = m_device.put(std::vector<float>(5));
        QCOMPARE(launch(m_device.stream(), sumOfBlock, 5, kThreads, x, sums), cudaSuccess);
        const auto found = m_device.get(sums, 5);
        for (int block = 0; block < 5; ++block)
            QCOMPARE(found[static_cast<std::size_t>(block)], float(kThreads * (block * kThreads) + kThreads * (kThreads - 1) / 2));
    }

    void lanesExchangeValuesAndVotes()
    {
        int *down = m_device.put(std::vector<int>(32)), *broadcast = m_device.put(std::vector<int>(32)), *any = m_device.put(std::vector<int>(32));
        unsigned *votes = m_device.put(std::vector<unsigned>(32));
        QCOMPARE(launch(m_device.stream(), lanes, 1, 32, down, broadcast, votes, any), cudaSuccess);
        for (int lane = 0; lane < 32; ++lane) {
            const auto at = static_cast<std::size_t>(lane);
            QCOMPARE(m_device.get(down, 32)[at], lane < 28 ? lane + 4 : lane);
            QCOMPARE(m_device.get(broadcast, 32)[at], lane < 16 ? 7 : 23);
            QCOMPARE(m_device.get(votes, 32)[at], 0x49249249u);
            QCOMPARE(m_device.get(any, 32)[at], 1);
        }
    }

    void aMissingBarrierShowsInSomeOrder()
    {
        std::vector<int> values(4 * kThreads), reversed;
        std::iota(values.begin(), values.end(), 0);
        for (int block = 0; block < 4; ++block)
            for (int i = kThreads - 1; i >= 0; --i)
                reversed.push_back(block * kThreads + i);
        const int *x = m_device.put(values);
        int *y = m_device.put(values);
        int wrong = 0;
        for (int seed = 0; seed < 4; ++seed) {
            qputenv("TRAINYARD_SIMULATED_THREADS", QByteArray::number(seed));
            QCOMPARE(launch(m_device.stream(), reverseBlock, 4, kThreads, x, y, true), cudaSuccess);
            QCOMPARE(m_device.get(y, values.size()), reversed);
            QCOMPARE(launch(m_device.stream(), reverseBlock, 4, kThreads, x, y, false), cudaSuccess);
            wrong += m_device.get(y, values.size()) != reversed;
        }
        QCOMPARE(wrong, 4);
    }

    void aBarrierThatNotAllReachIsAnError()
    {
        for (const int seed : {0, 1}) {
            qputenv("TRAINYARD_SIMULATED_THREADS", QByteArray::number(seed));
            int *y = m_device.put(std::vector<int>(64));
            QCOMPARE(launch(m_device.stream(), halfOfTheBlockWaits, 1, 64, y), cudaSuccess);
            QCOMPARE(cudaStreamSynchronize(m_device.stream()), cudaErrorLaunchFailure);
            QCOMPARE(m_device.reset(), cudaSuccess);
        }
    }

    void allThreadsOfAGridRunOnce()
    {
        unsigned *count = m_device.put(std::vector<unsigned>(1));
        QCOMPARE(launch(m_device.stream(), countThreads, dim3(7, 3, 2), dim3(5, 4, 3), count), cudaSuccess);
        QCOMPARE(m_device.get(count, 1)[0], unsigned(7 * 3 * 2 * 5 * 4 * 3));
    }

    void impossibleGridsAndStrayPointersAreErrors()
    {
        int *x = m_device.put(std::vector<int>(1));
        QCOMPARE(launch(m_device.stream(), addOne, 1, 1025, x, 1), cudaErrorInvalidConfiguration);
        QCOMPARE(launch(m_device.stream(), addOne, 0, 32, x, 1), cudaErrorInvalidConfiguration);
        QCOMPARE(cudaGetLastError(), cudaErrorInvalidConfiguration);
        QCOMPARE(cudaGetLastError(), cudaSuccess);
        int onHost = 0;
        QCOMPARE(launch(m_device.stream(), addOne, 1, 32, &onHost, 1), cudaSuccess);
        QCOMPARE(cudaStreamSynchronize(m_device.stream()), cudaErrorIllegalAddress);
        QCOMPARE(onHost, 0);
    }

    void memoryEndsWhereItIsSaidTo()
    {
        qputenv("TRAINYARD_SIMULATED_MEMORY_MIB", "3");
        std::size_t free = 0, total = 0;
        void *first = nullptr, *second = nullptr;
        QCOMPARE(cudaMalloc(&first, 2 << 20), cudaSuccess);
        QCOMPARE(cudaMalloc(&second, (1 << 20) + 1), cudaErrorMemoryAllocation);
        QVERIFY(second == nullptr);
        QCOMPARE(cudaMemGetInfo(&free, &total), cudaSuccess);
        QCOMPARE(free, std::size_t{1} << 20);
        QCOMPARE(total, std::size_t{3} << 20);
        QCOMPARE(cudaFree(first), cudaSuccess);
        QCOMPARE(cudaMalloc(&second, (1 << 20) + 1), cudaSuccess);
        QCOMPARE(m_device.get(static_cast<unsigned char *>(second), 3), (std::vector<unsigned char>{0xFF, 0xFF, 0xFF}));
        QCOMPARE(cudaFree(first), cudaErrorInvalidValue);
    }

    void copiesThatLeaveTheirBlockOrMistakeASideAreErrors()
    {
        int host[4] = {1, 2, 3, 4};
        int *x = m_device.put(std::vector<int>(64));
        QCOMPARE(cudaMemcpyAsync(x, host, sizeof host, cudaMemcpyHostToDevice, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaMemcpyAsync(x, host, sizeof host, cudaMemcpyDeviceToDevice, m_device.stream()), cudaErrorInvalidValue);
        QCOMPARE(cudaMemcpyAsync(host, x, sizeof host, cudaMemcpyHostToDevice, m_device.stream()), cudaErrorInvalidValue);
        QCOMPARE(cudaMemcpyAsync(x + 62, host, sizeof host, cudaMemcpyHostToDevice, m_device.stream()), cudaErrorInvalidValue);
        QCOMPARE(cudaMemsetAsync(x + 60, 0, 16, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaMemsetAsync(x + 60, 0, 17, m_device.stream()), cudaErrorInvalidValue);
        QCOMPARE(cudaMemsetAsync(host, 0, 4, m_device.stream()), cudaErrorInvalidValue);
        QCOMPARE(cudaMemcpy2DAsync(x, 16, x + 32, 20, 8, 3, cudaMemcpyDeviceToDevice, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaFree(x), cudaSuccess);
        QCOMPARE(cudaMemcpyAsync(host, x, sizeof host, cudaMemcpyDeviceToHost, m_device.stream()), cudaErrorInvalidValue);
    }

    void noDeviceAndAnOldDriverAreReportedAsSuch()
    {
        int count = -1;
        qputenv("TRAINYARD_SIMULATED_DEVICES", "0");
        QCOMPARE(cudaGetDeviceCount(&count), cudaErrorNoDevice);
        QCOMPARE(count, 0);
        qunsetenv("TRAINYARD_SIMULATED_DEVICES");
        qputenv("TRAINYARD_SIMULATED_DRIVER", "11080");
        QCOMPARE(cudaGetDeviceCount(&count), cudaErrorInsufficientDriver);
        qunsetenv("TRAINYARD_SIMULATED_DRIVER");
        QCOMPARE(cudaGetDeviceCount(&count), cudaSuccess);
        QCOMPARE(count, 1);
    }

    // D[3, 2] = A[3, 4] B[4, 2], column-major, all algorithms, factors transposed or not.
    void productsAreThoseOfTheDefinition()
    {
        std::vector<float> a(12), b(8);
        std::iota(a.begin(), a.end(), 1.0f);
        std::iota(b.begin(), b.end(), -3.0f);
        const float bias[3] = {10, -200, 3};
        const float *da = m_device.put(a), *db = m_device.put(b), *dBias = m_device.put(std::vector<float>(bias, bias + 3));
        float *d = m_device.put(std::vector<float>(6)), *workspace = m_device.put(std::vector<float>(64));
        cublasLtHandle_t handle = nullptr;
        QCOMPARE(cublasLtCreate(&handle), CUBLAS_STATUS_SUCCESS);
        for (const bool transposeA : {false, true})
            for (const bool transposeB : {false, true})
                for (int id = 0; id < 3; ++id) {
                    cublasLtMatmulDesc_t what = nullptr;
                    cublasLtMatrixLayout_t la = nullptr, lb = nullptr, ld = nullptr;
                    const std::int32_t ta = transposeA ? CUBLAS_OP_T : CUBLAS_OP_N, tb = transposeB ? CUBLAS_OP_T : CUBLAS_OP_N;
                    const std::uint32_t epilogue = CUBLASLT_EPILOGUE_RELU_BIAS;
                    QCOMPARE(cublasLtMatmulDescCreate(&what, CUBLAS_COMPUTE_32F, CUDA_R_32F), CUBLAS_STATUS_SUCCESS);
                    cublasLtMatmulDescSetAttribute(what, CUBLASLT_MATMUL_DESC_TRANSA, &ta, sizeof ta);
                    cublasLtMatmulDescSetAttribute(what, CUBLASLT_MATMUL_DESC_TRANSB, &tb, sizeof tb);
                    cublasLtMatmulDescSetAttribute(what, CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue, sizeof epilogue);
                    cublasLtMatmulDescSetAttribute(what, CUBLASLT_MATMUL_DESC_BIAS_POINTER, &dBias, sizeof dBias);
                    cublasLtMatrixLayoutCreate(&la, CUDA_R_32F, transposeA ? 4 : 3, transposeA ? 3 : 4, transposeA ? 4 : 3);
                    cublasLtMatrixLayoutCreate(&lb, CUDA_R_32F, transposeB ? 2 : 4, transposeB ? 4 : 2, transposeB ? 2 : 4);
                    cublasLtMatrixLayoutCreate(&ld, CUDA_R_32F, 3, 2, 3);
                    cublasLtMatmulAlgo_t algorithm{};
                    QCOMPARE(cublasLtMatmulAlgoInit(handle, CUBLAS_COMPUTE_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, CUDA_R_32F, id,
                                                    &algorithm),
                             CUBLAS_STATUS_SUCCESS);
                    const float one = 1, zero = 0;
                    QCOMPARE(cublasLtMatmul(handle, what, &one, da, la, db, lb, &zero, d, ld, d, ld, &algorithm, workspace, 256, m_device.stream()),
                             CUBLAS_STATUS_SUCCESS);
                    const auto got = m_device.get(d, 6);
                    for (std::size_t row = 0; row < 3; ++row)
                        for (std::size_t column = 0; column < 2; ++column) {
                            float sum = bias[row];
                            for (std::size_t k = 0; k < 4; ++k)
                                sum += a[transposeA ? row * 4 + k : k * 3 + row] * b[transposeB ? k * 2 + column : column * 4 + k];
                            QCOMPARE(got[column * 3 + row], std::max(sum, 0.0f));
                        }
                    cublasLtMatmulDescDestroy(what);
                    for (cublasLtMatrixLayout_t layout : {la, lb, ld})
                        cublasLtMatrixLayoutDestroy(layout);
                }
        cublasLtDestroy(handle);
    }
};

QTEST_GUILESS_MAIN(TestSimulation)
#include "tst_simulation.moc"
