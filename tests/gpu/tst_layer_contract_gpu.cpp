// Whole small networks on the GPU against the CPU: every layer with every setting at its corners, and networks drawn at
// random, in every precision; and the GPU's own word that the same step gives the same bits.
#include <QtTest>

#include <set>

#include "tests/gpu/net_on_devices.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr int kGraphs = 24;
constexpr std::int64_t kBatch = 4;
// A small rate: a net of many products would run off to infinity, and infinities compare badly.
constexpr float kRate = 1e-4f;
constexpr double kNoise = 1e-6;  // about what rounding to float32 adds up to over a network

// What a whole network may be off by. Batch norms over three rows of noise multiply what the rounding of 16 bit does.
struct NetTolerance {
    double loss, gradient;
};

NetTolerance toleranceOf(Precision precision)
{
    switch (precision) {
    case Precision::BFloat16: return {3e-2, 2e-1};
    case Precision::Float16: return {4e-3, 4e-2};
    default: return {1e-5, 2e-4};
    }
}

LayerNet randomNet(unsigned seed)
{
    Net net = netOf(seed);
    return {std::move(net.graph), 0, std::move(net.data)};
}

Program programOf(const LayerNet &net, const BuildOptions &options)
{
    return builtOrThrown(net.graph, net.data, options);
}

}  // namespace

class TestLayerContractGpu : public QObject {
    Q_OBJECT

    std::vector<Variant> m_variants = allVariants();

    static void sameOnBothDevices(const LayerNet &net, Mode mode, Precision precision)
    {
        const StepScalars scalars{5, 2, mode == Mode::Train ? kRate : 0, 3};
        const Program onCpu = programOf(net, optionsFor(mode, kBatch));
        const NetResults wanted = stepped(onCpu, **openBackend("cpu"), withThreads(1), 1, scalars);
        const NetResults got = stepped(programOf(net, gpuOptions(mode, kBatch, precision)), *gpuDevice().backend, {}, 1, scalars);
        const NetTolerance allowed = toleranceOf(precision);
        // Networks drawn at random may be ill-conditioned: no device is held to more than the network itself allows.
        const auto atMost = [&](const std::string &name, double tolerance, double off) {
            if (off <= tolerance || precision != Precision::Float32 || !std::isfinite(off))
                return tolerance;
            return std::max(tolerance, uncertainty(onCpu, scalars, kNoise, testSeed()).at(name));
        };
        if (mode == Mode::Train) {
            const ErrorNorms gradient = errorNorms(wholeGradient(got), wholeGradient(wanted), 1e-3);
            const double most = atMost("gradient", allowed.gradient, gradient.l2);
            QVERIFY2(gradient.l2 <= most, qPrintable(QString("the gradient is off by %1, allowed %2").arg(gradient.l2).arg(most)));
        }
        for (const auto &[name, tensor] : wanted) {
            QVERIFY2(got.contains(name), name.c_str());
            if (name.starts_with("gradient of ") || name == "metric accuracy")
                continue;  // the gradient was compared as a whole; a near tie may tip over
            const ErrorNorms norms = errorNorms(got.at(name), tensor, 1e-3);
            const double most = atMost(name, name == "loss" || name.starts_with("metric ") ? 10 * allowed.loss : allowed.gradient, norms.l2);
            QVERIFY2(norms.l2 <= most, qPrintable(QString("%1 is off by %2, allowed %3: %4 for %5")
                                                      .arg(name.c_str()).arg(norms.l2).arg(most).arg(got.at(name)[0]).arg(tensor[0])));
        }
    }

    static void seeds()
    {
        QTest::addColumn<unsigned>("seed");
        for (int i = 0; i < kGraphs; ++i)
            QTest::addRow("graph %d", i) << testSeed() + static_cast<unsigned>(i);
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void everyLayerDoesTheSameOnBothDevices_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_variants.size(); ++i)
            QTest::newRow((m_variants[i].spec->type + " " + m_variants[i].name).c_str()) << static_cast<int>(i);
    }

    void everyLayerDoesTheSameOnBothDevices()
    {
        QFETCH(int, index);
        const Variant &variant = m_variants[static_cast<std::size_t>(index)];
        const LayerNet net = mended(netAround(variant));
        if (!analyze(net.graph).runnable())
            return;  // refused before a device sees it
        if (programOf(net, optionsFor(Mode::Train, kBatch)).flops() > 2e6)
            return;  // too slow on the simulated device; its shapes are in the op cases
        const bool defaults = variant.name == "defaults";
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
            if (precision == Precision::Float32 || defaults)
                for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
                    if (mode != Mode::Train && !defaults)
                        continue;
                    sameOnBothDevices(net, mode, precision);
                    if (QTest::currentTestFailed())
                        return;
                }
    }

    void networksDrawnAtRandomDoTheSameOnBothDevices_data() { seeds(); }
    void networksDrawnAtRandomDoTheSameOnBothDevices()
    {
        QFETCH(unsigned, seed);
        for (const Mode mode : {Mode::Train, Mode::Evaluate, Mode::Predict}) {
            sameOnBothDevices(randomNet(seed), mode, Precision::Float32);
            if (QTest::currentTestFailed())
                return;
        }
    }

    void noStepSeesWhatTheOneBeforeLeftInMemory_data() { seeds(); }
    void noStepSeesWhatTheOneBeforeLeftInMemory()
    {
        QFETCH(unsigned, seed);
        for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
            const Program program = programOf(randomNet(seed), gpuOptions(Mode::Train, kBatch, precision));
            const NetResults clean = stepped(program, *gpuDevice().backend, {}, 3, {9, 0, kRate, 3}, false);
            const NetResults poisoned = stepped(program, *gpuDevice().backend, {}, 3, {9, 0, kRate, 3}, true);
            QCOMPARE(firstDifferentBits(clean, poisoned), std::string());
        }
    }

    void theOrderOfThreadsDoesNotMatter_data() { seeds(); }
    void theOrderOfThreadsDoesNotMatter()
    {
        TRAINYARD_NEEDS_SIMULATION();
        QFETCH(unsigned, seed);
        for (const Precision precision : {Precision::Float32, Precision::BFloat16}) {
            const Program program = programOf(randomNet(seed), gpuOptions(Mode::Train, kBatch, precision));
            const NetResults inOrder = stepped(program, *gpuDevice().backend, {}, 2, {9, 0, kRate, 3});
            const Setting threads("TRAINYARD_SIMULATED_THREADS", QByteArray::number(seed + 1));
            const Setting schedule("TRAINYARD_SIMULATED_SCHEDULE", "random:" + QByteArray::number(seed));
            const NetResults shuffled = stepped(program, *gpuDevice().backend, {}, 2, {9, 0, kRate, 3});
            QCOMPARE(firstDifferentBits(inOrder, shuffled), std::string());
        }
    }

    // float16: gradients that leave its range must not reach the weights.
    void aStepWithGradientsThatOverflowIsSkipped()
    {
        const Program program = programOf(randomNet(0), gpuOptions(Mode::Train, kBatch, Precision::Float16));
        const NetResults before = stepped(program, *gpuDevice().backend, {}, 0, {9, 0, 0.1f, 3}, true, 1e30);
        const NetResults after = stepped(program, *gpuDevice().backend, {}, 1, {9, 0, 0.1f, 3}, true, 1e30);
        QCOMPARE(after.at("loss_scale")[0], static_cast<double>(0.5f * 1e30f));
        QCOMPARE(after.at("loss_scale")[3], 1.0);
        for (std::size_t i = 0; i < program.list.values.size(); ++i)
            if (const Value &value = program.list.values[i]; value.role == Role::Parameter)
                QVERIFY2(before.at(value.name).data == after.at(value.name).data, value.name.c_str());
        const NetResults quiet = stepped(program, *gpuDevice().backend, {}, 1, {9, 0, 0.1f, 3});
        QCOMPARE(quiet.at("loss_scale").data, (std::vector<double>{kQuietLossScale, 1, 0, 0}));
        QVERIFY(!firstDifferentBits(before, quiet).empty());
    }

    // A step is a function of its inputs: profiled op by op, started singly and replayed, it gives the same bits.
    void aProfiledStepGivesTheSameBits()
    {
        const Program program = programOf(randomNet(testSeed()), gpuOptions(Mode::Train, kBatch));
        NetResults results[2];
        for (const bool profiled : {false, true}) {
            DeviceRun run(program, *gpuDevice().backend, {});
            writeStart(run, kQuietLossScale);
            run.executable().setProfiling(profiled);
            for (std::uint64_t step = 0; step < 3; ++step)
                run.run({9, step, kRate, 3});
            results[profiled] = resultsAfter(run, 3);
            QCOMPARE(run.executable().opSeconds(0).size(), profiled ? program.list.ops.size() : std::size_t{0});
        }
        QCOMPARE(firstDifferentBits(results[0], results[1]), std::string());
    }
};

QTEST_GUILESS_MAIN(TestLayerContractGpu)
#include "tst_layer_contract_gpu.moc"
