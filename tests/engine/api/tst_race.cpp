#include <QTemporaryDir>
#include <QtTest>

#include <condition_variable>
#include <fstream>

#include "engine/api/energy_meter.h"
#include "engine/api/race.h"
#include "engine/base/file.h"
#include "tests/engine/api/sample_project.h"
#include "tests/engine/telemetry/fake_nvml/fake_driver.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

std::filesystem::path pathOf(const QTemporaryDir &dir)
{
    return dir.path().toStdString();
}

RaceRequest requestOf(const Project &project, std::vector<RaceContestant> contestants, double seconds = 0.5)
{
    RaceRequest request;
    request.project = std::make_shared<const Project>(project);
    request.contestants = std::move(contestants);
    request.seconds = seconds;
    request.joulesNow = [](const DeviceInfo &) { return std::optional<double>(); };
    return request;
}

RaceState raced(RaceRequest request, std::function<void(const RaceState &)> onChange = {})
{
    Race race(std::move(request), std::move(onChange));
    race.wait();
    return race.state();
}

const std::vector<RaceContestant> kTwoProcessors{{"cpu", 1}, {"cpu", 2}};

void write(const std::filesystem::path &file, const std::string &text)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

}  // namespace

// Two devices train the same project; what is told is what was done.
class TestRace : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { m_project = copyOfSample("digits-mlp", pathOf(m_dir)); }

    void bothTrainForTheTimeGivenAndAreMeasuredBySecond()
    {
        const RaceState state = raced(requestOf(m_project, kTwoProcessors, 1.0));
        QVERIFY(state.ended && !state.cancelled && !state.error);
        QCOMPARE(state.lanes.size(), std::size_t{2});
        for (const RaceLane &lane : state.lanes) {
            QCOMPARE(lane.phase, RacePhase::Finished);
            QVERIFY2(lane.seconds >= 1.0 && lane.seconds < 3.0, qPrintable(QString::number(lane.seconds)));
            QVERIFY(lane.steps > 0);
            QCOMPARE(lane.samples, lane.steps * m_project.training.batchSize);
            QVERIFY2(lane.rates.size() >= 3 && lane.rates.size() <= 5, qPrintable(QString::number(lane.rates.size())));
            QCOMPARE(lane.marks.size(), lane.rates.size());
            QVERIFY(lane.marks.back() <= lane.samples);
            QVERIFY(*std::min_element(lane.rates.begin(), lane.rates.end()) <= *lane.medianRate);
            QVERIFY(*std::max_element(lane.rates.begin(), lane.rates.end()) >= *lane.medianRate);
            QVERIFY(lane.prepareSeconds && lane.warmUpSeconds);
            QVERIFY(lane.arenaBytes > 0);
            QVERIFY(!lane.joules);  // no meter: unknown, not 0
            QVERIFY(!lane.joulesPerThousand());
        }
        QCOMPARE(state.lanes[0].contestant.threads, 1);
        QCOMPARE(state.lanes[1].contestant.threads, 2);
    }

    void theLossFallsAsInARun()
    {
        const RaceState state = raced(requestOf(m_project, {{"cpu", 1}}, 1.0));
        QVERIFY(state.lanes[0].loss);
        QVERIFY2(*state.lanes[0].loss < 1.0, qPrintable(QString::number(*state.lanes[0].loss)));  // ln 10 = 2.3 at the start
    }

    void nothingIsWrittenIntoTheProject()
    {
        const auto before = std::filesystem::last_write_time(m_project.folder);
        raced(requestOf(m_project, kTwoProcessors, 0.2));
        QVERIFY(!std::filesystem::exists(m_project.database()));
        QVERIFY(!std::filesystem::exists(m_project.checkpoints()));
        QVERIFY(std::filesystem::last_write_time(m_project.folder) == before);
    }

    void oneDeviceThatFailsDoesNotCostTheOthersResult()
    {
        const RaceState state = raced(requestOf(m_project, {{"cuda:77"}, {"cpu", 1}}));
        QCOMPARE(state.lanes[0].phase, RacePhase::Failed);
        QVERIFY(state.lanes[0].error && !state.lanes[0].error->message.empty());
        QVERIFY(!state.lanes[0].medianRate && !state.lanes[0].meanRate());
        QCOMPARE(state.lanes[1].phase, RacePhase::Finished);
        QVERIFY(*state.lanes[1].medianRate > 0);
        QVERIFY(!raceResult(state));  // one alone has beaten nobody
    }

    void dataThatCannotBeReadEndTheRaceWithItsReason()
    {
        Project broken = m_project;
        broken.data.file = "nowhere.csv";
        const RaceState state = raced(requestOf(broken, kTwoProcessors));
        QVERIFY(state.ended && state.error);
        QCOMPARE(state.error->code, ErrorCode::NotFound);
        for (const RaceLane &lane : state.lanes)
            QCOMPARE(lane.phase, RacePhase::Waiting);
    }

    void aRaceIsCancelledAtOnce()
    {
        std::mutex mutex;
        std::condition_variable racing;
        bool going = false;
        Race race(requestOf(m_project, kTwoProcessors, 600), [&](const RaceState &state) {
            if (state.lanes[0].samples > 0) {
                const std::scoped_lock lock(mutex);
                going = true;
                racing.notify_all();
            }
        });
        {
            std::unique_lock lock(mutex);
            QVERIFY(racing.wait_for(lock, std::chrono::seconds(60), [&] { return going; }));
        }
        const auto asked = std::chrono::steady_clock::now();
        race.cancel();
        race.wait();
        QVERIFY(std::chrono::steady_clock::now() - asked < std::chrono::seconds(2));
        const RaceState state = race.state();
        QVERIFY(state.ended && state.cancelled);
        QCOMPARE(state.lanes[0].phase, RacePhase::Cancelled);
        QVERIFY(state.lanes[0].meanRate());  // what was seen until then stays
        QVERIFY(!state.lanes[0].medianRate);
        QCOMPARE(state.lanes[1].phase, RacePhase::Cancelled);
    }

    void progressComesInOrderAndOftenEnoughToDraw()
    {
        std::vector<RaceState> states;
        raced(requestOf(m_project, kTwoProcessors, 1.0), [&](const RaceState &state) { states.push_back(state); });
        QVERIFY2(states.size() >= 20 && states.size() < 200, qPrintable(QString::number(states.size())));
        QVERIFY(states.back().ended);
        for (std::size_t i = 1; i < states.size(); ++i) {
            QVERIFY(!states[i - 1].ended);
            for (std::size_t lane = 0; lane < 2; ++lane) {
                QVERIFY(states[i].lanes[lane].samples >= states[i - 1].lanes[lane].samples);
                QVERIFY(states[i].lanes[lane].phase >= states[i - 1].lanes[lane].phase);
            }
            QVERIFY(states[i].lanes[1].samples == 0 || states[i].lanes[0].ended());  // one after the other
        }
    }

    void energyIsTheDifferenceOfTheMeterOverTheRaceAlone()
    {
        double meter = 1000;
        RaceRequest request = requestOf(m_project, {{"cpu", 1}});
        request.joulesNow = [&](const DeviceInfo &) { return std::optional(meter += 25); };
        const RaceState state = raced(request);
        QCOMPARE(state.lanes[0].joules.value(), 25.0);
        QCOMPARE(state.lanes[0].joulesPerThousand().value(), 25'000.0 / static_cast<double>(state.lanes[0].samples));
    }

    void theResultSetsTheFastestAgainstTheSlowest()
    {
        RaceState state;
        for (const double rate : {300.0, 1200.0, 100.0, 9000.0}) {
            RaceLane lane;
            lane.phase = RacePhase::Finished;
            lane.medianRate = rate;
            state.lanes.push_back(lane);
        }
        state.lanes[3].phase = RacePhase::Failed;
        const auto result = raceResult(state);
        QVERIFY(result);
        QCOMPARE(result->fastest, std::size_t{1});
        QCOMPARE(result->slowest, std::size_t{2});
        QCOMPARE(result->ratio, 12.0);
        state.lanes.resize(1);
        QVERIFY(!raceResult(state));
    }

    void contestantsAreWrittenAsPeopleWriteThem()
    {
        QCOMPARE(contestantFromText("cpu").value(), (RaceContestant{"cpu", 0, Precision::Float32}));
        QCOMPARE(contestantFromText("cpu/2").value(), (RaceContestant{"cpu", 2, Precision::Float32}));
        QCOMPARE(contestantFromText("cuda:0/bfloat16").value(), (RaceContestant{"cuda:0", 0, Precision::BFloat16}));
        for (const char *wrong : {"", "/", "cpu/0", "cpu/-1", "cpu/many", "cuda:0/2", "cpu//2", "cpu/99999"})
            QVERIFY2(!contestantFromText(wrong), wrong);
        QCOMPARE(contestantText({"cpu", 1, Precision::Float32}), std::string("CPU, 1 thread"));
        QCOMPARE(contestantText({"cuda:0", 0, Precision::BFloat16}), std::string("cuda:0, bfloat16"));
    }

    void theProcessorsMeterIsReadFromTheKernelsCounters()
    {
        QTemporaryDir dir;
        const auto at = pathOf(dir);
        DeviceInfo cpu;
        cpu.id = "cpu";
        QVERIFY(!EnergyMeter(at).joules(cpu));
        QVERIFY(!EnergyMeter(at / "missing").joules(cpu));

        for (const char *package : {"intel-rapl:0", "intel-rapl:1"}) {
            write(at / package / "name", std::string("package-") + package[11] + "\n");
            write(at / package / "energy_uj", "3000000\n");
            write(at / package / "max_energy_range_uj", "10000000\n");
        }
        write(at / "intel-rapl:0:0" / "name", "core\n");  // a part of the first package
        write(at / "intel-rapl:0:0" / "energy_uj", "1000000\n");
        write(at / "intel-rapl:2" / "name", "psys\n");
        write(at / "intel-rapl:2" / "energy_uj", "99000000\n");
        EnergyMeter meter(at);
        QCOMPARE(meter.joules(cpu).value(), 6.0);
        write(at / "intel-rapl:1" / "energy_uj", "1000000\n");  // it began anew
        QCOMPARE(meter.joules(cpu).value(), 14.0);
        std::filesystem::remove(at / "intel-rapl:0" / "energy_uj");
        QVERIFY(!meter.joules(cpu));  // half of it is not it
        DeviceInfo other;
        other.id = "tpu:0";
        QVERIFY(!meter.joules(other));
    }

    void theMeterOfAGpuIsItsDriversOwn()
    {
        DeviceInfo gpu;
        gpu.id = "cuda:0";
        gpu.uuid = "GPU-1234";
        {
            FakeDriver driver(FakeDriver::machine(FakeDriver::Json::array({FakeDriver::gpu("GPU-1234")})));
            EnergyMeter meter;
            QCOMPARE(meter.joules(gpu).value(), 1000.0);
            FakeDriver::Json later = FakeDriver::gpu("GPU-1234");
            later["energy"] = 1'250'000;  // in millijoules
            driver.set(FakeDriver::machine(FakeDriver::Json::array({later})));
            QCOMPARE(meter.joules(gpu).value(), 1250.0);
            gpu.uuid = "GPU-of-somebody-else";
            QVERIFY(!meter.joules(gpu));
        }
        gpu.uuid.clear();
        QVERIFY(!EnergyMeter().joules(gpu));
    }

private:
    QTemporaryDir m_dir;
    Project m_project;
};

QTEST_GUILESS_MAIN(TestRace)
#include "tst_race.moc"
