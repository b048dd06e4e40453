#include <QtTest>

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include "tests/engine/telemetry/fake_nvml/fake_driver.h"
#include "tests/ui/bridge/tiny_project.h"
#include "tests/ui/panels/device/device_fakes.h"
#include "tests/ui/panels/page_pictures.h"
#include "ui/panels/device/counter_tile.h"
#include "ui/panels/device/device_card.h"
#include "ui/panels/device/device_page.h"
#include "ui/panels/device/race_text.h"
#include "ui/panels/device/race_tracks.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

constexpr int kLong = 20'000;
const QString kGpu = QString::fromStdString(kGpuUuid);

// The page over a machine and a race of the test's own.
struct Bench {
    ShownMonitor monitor;
    ShownRace race;
    DevicePage page{monitor, race};

    explicit Bench(const Machine &machine)
    {
        monitor.setMachine(machine);
        monitor.wave(QStringLiteral("cpu"), "cpu/utilization", "%", 20, 96);
        monitor.wave(QStringLiteral("cpu"), "cpu/process", "%", 15, 90);
        monitor.wave(QStringLiteral("cpu"), "memory/available", "bytes", 11e9, 12.4e9);
        monitor.wave(QStringLiteral("cpu"), "memory/process", "bytes", 3.1e8, 3.4e8);
        page.resize(1232, 728);
        page.show();
        (void)QTest::qWaitForWindowExposed(&page);
        emit monitor.sampled();
    }
    void waveGpu()
    {
        monitor.wave(kGpu, "gpu/utilization", "%", 88, 99);
        monitor.wave(kGpu, "gpu/memory_used", "bytes", 21e9, 21.4e9);
        monitor.wave(kGpu, "gpu/power", "W", 380, 655);
        monitor.wave(kGpu, "gpu/sm_clock", "MHz", 1700, 1980);
        monitor.wave(kGpu, "gpu/temperature", "°C", 52, 64);
        monitor.wave(kGpu, "gpu/sm_active", "%", 60, 92);
        monitor.wave(kGpu, "gpu/tensor_active", "%", 22, 41);
        monitor.take(kGpu, {"gpu/performance_state", ""}, QDateTime::currentMSecsSinceEpoch(), 0);
        monitor.take(kGpu, {"gpu/clock_reasons", ""}, QDateTime::currentMSecsSinceEpoch(), 4);
        emit monitor.sampled();
    }
    template <typename Widget>
    Widget *find(const char *name) const
    {
        return page.findChild<Widget *>(QLatin1String(name));
    }
    CounterTile *tile(const char *series) const
    {
        for (CounterTile *tile : page.findChildren<CounterTile *>())
            if (tile->counter().series == QLatin1String(series))
                return tile;
        return nullptr;
    }
    bool says(const QString &part) const
    {
        for (const QLabel *label : page.findChildren<QLabel *>())
            if (label->isVisible() && label->text().contains(part))
                return true;
        return false;
    }
};

}  // namespace

class TestDevicePage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void withoutAGpuItSaysWhyAndWhatToInstall()
    {
        Bench bench(machineWithoutGpu());
        QVERIFY(bench.says(QStringLiteral("There is no NVIDIA driver and no NVIDIA GPU to be seen on this machine.")));
        QVERIFY(bench.says(QStringLiteral("install its driver, 525 or newer")));
        QVERIFY(bench.says(QStringLiteral("not usable")));
        QVERIFY(bench.says(QStringLiteral("There is no GPU to race against.")));
        keepPictures(bench.page, QStringLiteral("device-no-gpu"));
    }

    void noPartOfItIsEverAWindowOfItsOwn()
    {
        // A window that comes and goes takes the keyboard from the one that is there.
        ShownMonitor monitor;
        ShownRace race;
        QWidget window;
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        DevicePage page(monitor, race);
        monitor.setMachine(machineWithGpu());
        monitor.setMachine(machineWithOldGpu());
        QCOMPARE(QGuiApplication::allWindows().size(), 1);
        QVERIFY(window.isActiveWindow());
    }

    void withoutAGpuTheProcessorRacesAgainstItself()
    {
        Bench bench(machineWithoutGpu());
        QCOMPARE(bench.find<QComboBox>("firstContestant")->currentText(), QStringLiteral("CPU, 1 thread"));
        QCOMPARE(bench.find<QComboBox>("secondContestant")->currentText(), QStringLiteral("CPU, 2 threads"));
        QVERIFY(bench.find<QPushButton>("startRace")->isEnabled());
    }

    void withAGpuTheProcessorIsSetAgainstIt()
    {
        Bench bench(machineWithGpu());
        bench.waveGpu();
        QVERIFY(bench.says(QStringLiteral("CPU against GPU")));
        QCOMPARE(bench.find<QComboBox>("firstContestant")->currentText(), QStringLiteral("CPU, 2 threads"));
        QCOMPARE(bench.find<QComboBox>("secondContestant")->currentText(), QStringLiteral("NVIDIA H200, float32"));
        QCOMPARE(bench.find<QComboBox>("secondContestant")->findText(QStringLiteral("NVIDIA H200, bfloat16")) >= 0, true);
        for (const QString &fact : {QStringLiteral("580.65.06"), QStringLiteral("CUDA 13.0, cuDNN 9.19.0"), QStringLiteral("9.0"), QStringLiteral("151 GB, 149 GB free"),
                                    QStringLiteral("up to 1980 MHz"), QStringLiteral("up to 700 W")})
            QVERIFY2(bench.says(fact), qPrintable(fact));
        keepPictures(bench.page, QStringLiteral("device-gpu"));
    }

    void aGpuThatCannotBeUsedIsShownWithTheReasonAndItsCounters()
    {
        Bench bench(machineWithOldGpu());
        bench.waveGpu();
        QVERIFY(bench.says(QStringLiteral("NVIDIA GeForce GTX 1080")));
        QVERIFY(bench.says(QStringLiteral("Its compute capability is 6.1, and 7.5 is the least that can be used.")));
        QVERIFY(bench.says(QStringLiteral("There is no GPU to race against. NVIDIA GeForce GTX 1080: Its compute capability")));
        QVERIFY(bench.says(QStringLiteral("A GPU of the Turing generation (2018) or newer is needed.")));
        QVERIFY(bench.tile("gpu/power")->valueText().endsWith(QStringLiteral(" W")));
        QVERIFY(bench.find<QComboBox>("secondContestant")->findText(QStringLiteral("GTX"), Qt::MatchContains) < 0);
        keepPictures(bench.page, QStringLiteral("device-old-gpu"));
    }

    void everyCounterOfTheGpuHasAGaugeAndWhatIsUnknownIsADashWithItsReason()
    {
        Bench bench(machineWithGpu());
        bench.waveGpu();
        QVERIFY2(bench.tile("gpu/utilization")->valueText().endsWith(QStringLiteral(" %")), qPrintable(bench.tile("gpu/utilization")->valueText()));
        QVERIFY(bench.tile("gpu/power")->valueText().endsWith(QStringLiteral(" W")));
        QCOMPARE(bench.tile("gpu/performance_state")->valueText(), QStringLiteral("P0"));
        QCOMPARE(bench.tile("gpu/clock_reasons")->valueText(), QStringLiteral("the power limit"));
        QVERIFY(bench.tile("cpu/utilization")->valueText().endsWith(QStringLiteral(" %")));
        QCOMPARE(bench.tile("gpu/dram_active")->valueText(), QStringLiteral("-"));
        QVERIFY(bench.tile("gpu/dram_active")->toolTip().contains(QStringLiteral("Hopper and newer")));
        QCOMPARE(bench.tile("gpu/pcie_rx")->valueText(), QStringLiteral("-"));
    }

    void theGaugesOfARealLookAreFilledFromTheDriver()
    {
        const FakeDriver driver(FakeDriver::machine(FakeDriver::Json::array({FakeDriver::gpu(kGpuUuid, "NVIDIA H200")})));
        DeviceMonitor monitor;
        ShownRace race;
        DevicePage page(monitor, race);
        page.resize(1232, 728);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        monitor.look();
        const auto text = [&](const char *series) {
            for (const CounterTile *tile : page.findChildren<CounterTile *>())
                if (tile->counter().series == QLatin1String(series))
                    return tile->valueText();
            return QString();
        };
        QTRY_COMPARE_WITH_TIMEOUT(text("gpu/power"), QStringLiteral("512 W"), kLong);
        QCOMPARE(text("gpu/temperature"), QStringLiteral("42.0 °C"));
        QCOMPARE(text("gpu/performance_state"), QStringLiteral("P0"));
        QTRY_VERIFY_WITH_TIMEOUT(text("cpu/utilization").endsWith(QStringLiteral(" %")), kLong);
    }

    void aCounterThatHasFallenSilentIsUnknownAgain()
    {
        Bench bench(machineWithGpu());
        bench.monitor.take(kGpu, {"gpu/power", "W"}, QDateTime::currentMSecsSinceEpoch() - 60'000, 412);
        emit bench.monitor.sampled();
        QCOMPARE(bench.tile("gpu/power")->valueText(), QStringLiteral("-"));
    }

    void theChosenDevicesAndSecondsAreAskedFor()
    {
        Bench bench(machineWithGpu());
        QSignalSpy asked(&bench.page, &DevicePage::raceRequested);
        auto *second = bench.find<QComboBox>("secondContestant");
        second->setCurrentIndex(second->findText(QStringLiteral("NVIDIA H200, bfloat16")));
        auto *seconds = bench.find<QComboBox>("raceSeconds");
        seconds->setCurrentIndex(seconds->findData(30));
        QTest::mouseClick(bench.find<QPushButton>("startRace"), Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        const auto contestants = asked[0][0].value<std::vector<RaceContestant>>();
        QCOMPARE(contestants.size(), std::size_t{2});
        QVERIFY(contestants[0] == (RaceContestant{"cpu", 2}));
        QVERIFY(contestants[1] == (RaceContestant{"cuda:0", 0, Precision::BFloat16}));
        QCOMPARE(asked[0][1].toDouble(), 30.0);
        second->setCurrentIndex(bench.find<QComboBox>("firstContestant")->currentIndex());
        QVERIFY(!bench.find<QPushButton>("startRace")->isEnabled());  // nobody races against itself
        bench.page.refuseRace(QStringLiteral("There is no data set yet."));
        QVERIFY(bench.says(QStringLiteral("The race cannot start. There is no data set yet.")));
    }

    void theChoiceIsRememberedForTheNextStart()
    {
        Bench bench(machineWithGpu());
        auto *second = bench.find<QComboBox>("secondContestant");
        second->setCurrentIndex(second->findText(QStringLiteral("NVIDIA H200, float16")));
        const QByteArray layout = bench.page.saveLayout();
        ShownMonitor monitor;
        ShownRace race;
        DevicePage page(monitor, race);
        page.restoreLayout(layout);  // before the devices are known
        monitor.setMachine(machineWithGpu());
        QCOMPARE(page.findChild<QComboBox *>(QStringLiteral("secondContestant"))->currentText(), QStringLiteral("NVIDIA H200, float16"));
        page.restoreLayout(QByteArray("nonsense"));
        QCOMPARE(page.findChild<QComboBox *>(QStringLiteral("secondContestant"))->currentText(), QStringLiteral("NVIDIA H200, float16"));
    }

    void theRaceIsAPictureThatGrows()
    {
        Bench bench(machineWithGpu());
        bench.waveGpu();
        auto *tracks = bench.page.findChild<RaceTracks *>();
        RaceState alone = raceAgainstGpu(0);
        alone.lanes[0] = lane({"cpu", 2}, 37'500, 5, 10, RacePhase::Racing);
        bench.race.setState(alone, QStringLiteral("digits-cnn, batches of 64"));
        // Alone, a track is filled as far as the time has gone.
        QVERIFY(std::abs(tracks->shareOf(static_cast<double>(alone.lanes[0].samples)) - 0.5) < 0.02);
        QVERIFY(bench.find<QLabel>("raceRatio")->text().isEmpty());
        keepPictures(bench.page, QStringLiteral("device-race-first"));

        const RaceState both = raceAgainstGpu(4.3);
        bench.race.setState(both, QStringLiteral("digits-cnn, batches of 64"));
        // The faster one stretches the scale of both.
        QVERIFY(tracks->shareOf(static_cast<double>(both.lanes[0].samples)) < 0.03);
        QVERIFY(std::abs(tracks->shareOf(static_cast<double>(both.lanes[1].samples)) - 0.43) < 0.02);
        QVERIFY(bench.says(QStringLiteral("so far")));
        QVERIFY(tracks->accessibleDescription().contains(QStringLiteral("NVIDIA H200, bfloat16: ")));
        keepPictures(bench.page, QStringLiteral("device-race-second"));
    }

    void theResultIsARatioInLargeTypeWithEnergyWhereItIsKnown()
    {
        Bench bench(machineWithGpu());
        bench.waveGpu();
        bench.race.setState(raceAgainstGpu(10), QStringLiteral("digits-cnn, batches of 64"));
        QCOMPARE(bench.find<QLabel>("raceRatio")->text(), QStringLiteral("57.1×"));
        QVERIFY(bench.find<QLabel>("raceVerdict")->text().startsWith(QStringLiteral("NVIDIA H200, bfloat16 is faster.")));
        QVERIFY(bench.find<QLabel>("raceVerdict")->text().contains(QStringLiteral("less energy for each sample")));
        QVERIFY(bench.find<QLabel>("raceRatio")->font().pointSizeF() > 3 * bench.page.font().pointSizeF());
        QCOMPARE(bench.find<QPushButton>("startRace")->text(), QStringLiteral("Race again"));
        keepPictures(bench.page, QStringLiteral("device-race-done"));
    }

    void aDeviceThatFailedSaysWhyAndTheOtherKeepsItsNumber()
    {
        Bench bench(machineWithGpu());
        RaceState state = raceAgainstGpu(0);
        state.lanes[1].phase = RacePhase::Failed;
        state.lanes[1].error = Error{ErrorCode::OutOfMemory, "conv3 needs 12.4 GB for its output, 3.10 GB are free. The largest batch that fits is 48.", "conv3", {}};
        state.ended = true;
        bench.race.setState(state, QStringLiteral("resnet, batches of 512"));
        const QString said = bench.page.findChild<RaceTracks *>()->accessibleDescription();
        QVERIFY2(said.contains(QStringLiteral("CPU, 2 threads: 37,500 samples per second")), qPrintable(said));
        QVERIFY2(said.contains(QStringLiteral("could not train this")), qPrintable(said));
        QVERIFY(laneFacts(state.lanes[1]).startsWith(QStringLiteral("conv3 needs 12.4 GB")));
        QVERIFY(bench.says(QStringLiteral("No result: one of the two could not train this.")));
        keepPictures(bench.page, QStringLiteral("device-race-error"));
    }

    void aRealRaceIsRunFromThePageAndCancelled()
    {
        QTemporaryDir dir;
        const Project project = tinyProject(dir);
        Bench bench(machineWithoutGpu());
        QSignalSpy ended(&bench.race, &DeviceRace::ended);
        QObject::connect(&bench.page, &DevicePage::raceRequested, &bench.page, [&](const std::vector<RaceContestant> &contestants, double) {
            const double seconds = ended.count() == 0 ? 0.5 : 60;
            RaceRequest request;
            request.project = std::make_shared<const Project>(project);
            request.contestants = contestants;
            request.seconds = seconds;
            bench.race.start(std::move(request));
        });
        QTest::mouseClick(bench.find<QPushButton>("startRace"), Qt::LeftButton);
        QVERIFY(bench.race.isActive());
        QVERIFY(!bench.find<QPushButton>("startRace")->isVisible() && bench.find<QPushButton>("cancelRace")->isVisible());
        QVERIFY(ended.wait(kLong));
        QVERIFY(!bench.find<QLabel>("raceRatio")->text().isEmpty());
        QVERIFY(bench.says(QStringLiteral("Points, batches of 16")));

        // And by the keyboard.
        bench.page.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&bench.page));
        QTest::keyClick(bench.page.windowHandle(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(bench.race.isActive());
        QTRY_VERIFY(bench.race.state().lanes[0].samples > 0);
        QVERIFY(bench.find<QPushButton>("cancelRace")->hasFocus());
        QTest::keyClick(bench.page.windowHandle(), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(ended.wait(kLong));
        QVERIFY(bench.race.state().cancelled);
        QVERIFY(bench.says(QStringLiteral("Cancelled before there was a result.")));
    }

    void aLaneIsFollowedBetweenItsMarks()
    {
        const RaceLane whole = lane({"cpu", 1}, 1000, 4, 10, RacePhase::Finished);
        QCOMPARE(samplesAt(whole, 0, 1), 0.0);
        QCOMPARE(samplesAt(whole, 2, 1), static_cast<double>(whole.marks[1]));
        QCOMPARE(samplesAt(whole, 2.5, 1), 0.5 * static_cast<double>(whole.marks[1] + whole.marks[2]));
        QCOMPARE(samplesAt(whole, 99, 1), static_cast<double>(whole.samples));
    }
};

QTEST_MAIN(TestDevicePage)
#include "tst_device_page.moc"
