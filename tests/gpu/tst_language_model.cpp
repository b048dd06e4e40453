// A small GPT learns a text by heart, on the CPU and on the GPU, and takes the same way there.
#include <QtTest>

#include "tests/engine/backends/language_model.h"
#include "tests/gpu/gpu_device.h"
#include "tests/gpu/net_on_devices.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr float kRate = 3e-3f;
constexpr int kSteps = 250;

std::vector<double> onTheCpu(const LanguageModel &model, int steps)
{
    return trainedOn(**openBackend("cpu"), model, optionsFor(Mode::Train, 4), steps, kRate);
}

}  // namespace

class TestLanguageModel : public QObject {
    Q_OBJECT

    static void models()
    {
        QTest::addColumn<bool>("positions");
        QTest::addColumn<QString>("norm");
        QTest::newRow("learned positions and layer norm") << true << "layer_norm";
        QTest::newRow("rotary positions and RMS norm") << false << "rms_norm";
    }
    static LanguageModel model()
    {
        QFETCH(bool, positions);
        QFETCH(QString, norm);
        return smallGpt(positions, norm.toStdString());
    }

private slots:
    void aSmallGptLearnsATextByHeart_data() { models(); }
    void aSmallGptLearnsATextByHeart()
    {
        const std::vector<double> losses = onTheCpu(model(), kSteps);
        // It begins near log(13), knowing nothing; in the end only the first tokens of a text leave a doubt.
        QVERIFY2(losses.front() > 2.2 && losses.front() < 4, qPrintable(QString::number(losses.front())));
        QVERIFY2(losses.back() < 0.1, qPrintable(QString::number(losses.back())));
    }

    void theSameSeedGivesTheSameBits_data() { models(); }
    void theSameSeedGivesTheSameBits() { QCOMPARE(onTheCpu(model(), 5), onTheCpu(model(), 5)); }

    void theGradientsAreThoseOfTheReference_data() { models(); }
    void theGradientsAreThoseOfTheReference()
    {
        LanguageModel small = model();
        const Program program = builtOrThrown(small.graph, small.data, optionsFor(Mode::Train, 3));
        const std::string fault = gradientFault(program, {5, 2, 0, 2}, 2e-3, 2);
        QVERIFY2(fault.empty(), fault.c_str());
    }

    void theGpuTakesTheSameWay_data() { models(); }
    void theGpuTakesTheSameWay()
    {
        TRAINYARD_NEEDS_GPU();
        constexpr int kCompared = 40;
        const LanguageModel small = model();
        const std::vector<double> wanted = onTheCpu(small, kCompared);
        const std::vector<double> got = trainedOn(*gpuDevice().backend, small, gpuOptions(Mode::Train, 4), kCompared, kRate);
        // What rounding differs by grows along the way: Adam divides small gradients by their own size.
        for (int step = 0; step < kCompared; ++step)
            QVERIFY2(std::abs(got[step] - wanted[step]) < (step < 5 ? 1e-5 : 2e-3) * std::max(wanted[step], 1.0),
                     qPrintable(QString("step %1: %2, expected %3").arg(step).arg(got[step]).arg(wanted[step])));
        const std::vector<double> low = trainedOn(*gpuDevice().backend, small, gpuOptions(Mode::Train, 4, Precision::BFloat16), kCompared, kRate);
        QVERIFY2(std::abs(low.back() - wanted.back()) < 0.1, qPrintable(QString("%1, expected %2").arg(low.back()).arg(wanted.back())));
    }
};

QTEST_GUILESS_MAIN(TestLanguageModel)
#include "tst_language_model.moc"
