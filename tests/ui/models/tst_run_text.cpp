#include <QtTest>

#include "ui/models/run_text.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

RunRecord runOf(RunState state, qint64 startedMs, qint64 endedMs)
{
    RunRecord run;
    run.state = state;
    run.startedMs = startedMs;
    run.endedMs = endedMs;
    return run;
}

}  // namespace

class TestRunText : public QObject
{
    Q_OBJECT
private slots:
    void aFinishedRunLastsFromStartToEnd()
    {
        QCOMPARE(runDurationText(runOf(RunState::Finished, 1000, 73'000), 999'999), QStringLiteral("1:12"));
    }

    void aRunThatGoesOnLastsUntilNowInWholeSeconds()
    {
        QCOMPARE(runDurationText(runOf(RunState::Running, 1000, 0), 8'400), QStringLiteral("0:07"));
    }

    void aLongRunThatGoesOnShowsHours()
    {
        QCOMPARE(runDurationText(runOf(RunState::Running, 1000, 0), 1000 + 3'723'000), QStringLiteral("1:02:03"));
    }

    void aRunThatNeverStartedHasNoDuration()
    {
        QVERIFY(!runSeconds(runOf(RunState::Queued, 0, 0), 5000).has_value());
        QCOMPARE(runDurationText(runOf(RunState::Queued, 0, 0), 5000), QString());
    }

    void anInterruptedRunWithoutAnEndCountsToItsLastHeartbeat()
    {
        RunRecord run = runOf(RunState::Interrupted, 1000, 0);
        run.heartbeatMs = 31'000;
        QCOMPARE(runSeconds(run, 10'000'000).value(), 30.0);
    }

    void aClockThatWentBackGivesNoNegativeDuration()
    {
        QCOMPARE(runSeconds(runOf(RunState::Finished, 5000, 1000), 0).value(), 0.0);
    }

    void accuracyIsAPercentage()
    {
        RunRecord run;
        run.bestMetricName = "accuracy";
        run.bestMetric = 0.984;
        QCOMPARE(bestMetricText(run), QStringLiteral("accuracy 98.4 %"));
    }

    void otherMetricsHaveThreeDigits()
    {
        RunRecord run;
        run.bestMetricName = "mean_absolute_error";
        run.bestMetric = 0.083312;
        QCOMPARE(bestMetricText(run), QStringLiteral("mean absolute error 0.0833"));
    }

    void aRunWithoutAMetricShowsNone() { QCOMPARE(bestMetricText(RunRecord{}), QString()); }

    void momentsAreToldFromToday()
    {
        const QDateTime now(QDate(2026, 3, 14), QTime(15, 0));
        const auto text = [&](const QDateTime &moment) {
            return momentText(moment.toMSecsSinceEpoch(), now.toMSecsSinceEpoch());
        };
        QCOMPARE(text(now.addSecs(-3600)), QStringLiteral("Today 14:00"));
        QCOMPARE(text(now.addDays(-1)), QStringLiteral("Yesterday 15:00"));
        QCOMPARE(text(now.addDays(-10)), QStringLiteral("4 Mar 15:00"));
        QCOMPARE(text(now.addYears(-1)), QStringLiteral("14 Mar 2025"));
        QCOMPARE(momentText(0, now.toMSecsSinceEpoch()), QString());
    }

    void tagsAreTrimmedSortedAndUnique()
    {
        QCOMPARE(tagsFromText(QStringLiteral(" cnn, baseline ,cnn,, wide  net")),
                 (QStringList{QStringLiteral("baseline"), QStringLiteral("cnn"), QStringLiteral("wide net")}));
    }

    void theReasonStandsBesideTheState()
    {
        RunRecord run = runOf(RunState::Failed, 1, 2);
        run.exitReason = "The loss became infinite.";
        QCOMPARE(runStateExplanation(run), QStringLiteral("Failed: The loss became infinite."));
    }
};

QTEST_APPLESS_MAIN(TestRunText)
#include "tst_run_text.moc"
