#include <QtTest>

#include "ui/charts/chart_legend.h"
#include "ui/panels/train/step_strip.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

RunCurves curvesOf(const std::vector<std::pair<const char *, std::vector<double>>> &series)
{
    RunCurves curves;
    for (const auto &[name, values] : series)
        for (std::size_t i = 0; i < values.size(); ++i)
            curves[QString::fromLatin1(name)].append(static_cast<double>(i), 0, 0, values[i]);
    return curves;
}

}  // namespace

class TestStepStrip : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void thePartsMeasuredAreInTheOrderInWhichTheyHappen()
    {
        const auto parts = stepParts(curvesOf({{"step/update", {0.1}}, {"step/backward", {0.5, 0.4}}, {"step/forward", {0.2}}, {"train/loss", {1.0}}}));
        QCOMPARE(parts.size(), std::size_t{3});
        QCOMPARE(parts[0].title, QStringLiteral("forward"));
        QCOMPARE(parts[1].title, QStringLiteral("backward"));
        QCOMPARE(parts[1].milliseconds, 0.4);  // the last
        QCOMPARE(parts[2].title, QStringLiteral("optimizer"));
    }

    void theEvaluationAloneIsNoBreakdown()
    {
        QVERIFY(stepParts(curvesOf({{"step/evaluation", {3.0}}})).empty());
        QVERIFY(stepParts({}).empty());
        QCOMPARE(stepParts(curvesOf({{"step/evaluation", {3.0}}, {"step/forward", {1.0}}})).size(), std::size_t{2});
    }

    void itIsThereOnlyWithSomethingToSay()
    {
        LiveRun run;
        StepStrip strip(run);
        QVERIFY(strip.isHidden());
        strip.showParts(stepParts(curvesOf({{"step/forward", {0.3}}, {"step/backward", {0.6}}, {"step/update", {0.1}}})));
        QVERIFY(!strip.isHidden());
        const auto &entries = strip.findChild<ChartLegend *>()->entries();
        QCOMPARE(entries.size(), std::size_t{3});
        QCOMPARE(entries[1].value, QStringLiteral("600 us, 60 %"));
        strip.showParts({});
        QVERIFY(strip.isHidden());
    }
};

QTEST_MAIN(TestStepStrip)
#include "tst_step_strip.moc"
