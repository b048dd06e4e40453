// Random networks trained by every optimizer on the CPU and on the GPU from the same start; resumes to the bit.
#include <QtTest>

#include "engine/train/model.h"
#include "tests/engine/train/small_job.h"
#include "tests/gpu/net_on_devices.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::tests;

namespace {

constexpr int kSteps = 20, kNets = 3;
constexpr float kRate = 1e-4f;  // small: what is compared is the devices, not how networks run away from each other

Program programOf(const Net &net, const std::string &optimizer, Precision precision)
{
    BuildOptions options = gpuOptions(Mode::Train, 3, precision);
    options.optimizer = {};
    options.optimizer.type = optimizer;
    options.optimizer.weightDecay = 0.01;
    options.optimizer.decayMatricesOnly = true;
    return builtOrThrown(net.graph, net.data, options);
}

// How far the weights of one are from those of the other, against how far both have come.
double distance(const NetResults &a, const NetResults &b, const NetResults &start)
{
    double apart = 0, come = 0;
    for (const auto &[name, tensor] : start)
        for (std::size_t i = 0; i < tensor.size(); ++i) {
            apart += std::pow(a.at(name)[i] - b.at(name)[i], 2);
            come += std::pow(a.at(name)[i] - tensor[i], 2);
        }
    return std::sqrt(apart / come);
}

NetResults startingWeights(const Program &program)
{
    NetResults weights;
    const Values64 start = startOf(program);
    for (std::size_t i = 0; i < start.size(); ++i)
        if (program.list.values[i].role == Role::Parameter)
            weights.emplace(program.list.values[i].name, start[i]);
    return weights;
}

}  // namespace

class TestOptimizersGpu : public QObject {
    Q_OBJECT

    static void everyOptimizer()
    {
        QTest::addColumn<QString>("optimizer");
        for (const OptimizerSpec &spec : optimizerCatalog())
            QTest::newRow(spec.type.c_str()) << QString::fromStdString(spec.type);
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void bothDevicesGoTheSameWay_data() { everyOptimizer(); }
    void bothDevicesGoTheSameWay()
    {
        QFETCH(QString, optimizer);
        for (unsigned k = 0; k < kNets; ++k) {
            const Program program = programOf(netOf(testSeed() + k), optimizer.toStdString(), Precision::Float32);
            const StepScalars first{9, 0, kRate, 3};
            const NetResults cpu = stepped(program, **openBackend("cpu"), withThreads(1), kSteps, first);
            const NetResults gpu = stepped(program, *gpuDevice().backend, {}, kSteps, first);
            const double off = distance(cpu, gpu, startingWeights(program));
            qInfo("%s, network %u: off by %.2e of the way", qPrintable(optimizer), testSeed() + k, off);
            // Adaptive rules make whole steps of gradients that are nothing but rounding.
            QVERIFY2(off < (optimizer == "sgd" ? 0.02 : 0.1), qPrintable(QString::number(off)));
        }
    }

    // With dropout and batch norm.
    void stoppedAndResumedIsTheSameAsNeverStopped_data() { everyOptimizer(); }
    void stoppedAndResumedIsTheSameAsNeverStopped()
    {
        QFETCH(QString, optimizer);
        for (const Precision precision : {Precision::Float32, Precision::Float16}) {
            TrainingConfig config = smallConfig();
            config.device = "cuda:0";
            config.precision = precision;
            config.optimizer.type = optimizer.toStdString();
            config.optimizer.weightDecay = 0.01;
            const Dataset data = pointsInAPlane();
            const auto graph = smallGraph();
            const auto made = [&] { return Model::create(*graph, data, config, deviceSettingsOf(config)); };
            const auto train = [&](Model &model, std::uint64_t from, std::uint64_t to) {
                for (std::uint64_t step = from; step < to; ++step) {
                    const std::span rows(data.train.data() + step * 16, 16);
                    QVERIFY(model.trainStep(rows, {1, step, 0.01f, 16}));
                }
            };
            auto whole = made(), before = made(), after = made();
            QVERIFY2(whole && before && after, whole ? "" : whole.error().message.c_str());
            train(*whole, 0, 8);
            train(*before, 0, 5);
            QVERIFY(after->restore(before->tensors().value()));
            train(*after, 5, 8);
            QCOMPARE(firstDifference({.tensors = whole->tensors().value()}, {.tensors = after->tensors().value()}), std::string());
        }
    }
};

QTEST_GUILESS_MAIN(TestOptimizersGpu)
#include "tst_optimizers_gpu.moc"
