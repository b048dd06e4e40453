// The window never stalls: a 5 ms timer on the UI thread, while a real run trains and the Train page draws it, is never
// late by more than the issue allows. The machine that runs the tests may itself be busy, so from each gap the time is
// taken off in which the kernel had the UI thread wait for a processor; waiting for a lock, a disk or the engine, and
// working too long, remain.
#include <QtTest>

#include <algorithm>
#include <fstream>

#include <sys/syscall.h>
#include <unistd.h>

#include <QPushButton>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/run_library.h"
#include "ui/bridge/start_matcher.h"
#include "ui/panels/train/chart_board.h"
#include "ui/panels/train/event_log.h"
#include "ui/panels/train/train_page.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

constexpr double kLongestGapMs = 50;

// Milliseconds this thread has waited for a processor since it began; 0 where the kernel does not say.
double waitedForProcessorMs()
{
    static const std::string path = "/proc/self/task/" + std::to_string(syscall(SYS_gettid)) + "/schedstat";
    std::ifstream file(path);
    double ranNs = 0, waitedNs = 0;
    file >> ranNs >> waitedNs;
    return file ? waitedNs / 1e6 : 0;
}

class Heartbeat : public QObject
{
    Q_OBJECT
public:
    Heartbeat()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        connect(&m_timer, &QTimer::timeout, this, &Heartbeat::beat);
    }
    void start()
    {
        m_sinceBeat.start();
        m_waited = waitedForProcessorMs();
        m_timer.start(5);
    }
    int beats() const { return static_cast<int>(m_gaps.size()); }
    double longest() const { return *std::max_element(m_gaps.begin(), m_gaps.end()); }
    double longestOnTheClock() const { return *std::max_element(m_clockGaps.begin(), m_clockGaps.end()); }

private:
    void beat()
    {
        const double gap = static_cast<double>(m_sinceBeat.nsecsElapsed()) / 1e6, waited = waitedForProcessorMs();
        m_clockGaps.push_back(gap);
        m_gaps.push_back(gap - (waited - m_waited));
        m_waited = waited;
        m_sinceBeat.start();
    }

    QTimer m_timer;
    QElapsedTimer m_sinceBeat;
    double m_waited = 0;
    std::vector<double> m_gaps, m_clockGaps;
};

}  // namespace

class TestHeartbeat : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void theUiThreadNeverStallsDuringARun()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        DataLoader loader(document);
        Forecaster forecaster(document, loader);
        RunLibrary library;
        LiveRun run;
        StartMatcher matcher(document, loader, library);
        TrainPage page(document, loader, forecaster, library, matcher, run);
        document.reset(tinyProject(dir));
        library.open(document.project().database());
        page.resize(1280, 800);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        page.findChild<EventLog *>()->setOpen(true);
        QTRY_VERIFY(forecaster.forecast().has_value());
        QTest::qWait(200);

        Heartbeat heartbeat;
        heartbeat.start();
        run.start(document.snapshot(), library.store());
        QTest::qWait(4000);
        run.pause();
        QTRY_COMPARE(run.progress().state, TrainState::Paused);
        run.resume();
        page.findChild<ChartBoard *>()->setLogScale(true);
        run.saveCheckpoint();
        QTest::qWait(1000);
        page.resize(1100, 700);
        QTest::qWait(1000);
        run.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!run.isActive(), 20'000);
        QTest::qWait(200);

        qInfo("%d beats, %zu points and %zu events: longest gap %.1f ms, on the clock %.1f ms", heartbeat.beats(),
              run.curves().at(QStringLiteral("train/loss")).size(), run.events().size(), heartbeat.longest(), heartbeat.longestOnTheClock());
        QVERIFY(heartbeat.beats() > 200);
        QVERIFY(run.curves().at(QStringLiteral("train/loss")).size() > 200);
        QVERIFY2(heartbeat.longest() < kLongestGapMs, qPrintable(QString::number(heartbeat.longest())));
    }
};

QTEST_MAIN(TestHeartbeat)
#include "tst_heartbeat.moc"
