#include <QtTest>

#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSplitter>
#include <QToolButton>

#include "engine/base/format.h"
#include "tests/ui/panels/train/page_on_project.h"
#include "tests/ui/bridge/tiny_project.h"
#include "ui/bridge/run_library.h"
#include "ui/charts/curve_plot.h"
#include "ui/controls/fold_card.h"
#include "ui/controls/fold_header.h"
#include "ui/controls/scroll_column.h"
#include "ui/panels/train/chart_board.h"
#include "ui/panels/train/event_log.h"
#include "ui/panels/train/layer_memory_list.h"
#include "ui/panels/train/train_page.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

struct Bench : PageOnProject {
    explicit Bench(std::int64_t epochs = 100'000) : Bench([&] { return tinyProject(dir, epochs); }) {}
    explicit Bench(const std::function<Project()> &make)
    {
        open(make());
        QObject::connect(&page, &TrainPage::startRequested, &page, [this] { run.start(document.snapshot(), library.store()); });
    }
    QPushButton *button(const char *name) const
    {
        for (QPushButton *button : page.findChildren<QPushButton *>())
            if (button->accessibleName() == QLatin1String(name))
                return button;
        return nullptr;
    }
    QString figure(const char *caption) const
    {
        for (const QLabel *label : page.findChildren<QLabel *>())
            if (label->accessibleName() == QLatin1String(caption))
                return label->text();
        return {};
    }
    bool shown(const char *caption) const
    {
        for (const QLabel *label : page.findChildren<QLabel *>())
            if (label->accessibleName() == QLatin1String(caption))
                return label->isVisible();
        return false;
    }
    FoldCard *fold(const char *name) const { return page.findChild<FoldCard *>(QLatin1String(name)); }
    ScrollColumn *side() const { return page.findChild<ScrollColumn *>(); }
    CurveChart *chart(const char *title) const
    {
        for (CurveChart *chart : page.findChild<ChartBoard *>()->charts())
            if (chart->title() == QString::fromUtf8(title))
                return chart;
        return nullptr;
    }
    void click(const char *name) { QTest::mouseClick(button(name), Qt::LeftButton); }
    bool startAndWait()
    {
        click("Start");
        return QTest::qWaitFor([this] { return run.progress().state == TrainState::Running && chart("Accuracy") && chart("Accuracy")->hasPoints(); }, kLong);
    }
};

}  // namespace

class TestTrainPage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void beforeTheFirstRunItSaysWhatItIsForAndHasOneButton()
    {
        Bench bench;
        QVERIFY(bench.button("Start")->isVisible());
        for (const char *name : {"Pause", "Resume", "Stop", "Save checkpoint"})
            QVERIFY2(!bench.button(name)->isVisible(), name);
        int sentences = 0;
        for (const QLabel *label : bench.page.findChildren<QLabel *>())
            sentences += label->isVisible() && label->text().startsWith(QStringLiteral("Train the network"));
        QCOMPARE(sentences, 1);
        for (const char *title : {"Loss", "Metric", "Memory", "Utilization", "Speed", "Learning rate"}) {
            QVERIFY2(bench.chart(title), title);
            QVERIFY(!bench.chart(title)->hasPoints());
        }
        QSignalSpy asked(&bench.page, &TrainPage::startRequested);
        bench.click("Start");
        QCOMPARE(asked.count(), 1);
    }

    void aRunIsDrivenFromItsButtonsAndDrawnLive()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        for (const char *title : {"Loss", "Accuracy", "Memory", "Utilization", "Speed", "Learning rate"})
            QTRY_VERIFY2_WITH_TIMEOUT(bench.chart(title) && bench.chart(title)->hasPoints(), title, kLong);
        QVERIFY(!bench.chart("Metric"));
        QVERIFY(!bench.button("Start")->isVisible());
        QCOMPARE(bench.figure("State"), QStringLiteral("Running"));
        QVERIFY(bench.figure("Epoch").endsWith(QStringLiteral(" / 100,000")));
        QVERIFY(bench.figure("Metric").endsWith(QStringLiteral(" %")));

        bench.click("Pause");
        QTRY_COMPARE(bench.figure("State"), QStringLiteral("Paused"));
        QVERIFY(bench.button("Resume")->isVisible() && !bench.button("Pause")->isVisible());
        bench.click("Resume");
        QTRY_COMPARE(bench.figure("State"), QStringLiteral("Running"));

        bench.click("Save checkpoint");
        QTRY_VERIFY_WITH_TIMEOUT(!QDir(QString::fromStdString(bench.document.project().checkpoints().string())).isEmpty(QDir::Files), kLong);

        bench.click("Stop");
        QTRY_COMPARE_WITH_TIMEOUT(bench.figure("State"), QStringLiteral("Stopped"), kLong);
        QVERIFY(bench.button("Start")->isVisible());

        QSignalSpy loaded(&bench.library, &RunLibrary::runsLoaded);
        bench.library.refresh();
        QVERIFY(loaded.wait(kLong));
        const auto runs = loaded.back().front().value<std::vector<RunRecord>>();
        QCOMPARE(runs.size(), std::size_t{1});
        QCOMPARE(runs[0].id, bench.run.runId());
        QCOMPARE(runs[0].state, RunState::Stopped);
    }

    void theLearningRateOfTheRunIsSetWhileItGoesOn()
    {
        Bench bench;
        auto *edit = bench.page.findChild<QLineEdit *>(QStringLiteral("liveLearningRate"));
        QVERIFY(!edit->isVisible());
        QVERIFY(bench.startAndWait());
        QTRY_VERIFY(edit->isVisible());
        QTRY_COMPARE(edit->text(), QStringLiteral("0.01"));
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, QStringLiteral("0"));
        auto *set = bench.page.findChild<QPushButton *>(QStringLiteral("setLearningRate"));
        QVERIFY(!set->isEnabled());
        QTest::keyClicks(edit, QStringLiteral(".002"));
        QVERIFY(set->isEnabled());
        QTest::mouseClick(set, Qt::LeftButton);
        QTRY_COMPARE(bench.run.progress().learningRate, 0.002);
        QCOMPARE(bench.document.training().optimizer.learningRate, 0.01);  // the project keeps its own
    }

    void settingsStayEditableDuringARunAndSayThatTheyAreForTheNext()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        auto *epochs = bench.page.findChild<QLineEdit *>(QStringLiteral("epochs"));
        QVERIFY(epochs->isEnabled());
        bool said = false;
        for (const QLabel *label : bench.page.findChildren<QLabel *>())
            said |= label->isVisible() && label->text().contains(QStringLiteral("for the next one"));
        QVERIFY(said);
        epochs->setFocus();
        epochs->selectAll();
        QTest::keyClicks(epochs, QStringLiteral("12\r"));
        QCOMPARE(bench.document.training().epochs, std::int64_t{12});
        QCOMPARE(bench.run.progress().epochs, std::int64_t{100'000});
    }

    void theForecastShowsTheExactPartsAndTheTotal()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        const auto &forecast = *bench.forecaster.forecast();
        QCOMPARE(bench.figure("Parameters"), QString::fromStdString(formatBytes(forecast.bytes.parameters)));
        QCOMPARE(bench.figure("Activations"), QString::fromStdString(formatBytes(forecast.bytes.activations)));
        const auto *verdict = bench.page.findChild<QLabel *>(QStringLiteral("verdict"));
        QVERIFY(verdict->text().startsWith(QStringLiteral("Fits: ")));
        QVERIFY(verdict->text().contains(QString::fromStdString(formatBytes(forecast.arenaBytes))));
        QVERIFY(!verdict->property("error").toBool());
    }

    void theForecastByLayerIsFoldedAndLeadsIntoBlocksToo()
    {
        Bench bench;
        const auto &layers = bench.document.graph().layers();
        QVERIFY(bench.document.group({layers[1].id, layers[2].id}));
        const auto inBlock = [&] {
            const auto &forecast = bench.forecaster.forecast();
            return forecast && std::any_of(forecast->layers.begin(), forecast->layers.end(), [](const LayerMemory &layer) {
                       return layer.layer == "block1/dense" && layer.bytes.total() > 0;
                   });
        };
        QTRY_VERIFY_WITH_TIMEOUT(inBlock(), kLong);
        auto *list = bench.page.findChild<LayerMemoryList *>();
        QVERIFY(!list->isVisible());
        bench.page.findChild<QToolButton *>(QStringLiteral("foldLayers"))->click();
        QVERIFY(list->isVisible());
        QTest::qWait(0);
        const QList<QListWidgetItem *> lines = list->findItems(QStringLiteral("block1/dense"), Qt::MatchExactly);
        QCOMPARE(lines.size(), qsizetype{1});
        LayerId asked = 0;
        std::string block;
        connect(&bench.page, &TrainPage::layerRequested, &bench.page, [&](LayerId layer, const std::string &in) {
            asked = layer;
            block = in;
        });
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(lines.front()).center());
        QCOMPARE(block, std::string("block1"));
        QCOMPARE(bench.document.graph().findBlock("block1")->find(asked)->name, std::string("dense"));
    }

    void aNetworkTooLargeForTheMachineIsSaidInRed()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        const LayerId dense = bench.document.graph().layers()[3].id, before = bench.document.graph().layers()[1].id;
        bench.document.setParameter({dense, before}, "units", std::int64_t{200'000});
        const auto *verdict = bench.page.findChild<QLabel *>(QStringLiteral("verdict"));
        QTRY_VERIFY2_WITH_TIMEOUT(verdict->text().startsWith(QStringLiteral("Does not fit")), qPrintable(verdict->text() + bench.forecaster.reason()), kLong);
        QVERIFY(verdict->property("error").toBool());
        QVERIFY(verdict->isVisible());
        // Recomputation is offered; it does not help where the weights alone are too large, which is said then.
        auto *recompute = bench.page.findChild<QPushButton *>(QStringLiteral("recomputeToFit"));
        QVERIFY(recompute->isVisible());
        QTest::mouseClick(recompute, Qt::LeftButton);
        QVERIFY(bench.document.training().recompute);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Recompute to fit"));
        const auto *reason = bench.page.findChild<QLabel *>(QStringLiteral("reason"));
        QTRY_VERIFY2_WITH_TIMEOUT(reason->isVisible() && reason->text().contains(QStringLiteral("The run does not fit into")), qPrintable(reason->text()), kLong);
    }

    void whatIsWorkedOutASecondTimeIsToldWithTheForecast()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        const auto *notes = bench.page.findChild<QLabel *>(QStringLiteral("forecastNotes"));
        const auto *recompute = bench.page.findChild<QPushButton *>(QStringLiteral("recomputeToFit"));
        QVERIFY(!notes->isVisible() && !recompute->isVisible());
        bench.document.setRecompute({bench.document.graph().layers()[1].id}, true);
        QTRY_VERIFY_WITH_TIMEOUT(notes->isVisible(), kLong);
        QVERIFY2(notes->text().startsWith(QStringLiteral("Without recomputation the arena is ")) && notes->text().contains(QStringLiteral("1 layer")), qPrintable(notes->text()));
        QCOMPARE(notes->toolTip(), QString::fromStdString(bench.document.graph().layers()[1].name));
    }

    void anUnknownForecastIsUnknownWithItsReason()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        bench.document.remove({bench.document.graph().layers()[1].id}, {});
        const auto *reason = bench.page.findChild<QLabel *>(QStringLiteral("reason"));
        QTRY_COMPARE(reason->text(), QStringLiteral("The network has problems."));
        QVERIFY(reason->isVisible());
        QVERIFY(!bench.page.findChild<QLabel *>(QStringLiteral("verdict"))->isVisible());
    }

    void theLargestBatchIsFoundAndUsed()
    {
        Bench bench;
        QTRY_VERIFY(bench.forecaster.forecast().has_value());
        QTest::mouseClick(bench.page.findChild<QPushButton *>(QStringLiteral("findBatch")), Qt::LeftButton);
        auto *use = bench.page.findChild<QPushButton *>(QStringLiteral("useBatch"));
        QTRY_VERIFY_WITH_TIMEOUT(use->isVisible(), kLong);
        const qint64 rows = bench.document.dataSignature()->trainRows;
        QCOMPARE(use->text(), QStringLiteral("Use %1").arg(QString::fromStdString(formatCount(rows))));
        QTest::mouseClick(use, Qt::LeftButton);
        QCOMPARE(bench.document.training().batchSize, std::int64_t{rows});
        QVERIFY(checkTraining(bench.document.training(), rows).has_value());
        bench.document.undoStack()->undo();
        QCOMPARE(bench.document.training().batchSize, std::int64_t{16});
    }

    void keyLTurnsAllChartsToLogScale()
    {
        Bench bench;
        bench.page.activateWindow();
        bench.chart("Loss")->setFocus();
        QTest::keyClick(bench.chart("Loss"), Qt::Key_L);
        QTRY_VERIFY(bench.chart("Memory")->logScale());
        QVERIFY(bench.chart("Loss")->logScale());
        QVERIFY(bench.page.menuActions().first()->isChecked());
    }

    void theLetterLCanStillBeTypedIntoAField()
    {
        Bench bench;
        auto *epochs = bench.page.findChild<QLineEdit *>(QStringLiteral("epochs"));
        epochs->setFocus();
        epochs->selectAll();
        QTest::keyClicks(epochs, QStringLiteral("l0"));
        QCOMPARE(epochs->text(), QStringLiteral("l0"));
        QVERIFY(!bench.chart("Loss")->logScale());
    }

    void theEventsAreListedAndCanBeCopied()
    {
        Bench bench(2);
        bench.click("Start");
        QTRY_COMPARE_WITH_TIMEOUT(bench.figure("State"), QStringLiteral("Finished"), kLong);
        auto *log = bench.page.findChild<EventLog *>();
        QVERIFY(!log->isOpen());
        QCOMPARE(log->count(), static_cast<int>(bench.run.events().size()));
        QTest::mouseClick(log->findChild<QToolButton *>(), Qt::LeftButton);
        QVERIFY(log->isOpen());
        auto *list = log->findChild<QListWidget *>();
        list->setFocus();
        list->selectAll();
        QTest::keyClick(list, Qt::Key_C, Qt::ControlModifier);
        const QString copied = QApplication::clipboard()->text();
        QCOMPARE(copied.count(QLatin1Char('\n')), log->count() - 1);
        QVERIFY(copied.contains(QStringLiteral("Finished 2 epochs.")));
    }

    void aFailedRunSaysWhy()
    {
        Bench bench;
        std::filesystem::remove(bench.document.project().folder / "points.csv");
        bench.click("Start");
        QTRY_COMPARE_WITH_TIMEOUT(bench.figure("State"), QStringLiteral("Failed"), kLong);
        const auto *error = bench.page.findChild<QLabel *>(QStringLiteral("runError"));
        QVERIFY(error->isVisible());
        QVERIFY(error->text().contains(QStringLiteral("points.csv")));
        QTRY_VERIFY_WITH_TIMEOUT(bench.button("Start")->isVisible(), kLong);
    }

    void aSecondRunBeginsWithEmptyCharts()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        bench.click("Stop");
        QTRY_VERIFY_WITH_TIMEOUT(bench.button("Start")->isVisible(), kLong);
        bench.click("Start");
        QVERIFY(!bench.chart("Loss")->hasPoints());
        QTRY_VERIFY_WITH_TIMEOUT(bench.chart("Loss")->hasPoints(), kLong);
    }

    void regressionShowsItsErrorAndR2()
    {
        Bench bench([] { return loadProject(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "diabetes").value(); });
        bench.document.setFolder(std::filesystem::path(bench.dir.path().toStdString()));
        std::filesystem::copy(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "diabetes" / "data", folderOf(bench.dir) / "data");
        bench.library.open(folderOf(bench.dir) / "runs.sqlite");
        bench.click("Start");
        QTRY_VERIFY_WITH_TIMEOUT(!bench.run.isActive(), kLong);
        QCOMPARE(bench.figure("State"), QStringLiteral("Finished"));
        QVERIFY(bench.chart("Mean absolute error") && bench.chart("Mean absolute error")->hasPoints());
        QVERIFY(bench.chart("R²") && bench.chart("R²")->hasPoints());
    }

    void aNarrowPageHasOneColumn()
    {
        Bench bench;
        const auto columns = [&] {
            QSet<int> lefts;
            for (const CurveChart *chart : bench.page.findChild<ChartBoard *>()->charts())
                lefts.insert(chart->x());
            return lefts.size();
        };
        bench.page.resize(1800, 728);  // the plane of the two features stands beside the charts
        QTRY_COMPARE(int(columns()), 2);
        bench.page.resize(1000, 728);
        QTRY_COMPARE(int(columns()), 1);
    }

    void aNarrowPageKeepsItsButtonsAndTheFiguresThatMatterMost()
    {
        Bench bench;
        QVERIFY(bench.startAndWait());
        QTRY_VERIFY(bench.shown("Step"));
        bench.page.resize(900, 728);
        QTRY_VERIFY(!bench.shown("Step"));
        QCOMPARE(bench.page.width(), 900);
        QVERIFY(bench.shown("State") && bench.shown("Epoch"));
        QVERIFY(bench.button("Stop")->isVisible());
    }

    // What a window of 960 x 560, the smallest, leaves for the page.
    void inTheSmallestWindowNothingOfTheSettingsIsCutOff()
    {
        Bench bench;
        const QList<FoldCard *> cards = bench.page.findChildren<FoldCard *>();
        for (FoldCard *card : cards)
            card->setOpen(true);
        bench.document.setTraining(
            [&] {
                TrainingConfig training = bench.document.training();
                training.stopping.on = training.best.keep = training.recompute = true;
                training.schedule = {"cosine", {{"warmup", std::int64_t{50}}}};
                return training;
            }(),
            QStringLiteral("Change"));
        bench.page.resize(903, 460);
        QCOMPARE(bench.page.width(), 903);
        bench.page.findChild<QSplitter *>()->setSizes({0, 2000});  // as narrow as it goes
        QTest::qWait(0);
        const ScrollColumn *side = bench.side();
        QVERIFY(side->verticalScrollBar()->isVisible());
        for (const QWidget *child : side->widget()->findChildren<QWidget *>()) {
            if (!child->isVisible() || child->window() != &bench.page)
                continue;
            const QRect place(child->mapTo(side->widget(), QPoint()), child->size());
            QVERIFY2(place.left() >= 0 && place.right() < side->viewport()->width(),
                     qPrintable(QStringLiteral("%1 %2 ends at %3 of %4")
                                    .arg(QLatin1String(child->metaObject()->className()), child->objectName())
                                    .arg(place.right())
                                    .arg(side->viewport()->width())));
        }
        QVERIFY2(side->width() <= 304, qPrintable(QString::number(side->width())));
    }

    void aGroupIsFoldedByMouseSpaceAndEnter()
    {
        Bench bench;
        FoldCard *card = bench.fold("optimizerCard");
        auto *rate = bench.page.findChild<QLineEdit *>(QStringLiteral("learningRate"));
        QVERIFY(card->isOpen() && rate->isVisible());
        QTest::mouseClick(card->head(), Qt::LeftButton);
        QVERIFY(!card->isOpen() && !rate->isVisible());
        QVERIFY(card->head()->hasFocus());
        QTest::keyClick(card->head(), Qt::Key_Space);
        QVERIFY(card->isOpen() && rate->isVisible());
        QTest::keyClick(card->head(), Qt::Key_Return);
        QVERIFY(!card->isOpen());
        // The keyboard gets from one head to the next, and into an open group.
        QTest::keyClick(card->head(), Qt::Key_Tab);
        QVERIFY(bench.fold("lengthCard")->head()->hasFocus());
        QTest::keyClick(card->head(), Qt::Key_Return);
        QTest::keyClick(bench.fold("lengthCard")->head(), Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget()->objectName(), QStringLiteral("lengthUnit"));
    }

    void aGroupThatIsOpenedComesIntoView()
    {
        Bench bench;
        bench.page.resize(903, 460);
        FoldCard *card = bench.fold("recordCard");
        bench.side()->verticalScrollBar()->setValue(bench.side()->verticalScrollBar()->maximum());
        QTest::mouseClick(card->head(), Qt::LeftButton);
        const auto bottom = [&] { return card->mapTo(bench.side()->viewport(), QPoint(0, card->height())).y(); };
        QTRY_VERIFY(bottom() <= bench.side()->viewport()->height());
        QVERIFY(card->mapTo(bench.side()->viewport(), QPoint()).y() >= 0);
    }

    void theLayoutComesBack()
    {
        QByteArray layout;
        {
            Bench bench;
            bench.page.findChild<ChartBoard *>()->setSmoothing(85);
            bench.page.findChild<EventLog *>()->setOpen(true);
            bench.page.menuActions().first()->setChecked(true);
            bench.fold("optimizerCard")->setOpen(false);
            bench.fold("scheduleCard")->setOpen(true);
            bench.page.findChild<QToolButton *>(QStringLiteral("foldLayers"))->click();
            layout = bench.page.saveLayout();
        }
        Bench bench;
        bench.page.restoreLayout("nonsense");
        QCOMPARE(bench.page.findChild<ChartBoard *>()->smoothing(), 60);
        bench.page.restoreLayout(layout);
        QCOMPARE(bench.page.findChild<ChartBoard *>()->smoothing(), 85);
        QVERIFY(bench.page.findChild<EventLog *>()->isOpen());
        QVERIFY(bench.chart("Loss")->logScale());
        QVERIFY(!bench.fold("optimizerCard")->isOpen() && bench.fold("lengthCard")->isOpen()
                && bench.fold("scheduleCard")->isOpen());
        QVERIFY(bench.page.findChild<QToolButton *>(QStringLiteral("foldLayers"))->isChecked());
        QTest::qWait(20);
        QCOMPARE(bench.side()->verticalScrollBar()->value(), 0);  // the page begins at its beginning
    }

    void aLayoutFromBeforeTheGroupsFoldedComesBackToo()
    {
        QByteArray layout;
        QDataStream stream(&layout, QIODevice::WriteOnly);
        Bench bench;
        stream << quint32{1} << bench.page.findChild<QSplitter *>()->saveState() << 85 << true << true;
        bench.page.restoreLayout(layout);
        QCOMPARE(bench.page.findChild<ChartBoard *>()->smoothing(), 85);
        QVERIFY(bench.page.findChild<EventLog *>()->isOpen());
        QVERIFY(bench.fold("optimizerCard")->isOpen() && !bench.fold("scheduleCard")->isOpen());
    }

    void thePageCanBeLookedAt()
    {
        const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
        if (folder.isEmpty())
            QSKIP("Set TRAINYARD_SHOTS to a folder to keep pictures.");
        for (const Appearance appearance : {Appearance::Light, Appearance::Dark}) {
            Theme::instance().apply(appearance);
            const QString theme = appearance == Appearance::Light ? QStringLiteral("light") : QStringLiteral("dark");
            Bench bench([] { return loadProject(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "digits-cnn").value(); });
            bench.document.setFolder(folderOf(bench.dir));
            std::filesystem::copy(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "digits-cnn" / "data", folderOf(bench.dir) / "data");
            bench.library.open(folderOf(bench.dir) / "runs.sqlite");
            QTRY_VERIFY(bench.forecaster.forecast().has_value());
            const auto shoot = [&](const char *what, QSize size) {
                bench.page.resize(size);
                QTest::qWait(400);
                QVERIFY(bench.page.grab().save(QStringLiteral("%1/train-%2-%3-%4.png").arg(folder, QLatin1String(what), theme).arg(size.width())));
            };
            shoot("empty", {1232, 728});
            bench.fold("scheduleCard")->setOpen(true);
            bench.fold("evaluationCard")->setOpen(true);
            TrainingConfig training = bench.document.training();
            training.schedule = {"cosine", {{"warmup", std::int64_t{50}}}};
            training.stopping.on = training.best.keep = true;
            bench.document.setTraining(training, QStringLiteral("Schedule"));
            shoot("course", {1232, 728});
            bench.click("Start");
            QTRY_VERIFY_WITH_TIMEOUT(bench.run.progress().epoch >= 6, 60'000);
            shoot("running", {1232, 728});
            QTRY_VERIFY_WITH_TIMEOUT(!bench.run.isActive(), 120'000);
            shoot("ended", {1232, 728});
            bench.page.findChild<EventLog *>()->setOpen(true);
            shoot("ended", {2512, 1368});
        }
        Theme::instance().apply(Appearance::Light);
    }
};

QTEST_MAIN(TestTrainPage)
#include "tst_train_page.moc"
