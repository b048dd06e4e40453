// A run from the window's own buttons: started, watched in the status line, paused, stopped, found again; and leaving
// while it goes on.
#include "tests/ui/shell/desktop_fixture.h"
#include <QToolButton>

#include "ui/canvas/canvas_view.h"
#include "ui/panels/model/model_page.h"
#include "ui/panels/train/layer_memory_list.h"
#include "ui/shell/forecast_meter.h"
#include "ui/shell/status_line.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::ui;

namespace {

const QString kIris = QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris");

}  // namespace

class TestRunFromWindow : public QObject
{
    Q_OBJECT
private slots:
    void init() { m_ground = std::make_unique<Ground>(); }

    void theForecastStandsInTheTopBar()
    {
        Desktop desktop;
        auto *meter = desktop.window.findChild<ForecastMeter *>();
        QCOMPARE(meter->text(), QStringLiteral("Memory unknown"));
        desktop.workspace().files().open(kIris);
        QTRY_VERIFY(meter->text().contains(QStringLiteral(" of ")));
        QVERIFY(meter->fits());
    }

    void aLayerOfTheForecastIsShownOnTheModelPage()
    {
        Desktop desktop(kIris, QStringLiteral("train"));
        QTRY_VERIFY(desktop.workspace().forecaster().forecast().has_value());
        auto *list = desktop.window.findChild<LayerMemoryList *>();
        QVERIFY(!list->isVisible());
        desktop.click(desktop.window.findChild<QToolButton *>(QStringLiteral("foldLayers")));
        QTRY_VERIFY(list->isVisible() && list->count() > 0);
        QTest::qWait(0);
        const QString name = list->item(0)->text();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(0)).center());
        QCOMPARE(desktop.window.currentPage(), QStringLiteral("model"));
        const auto selected = desktop.window.findChild<ModelPage *>()->canvas()->selectedLayers();
        QCOMPARE(selected.size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(desktop.document().graph().find(*selected.begin())->name), name);
    }

    void aRaceAndARunDoNotDisturbEachOther()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().forecaster().forecast().has_value());
        desktop.press(Qt::Key_5, Qt::ControlModifier);
        QCOMPARE(desktop.window.currentPage(), QStringLiteral("device"));
        desktop.answer(QStringLiteral("Start race"));
        QTRY_VERIFY(desktop.workspace().race().isActive());
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("A race is going on. Cancel it on the Device page first.")));
        QVERIFY(!desktop.workspace().run().isActive());
        desktop.answer(QStringLiteral("Cancel"));
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.workspace().race().isActive(), 20000);
        QVERIFY(desktop.workspace().race().state().cancelled);

        openEndless(desktop);
        desktop.click(button(desktop, "start"));
        QTRY_VERIFY_WITH_TIMEOUT(desktop.workspace().run().progress().state == TrainState::Running, 20000);
        QSignalSpy refused(&desktop.workspace(), &Workspace::raceRefused);
        desktop.workspace().startRace({{"cpu", 1}, {"cpu", 2}}, 5);
        QCOMPARE(refused.count(), 1);
        QVERIFY(!desktop.workspace().race().isActive());
        desktop.click(button(desktop, "stop"));
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.workspace().run().isActive(), 20000);
    }

    void aRunIsStartedWatchedStoppedAndFoundAgain()
    {
        Desktop desktop;
        openEndless(desktop);
        desktop.click(button(desktop, "start"));
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("train"));
        auto *status = desktop.window.findChild<StatusLine *>();
        QTRY_VERIFY_WITH_TIMEOUT(status->runText().contains(QStringLiteral("Run 1 running")), 20000);
        QTRY_VERIFY(status->runText().contains(QStringLiteral("loss ")));
        QTRY_VERIFY(status->runText().contains(QStringLiteral("samples/s")));
        QVERIFY(!button(desktop, "start")->isEnabled());

        desktop.click(button(desktop, "pause"));
        QTRY_VERIFY(status->runText().contains(QStringLiteral("paused")));
        QTRY_COMPARE(button(desktop, "pause")->text(), QStringLiteral("Resume"));
        desktop.press(Qt::Key_F6);
        QTRY_VERIFY(status->runText().contains(QStringLiteral("running")));

        desktop.click(button(desktop, "stop"));
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.workspace().run().isActive(), 20000);
        QVERIFY(status->runText().contains(QStringLiteral("Run 1 stopped")));
        QVERIFY(button(desktop, "start")->isEnabled());

        QSignalSpy runs(&desktop.workspace().library(), &RunLibrary::runsLoaded);
        desktop.press(Qt::Key_4, Qt::ControlModifier);
        desktop.workspace().library().refresh();
        QTRY_VERIFY(runs.count() > 0);
        const auto records = runs.last().at(0).value<std::vector<RunRecord>>();
        QCOMPARE(records.size(), std::size_t(1));
        QCOMPARE(records.front().state, RunState::Stopped);
    }

    void anUnsavedProjectIsSavedByStarting()
    {
        Desktop desktop;
        openEndless(desktop);
        QVERIFY(desktop.window.isWindowModified());
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY(desktop.workspace().run().isActive());
        QVERIFY(!desktop.window.isWindowModified());
        desktop.press(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.workspace().run().isActive(), 20000);
    }

    void aBrokenNetworkDoesNotStartAndSaysWhy()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().loader().types().has_value());
        desktop.document().remove({desktop.document().graph().findByName("loss")->id}, {});
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("The run cannot start.")));
        QVERIFY(!desktop.workspace().run().isActive());
        desktop.answer(QStringLiteral("Show problems"));
        QCOMPARE(desktop.window.currentPage(), QStringLiteral("model"));
    }

    void closingDuringARunAsksAndStopsItFirst()
    {
        Desktop desktop;
        openEndless(desktop);
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(desktop.workspace().run().progress().step > 0, 20000);
        desktop.window.close();
        QVERIFY(desktop.window.isVisible());
        QVERIFY(desktop.hasMessage(QStringLiteral("is going on")));
        desktop.answer(QStringLiteral("Keep running"));
        QVERIFY(desktop.workspace().run().isActive());
        desktop.window.close();
        desktop.answer(QStringLiteral("Stop and quit"));
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.window.isVisible(), 20000);
        QCOMPARE(desktop.workspace().run().progress().state, TrainState::Stopped);
        QVERIFY(!QDir(m_ground->home() + QStringLiteral("/iris/checkpoints")).isEmpty());
    }

    void anotherProjectIsNotOpenedOverARunWithoutAsking()
    {
        Desktop desktop;
        openEndless(desktop);
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(desktop.workspace().run().progress().step > 0, 20000);
        desktop.press(Qt::Key_N, Qt::ControlModifier);
        QVERIFY(desktop.workspace().run().isActive());
        desktop.answer(QStringLiteral("Stop and begin anew"));
        QTRY_VERIFY_WITH_TIMEOUT(desktop.document().project().name == "Untitled", 20000);
        QVERIFY(!desktop.workspace().run().isActive());
    }

private:
    // Iris with more epochs than the test waits for.
    void openEndless(Desktop &desktop)
    {
        desktop.workspace().files().open(kIris);
        QTRY_VERIFY(desktop.workspace().loader().types().has_value());
        TrainingConfig training = desktop.document().training();
        training.epochs = 1'000'000;
        desktop.document().setTraining(training, QStringLiteral("Epochs"));
    }

    QPushButton *button(Desktop &desktop, const char *name) { return desktop.window.findChild<QPushButton *>(QString::fromLatin1(name)); }

    std::unique_ptr<Ground> m_ground;
};

QTEST_MAIN(TestRunFromWindow)
#include "tst_run_from_window.moc"
