#include <QtTest>

#include <cmath>
#include <limits>
#include <random>

#include <QImageReader>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QVBoxLayout>
#include <QWheelEvent>

#include "ui/charts/chart_legend.h"
#include "ui/charts/curve_chart.h"
#include "ui/charts/curve_plot.h"
#include "ui/theme/theme.h"

using namespace trainyard::ui;

namespace {

CurvePlot *plotOf(const CurveChart &chart)
{
    return chart.findChild<CurvePlot *>(QStringLiteral("plot"));
}

StepRange shownSteps(const CurveChart &chart)
{
    const QRect area = plotOf(chart)->plotArea();
    return {plotOf(chart)->stepAt(area.left()), plotOf(chart)->stepAt(area.right())};
}

QPoint middleOf(const CurveChart &chart)
{
    return plotOf(chart)->plotArea().center();
}

void wheel(const CurveChart &chart, QPoint at, int notches)
{
    CurvePlot *plot = plotOf(chart);
    QWheelEvent event(at, plot->mapToGlobal(at), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(plot, &event);
}

void hover(const CurveChart &chart, QPoint at)
{
    CurvePlot *plot = plotOf(chart);
    QMouseEvent event(QEvent::MouseMove, at, plot->mapToGlobal(at), Qt::NoButton, Qt::NoButton, {});
    QCoreApplication::sendEvent(plot, &event);
}

QString headOf(const CurveChart &chart)
{
    return chart.accessibleDescription();
}

CurvePoints fallingLoss(int count, double until = 1000)
{
    CurvePoints points;
    for (int i = 0; i < count; ++i)
        points.append(until * i / (count - 1), 0, 0, 2.0 / (1 + 0.01 * i));
    return points;
}

// A window with one chart of one curve over the steps 0 to 1,000.
struct Bench {
    CurvePoints points = fallingLoss(201);
    QWidget window;
    CurveChart *chart = new CurveChart(QStringLiteral("Loss"), QStringLiteral("The loss will appear here."));

    Bench()
    {
        auto *layout = new QVBoxLayout(&window);
        layout->addWidget(chart);
        window.resize(640, 360);
        window.show();
        chart->setCurves({{QStringLiteral("training"), 0, false, &points}});
        settle();
    }
    void settle()
    {
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTest::qWait(150);  // one drawing at the slowest rhythm
    }
};

}  // namespace

class TestCurveChart : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void aChartWithoutPointsSaysWhatWillAppear()
    {
        CurveChart chart(QStringLiteral("Loss"), QStringLiteral("The loss will appear here."));
        CurvePoints none;
        chart.setCurves({{QStringLiteral("training"), 0, false, &none}});
        chart.resize(400, 240);
        chart.show();
        QVERIFY(!chart.hasPoints());
        bool said = false;
        for (const QLabel *label : chart.findChildren<QLabel *>())
            said |= label->isVisible() && label->text() == QStringLiteral("The loss will appear here.");
        QVERIFY(said);
        none.append(1, 0, 0, 0.5);
        chart.refresh();
        QVERIFY(chart.hasPoints());
        QTRY_VERIFY(plotOf(chart)->isVisible());
    }

    void theHeadShowsTheLastValueAndAtTheCursorThatOfTheStep()
    {
        Bench bench;
        QCOMPARE(headOf(*bench.chart), QStringLiteral("0.667"));
        hover(*bench.chart, middleOf(*bench.chart));
        QTRY_VERIFY2(headOf(*bench.chart).startsWith(QStringLiteral("step 5")) || headOf(*bench.chart).startsWith(QStringLiteral("step 49")),
                     qPrintable(headOf(*bench.chart)));
        QVERIFY(headOf(*bench.chart).endsWith(QStringLiteral("1.00")) || headOf(*bench.chart).contains(QStringLiteral("  ")));
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(plotOf(*bench.chart), &leave);
        QCOMPARE(headOf(*bench.chart), QStringLiteral("0.667"));
    }

    void theWheelZoomsAroundTheMouseAndADoubleClickShowsAll()
    {
        Bench bench;
        const StepRange before = shownSteps(*bench.chart);
        const QPoint at = middleOf(*bench.chart) + QPoint(60, 0);
        const double under = plotOf(*bench.chart)->stepAt(at.x());
        wheel(*bench.chart, at, 3);
        QTRY_VERIFY(shownSteps(*bench.chart).length() < before.length() * 0.6);
        QVERIFY(std::abs(plotOf(*bench.chart)->stepAt(at.x()) - under) < 2);
        QTest::mouseDClick(plotOf(*bench.chart), Qt::LeftButton, {}, at);
        QTRY_VERIFY(std::abs(shownSteps(*bench.chart).length() - before.length()) < 1);
    }

    void draggingMovesAlongTheStepsAndStopsAtTheEnd()
    {
        Bench bench;
        wheel(*bench.chart, middleOf(*bench.chart), 4);
        QTRY_VERIFY(shownSteps(*bench.chart).length() < 500);
        const StepRange zoomed = shownSteps(*bench.chart);
        CurvePlot *plot = plotOf(*bench.chart);
        const QPoint from = middleOf(*bench.chart);
        QTest::mousePress(plot, Qt::LeftButton, {}, from);
        QMouseEvent drag(QEvent::MouseMove, from - QPoint(50, 0), plot->mapToGlobal(from - QPoint(50, 0)), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(plot, &drag);
        QTRY_VERIFY(shownSteps(*bench.chart).low > zoomed.low + 10);
        QVERIFY(std::abs(shownSteps(*bench.chart).length() - zoomed.length()) < 1);
        QMouseEvent far(QEvent::MouseMove, from - QPoint(5000, 0), plot->mapToGlobal(from), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(plot, &far);
        QTRY_VERIFY(shownSteps(*bench.chart).high <= 1001);
        QTRY_VERIFY(shownSteps(*bench.chart).high > 998);
        QTest::mouseRelease(plot, Qt::LeftButton, {}, from);
    }

    void aGrowingCurveIsFollowedUnlessThePersonHasZoomed()
    {
        Bench bench;
        bench.points.append(2000, 0, 0, 0.1);
        bench.chart->refresh();
        QTRY_VERIFY(shownSteps(*bench.chart).high > 1990);
        wheel(*bench.chart, middleOf(*bench.chart), 5);
        QTRY_VERIFY(shownSteps(*bench.chart).length() < 1000);
        const StepRange zoomed = shownSteps(*bench.chart);
        bench.points.append(4000, 0, 0, 0.1);
        bench.chart->refresh();
        bench.chart->setCurves({{QStringLiteral("training"), 0, false, &bench.points}});
        bench.settle();
        QVERIFY(std::abs(shownSteps(*bench.chart).low - zoomed.low) < 1);
        QVERIFY(std::abs(shownSteps(*bench.chart).high - zoomed.high) < 1);
    }

    void keyLTurnsTheLogScaleOnAndOff()
    {
        Bench bench;
        QSignalSpy changed(bench.chart, &CurveChart::logScaleChanged);
        bench.chart->setFocus();
        QTest::keyClick(bench.chart, Qt::Key_L);
        QVERIFY(bench.chart->logScale());
        QTest::keyClick(bench.chart, Qt::Key_L);
        QVERIFY(!bench.chart->logScale());
        QCOMPARE(changed.count(), 2);
    }

    void aLogAxisMarksValuesNotAboveZeroAtItsBottom()
    {
        Bench bench;
        bench.points.append(1010, 0, 0, 0.0);
        bench.points.append(1020, 0, 0, -3.0);
        bench.chart->setLogScale(true);
        bench.settle();
        QVERIFY(plotOf(*bench.chart)->belowMarks() >= 1);
        QVERIFY(plotOf(*bench.chart)->valueRange().low > 0.1);
        bench.chart->setLogScale(false);
        bench.settle();
        QCOMPARE(plotOf(*bench.chart)->belowMarks(), 0);
        QVERIFY(plotOf(*bench.chart)->valueRange().low < -2.9);
    }

    void valuesThatAreNoNumberAreMarkedAndDoNotBendTheAxis()
    {
        Bench bench;
        QCOMPARE(plotOf(*bench.chart)->notFiniteMarks(), 0);
        bench.points.append(1050, 0, 0, std::numeric_limits<double>::quiet_NaN());
        bench.points.append(1100, 0, 0, std::numeric_limits<double>::infinity());
        bench.chart->refresh();
        bench.settle();
        QCOMPARE(plotOf(*bench.chart)->notFiniteMarks(), 2);
        QVERIFY(plotOf(*bench.chart)->valueRange().high < 3);
        QCOMPARE(headOf(*bench.chart), QStringLiteral("infinite"));
        const QImage shot = plotOf(*bench.chart)->grab().toImage();
        const QColor wrong = themeColor(ColorRole::Error);
        int red = 0;
        for (int y = 0; y < shot.height(); ++y)
            for (int x = 0; x < shot.width(); ++x)
                red += shot.pixelColor(x, y) == wrong;
        QVERIFY(red > 4);
    }

    void oneRareSpikeAmongManyValuesIsInTheRange()
    {
        Bench bench;
        CurvePoints many;
        for (int i = 0; i < 200'000; ++i)
            many.append(i, 0, 0, i == 123'457 ? 50.0 : 0.5);
        bench.chart->setCurves({{QStringLiteral("training"), 0, false, &many}});
        bench.settle();
        QVERIFY(plotOf(*bench.chart)->valueRange().high > 50);
        bench.chart->setCurves({});
    }

    void aNoisyLineIsNeverWide()
    {
        Bench bench;
        bench.settle();
        QCOMPARE(plotOf(*bench.chart)->widestPen(), 2.0);  // a calm one is
        std::mt19937 random(3);
        std::uniform_real_distribution<double> noise(0, 1);
        CurvePoints noisy;
        for (int i = 0; i < 100'000; ++i)
            noisy.append(i, 0, 0, noise(random));
        bench.chart->setCurves({{QStringLiteral("training"), 0, false, &noisy}});
        bench.settle();
        QCOMPARE(plotOf(*bench.chart)->widestPen(), 1.0);
        bench.chart->setSmoothing(0.99);
        bench.settle();
        QCOMPARE(plotOf(*bench.chart)->widestPen(), 2.0);
        bench.chart->setCurves({});
    }

    void tenRunsOfAHundredThousandNoisyPointsAreDrawnInTime()
    {
        Bench bench;
        std::mt19937 random(3);
        std::uniform_real_distribution<double> noise(0, 1);
        std::vector<CurvePoints> runs(10);
        std::vector<ChartCurve> curves;
        for (int run = 0; run < 10; ++run) {
            for (int i = 0; i < 100'000; ++i)
                runs[static_cast<std::size_t>(run)].append(i, 0, 0, noise(random) + run * 0.2);
            curves.push_back({QStringLiteral("run %1").arg(run), run, false, &runs[static_cast<std::size_t>(run)]});
        }
        bench.window.resize(1000, 500);
        bench.chart->setSmoothing(0.9);
        bench.chart->setCurves(curves);
        bench.settle();
        CurvePlot *plot = plotOf(*bench.chart);
        std::vector<double> took;
        for (int i = 0; i < 7; ++i) {
            for (CurvePoints &run : runs)
                run.append(100'000 + i, 0, 0, 1);
            bench.chart->setTitle(QStringLiteral("Loss"));
            QElapsedTimer timer;
            timer.start();
            plot->draw({{0, 100'000.0 + i}, false, true, ValueKind::Plain});
            took.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
        }
        std::sort(took.begin(), took.end());
        qInfo("ten noisy runs, raw and smoothed: %.1f ms a drawing (median)", took[3]);
        QVERIFY(took[3] < 250);
        bench.chart->setCurves({});
    }

    void chartsOfAGroupShareTheStepsAndTheCursor()
    {
        CurvePoints loss = fallingLoss(101, 1000), memory = fallingLoss(11, 2000);
        QWidget window;
        auto *layout = new QVBoxLayout(&window);
        auto *first = new CurveChart(QStringLiteral("Loss"), QString()), *second = new CurveChart(QStringLiteral("Memory"), QString());
        layout->addWidget(first);
        layout->addWidget(second);
        ChartGroup group;
        group.add(first);
        group.add(second);
        first->setCurves({{QStringLiteral("training"), 0, false, &loss}});
        second->setCurves({{QStringLiteral("arena"), 1, false, &memory}});
        window.resize(600, 600);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTRY_VERIFY(shownSteps(*first).high > 1990);
        QTRY_VERIFY(shownSteps(*second).high > 1990);

        QSignalSpy moved(&group, &ChartGroup::cursorMoved);
        hover(*first, middleOf(*first) - QPoint(100, 0));
        QTRY_VERIFY(headOf(*second).startsWith(QStringLiteral("step ")));
        QVERIFY(moved.count() > 0);
        QVERIFY(headOf(*first).startsWith(headOf(*second).section(QLatin1Char(' '), 0, 1)));

        wheel(*second, middleOf(*second), 3);
        QTRY_VERIFY(shownSteps(*first).length() < 1500);
        QTRY_COMPARE(std::round(shownSteps(*first).low), std::round(shownSteps(*second).low));
        group.showAll();
        QTRY_VERIFY(shownSteps(*first).length() > 1990);

        delete first;
        group.showAll();
        QTRY_VERIFY(shownSteps(*second).length() > 1990);
    }

    void theLegendIsThereOnlyForMoreThanOneCurve()
    {
        Bench bench;
        auto *legend = bench.chart->findChild<ChartLegend *>();
        QVERIFY(!legend->isVisible());
        CurvePoints other = fallingLoss(11);
        bench.chart->setCurves({{QStringLiteral("training"), 0, true, &bench.points}, {QStringLiteral("validation"), 0, false, &other}});
        QVERIFY(legend->isVisible());
        QCOMPARE(legend->entries()[1].label, QStringLiteral("validation"));
        QCOMPARE(legend->entries()[0].value, QStringLiteral("0.667"));
        QCOMPARE(headOf(*bench.chart), legend->entries()[1].value);  // the one in front speaks
    }

    void theArrowKeysMoveTheCursorFromPointToPoint()
    {
        Bench bench;
        bench.chart->setFocus();
        QTest::keyClick(bench.chart, Qt::Key_Right);
        QVERIFY(headOf(*bench.chart).startsWith(QStringLiteral("step 0 ")));
        QTest::keyClick(bench.chart, Qt::Key_Right);
        QVERIFY2(headOf(*bench.chart).startsWith(QStringLiteral("step 5 ")), qPrintable(headOf(*bench.chart)));
        QTest::keyClick(bench.chart, Qt::Key_Left);
        QVERIFY(headOf(*bench.chart).startsWith(QStringLiteral("step 0 ")));
    }

    void accuracyIsShownInPercent()
    {
        CurvePoints accuracy;
        accuracy.append(1, 0, 0, 0.5);
        accuracy.append(2, 0, 0, 0.984);
        CurveChart chart(QStringLiteral("Accuracy"), QString());
        chart.setCurves({{QStringLiteral("validation"), 0, false, &accuracy}});
        QCOMPARE(headOf(chart), QStringLiteral("98.4 %"));
    }

    void aChartIsExportedAsImageAndAsDocuments()
    {
        Bench bench;
        QTemporaryDir dir;
        for (const char *name : {"a.png", "a.pdf", "a.svg"}) {
            const QString path = dir.filePath(QLatin1String(name));
            QVERIFY2(bench.chart->exportTo(path), name);
            QVERIFY(QFileInfo(path).size() > 1000);
        }
        const QImage image(dir.filePath(QStringLiteral("a.png")));
        QVERIFY(image.width() > 600);
        QVERIFY(!bench.chart->exportTo(dir.filePath(QStringLiteral("a.doc"))));
        QVERIFY(!bench.chart->exportTo(dir.filePath(QStringLiteral("missing/folder/a.png"))));
        QFile pdf(dir.filePath(QStringLiteral("a.pdf")));
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        QVERIFY(pdf.read(5) == "%PDF-");
    }

    void anotherThemeGivesAnotherBackground()
    {
        Bench bench;
        const QRgb light = plotOf(*bench.chart)->grab().toImage().pixel(2, 2);
        Theme::instance().apply(Appearance::Dark);
        bench.settle();
        const QRgb dark = plotOf(*bench.chart)->grab().toImage().pixel(2, 2);
        QCOMPARE(QColor(dark), themeColor(ColorRole::Panel));
        Theme::instance().apply(Appearance::Light);
        QVERIFY(light != dark);
    }

    void chartsCanBeLookedAt()
    {
        const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
        if (folder.isEmpty())
            QSKIP("Set TRAINYARD_SHOTS to a folder to keep pictures.");
        for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
            Theme::instance().apply(appearance);
            const QString theme = appearance == Appearance::Light ? QStringLiteral("light") : QStringLiteral("dark");
            std::mt19937 random(3);
            std::normal_distribution<double> noise(0, 0.12);
            CurvePoints training, validation;
            for (int i = 0; i < 4000; ++i)
                training.append(i, 0, 0, (2.0 / (1 + 0.004 * i) + 0.05) * std::exp(noise(random)));
            for (int i = 1; i <= 40; ++i)
                validation.append(i * 100, 0, 0, (2.1 / (1 + 0.35 * i) + 0.12) * std::exp(noise(random) / 3));
            training.append(4010, 0, 0, std::numeric_limits<double>::quiet_NaN());
            CurveChart chart(QStringLiteral("Loss"), QString());
            chart.setCurves({{QStringLiteral("training"), 0, true, &training}, {QStringLiteral("validation"), 0, false, &validation}});
            chart.resize(640, 320);
            chart.show();
            chart.setSmoothing(0.6);
            QTest::qWait(200);
            hover(chart, middleOf(chart));
            chart.grab().save(QStringLiteral("%1/chart-%2.png").arg(folder, theme));
            chart.setLogScale(true);
            QTest::qWait(200);
            chart.grab().save(QStringLiteral("%1/chart-%2-log.png").arg(folder, theme));
            QVERIFY(chart.exportTo(QStringLiteral("%1/chart-%2-export.png").arg(folder, theme)));
            QVERIFY(chart.exportTo(QStringLiteral("%1/chart-%2-export.pdf").arg(folder, theme)));
        }
        Theme::instance().apply(Appearance::Light);
    }
};

QTEST_MAIN(TestCurveChart)
#include "tst_curve_chart.moc"
