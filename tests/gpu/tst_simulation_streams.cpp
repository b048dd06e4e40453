// The simulated GPU's streams, events, captures and lost contexts.
#include <QtTest>

#include <vector>

#include "tests/gpu/simulated_device.h"

using namespace trainyard::simulation;
using namespace trainyard::tests;

namespace {

__global__ void addOne(int *x, int count)
{
    const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    if (i < count)
        x[i] += 1;
}

__global__ void addValue(int *x, int value)
{
    x[0] = x[0] * 10 + value;
}

}  // namespace

class TestSimulationStreams : public QObject {
    Q_OBJECT

    SimulatedDevice m_device;

private slots:
    void init() { QCOMPARE(m_device.reset(), cudaSuccess); }

    void aStickyErrorStaysUntilTheDeviceIsReset()
    {
        int *x = m_device.put(std::vector<int>(1));
        qputenv("TRAINYARD_SIMULATED_FAULT", "step:3");
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t executable = nullptr;
        QCOMPARE(cudaStreamBeginCapture(m_device.stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
        QCOMPARE(launch(m_device.stream(), addOne, 1, 1, x, 1), cudaSuccess);
        QCOMPARE(cudaStreamEndCapture(m_device.stream(), &graph), cudaSuccess);
        QCOMPARE(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
        for (int step = 0; step < 3; ++step)
            QCOMPARE(cudaGraphLaunch(executable, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaStreamSynchronize(m_device.stream()), cudaErrorIllegalAddress);
        void *memory = nullptr;
        QCOMPARE(cudaMalloc(&memory, 4), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        QCOMPARE(cudaGetLastError(), cudaErrorIllegalAddress);
        QCOMPARE(cudaDeviceReset(), cudaSuccess);
        QCOMPARE(cudaMalloc(&memory, 4), cudaSuccess);
        QCOMPARE(cudaStreamSynchronize(m_device.stream()), cudaErrorInvalidResourceHandle);
    }

    void aCaptureIsReplayedWithTheArgumentsItWasMadeWith()
    {
        int *x = m_device.put(std::vector<int>{0});
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t executable = nullptr;
        int value = 3;
        QCOMPARE(cudaStreamBeginCapture(m_device.stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
        QCOMPARE(launch(m_device.stream(), addValue, 1, 1, x, value), cudaSuccess);
        QCOMPARE(launch(m_device.stream(), addValue, 1, 1, x, 4), cudaSuccess);
        value = 9;
        QCOMPARE(cudaStreamEndCapture(m_device.stream(), &graph), cudaSuccess);
        QCOMPARE(m_device.get(x, 1)[0], 0);
        std::size_t nodes = 0;
        QCOMPARE(cudaGraphGetNodes(graph, nullptr, &nodes), cudaSuccess);
        QCOMPARE(nodes, std::size_t{2});
        QCOMPARE(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
        QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
        QCOMPARE(cudaGraphLaunch(executable, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaGraphLaunch(executable, m_device.stream()), cudaSuccess);
        QCOMPARE(m_device.get(x, 1)[0], 3434);
    }

    void whatACaptureForbidsSpoilsIt()
    {
        void *memory = nullptr;
        cudaGraph_t graph = nullptr;
        QCOMPARE(cudaStreamBeginCapture(m_device.stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
        QCOMPARE(cudaMalloc(&memory, 64), cudaErrorStreamCaptureUnsupported);
        QCOMPARE(cudaStreamEndCapture(m_device.stream(), &graph), cudaErrorStreamCaptureInvalidated);
        QVERIFY(graph == nullptr);
        QCOMPARE(cudaStreamBeginCapture(m_device.stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
        QCOMPARE(cudaStreamSynchronize(m_device.stream()), cudaErrorStreamCaptureUnsupported);
        QCOMPARE(cudaStreamEndCapture(m_device.stream(), &graph), cudaErrorStreamCaptureInvalidated);
        QCOMPARE(cudaMalloc(&memory, 64), cudaSuccess);
    }

    void streamsJoinACaptureAndMustComeBack()
    {
        cudaStream_t side = nullptr;
        cudaEvent_t fork = nullptr, join = nullptr;
        QCOMPARE(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking), cudaSuccess);
        QCOMPARE(cudaEventCreate(&fork), cudaSuccess);
        QCOMPARE(cudaEventCreate(&join), cudaSuccess);
        int *x = m_device.put(std::vector<int>{0});
        for (const bool joins : {true, false}) {
            cudaGraph_t graph = nullptr;
            QCOMPARE(cudaStreamBeginCapture(m_device.stream(), cudaStreamCaptureModeThreadLocal), cudaSuccess);
            QCOMPARE(launch(m_device.stream(), addValue, 1, 1, x, 1), cudaSuccess);
            QCOMPARE(cudaEventRecord(fork, m_device.stream()), cudaSuccess);
            QCOMPARE(cudaStreamWaitEvent(side, fork, 0), cudaSuccess);
            QCOMPARE(launch(side, addValue, 1, 1, x, 2), cudaSuccess);
            QCOMPARE(cudaEventRecord(join, side), cudaSuccess);
            if (joins)
                QCOMPARE(cudaStreamWaitEvent(m_device.stream(), join, 0), cudaSuccess);
            QCOMPARE(launch(m_device.stream(), addValue, 1, 1, x, 3), cudaSuccess);
            QCOMPARE(cudaStreamEndCapture(m_device.stream(), &graph), joins ? cudaSuccess : cudaErrorStreamCaptureUnjoined);
        }
    }

    void streamsAreOrderedByEventsAlone_data()
    {
        QTest::addColumn<QByteArray>("schedule");
        for (const char *schedule : {"eager", "lazy", "random:1", "random:2", "random:3", "random:4"})
            QTest::newRow(schedule) << QByteArray(schedule);
    }

    void streamsAreOrderedByEventsAlone()
    {
        QFETCH(QByteArray, schedule);
        qputenv("TRAINYARD_SIMULATED_SCHEDULE", schedule);
        cudaStream_t other = nullptr;
        cudaEvent_t first = nullptr, second = nullptr;
        QCOMPARE(cudaStreamCreateWithFlags(&other, cudaStreamNonBlocking), cudaSuccess);
        QCOMPARE(cudaEventCreate(&first), cudaSuccess);
        QCOMPARE(cudaEventCreate(&second), cudaSuccess);
        int *x = m_device.put(std::vector<int>{0});
        QCOMPARE(launch(other, addValue, 1, 1, x, 1), cudaSuccess);
        QCOMPARE(cudaEventRecord(first, other), cudaSuccess);
        QCOMPARE(cudaStreamWaitEvent(m_device.stream(), first, 0), cudaSuccess);
        QCOMPARE(launch(m_device.stream(), addValue, 1, 1, x, 2), cudaSuccess);
        QCOMPARE(cudaEventRecord(second, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaStreamWaitEvent(other, second, 0), cudaSuccess);
        QCOMPARE(launch(other, addValue, 1, 1, x, 3), cudaSuccess);
        while (cudaStreamQuery(other) == cudaErrorNotReady) {
        }
        QCOMPARE(m_device.get(x, 1)[0], 123);
        float milliseconds = -1;
        QCOMPARE(cudaEventElapsedTime(&milliseconds, first, second), cudaSuccess);
        QVERIFY(milliseconds >= 0);
    }

    // The lazy schedule reads a pinned buffer as late as a GPU may.
    void pinnedMemoryIsReadWhenTheCopyRuns()
    {
        qputenv("TRAINYARD_SIMULATED_SCHEDULE", "lazy");
        void *pinned = nullptr;
        QCOMPARE(cudaMallocHost(&pinned, sizeof(int)), cudaSuccess);
        int pageable = 5;
        int *x = m_device.put(std::vector<int>{0, 0});
        *static_cast<int *>(pinned) = 5;
        QCOMPARE(cudaMemcpyAsync(x, pinned, sizeof(int), cudaMemcpyHostToDevice, m_device.stream()), cudaSuccess);
        QCOMPARE(cudaMemcpyAsync(x + 1, &pageable, sizeof(int), cudaMemcpyHostToDevice, m_device.stream()), cudaSuccess);
        *static_cast<int *>(pinned) = 6;
        pageable = 6;
        QCOMPARE(m_device.get(x, 2), (std::vector<int>{6, 5}));
    }
};

QTEST_GUILESS_MAIN(TestSimulationStreams)
#include "tst_simulation_streams.moc"
