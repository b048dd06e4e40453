#include <QtTest>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/charts/function_plot.h"
#include "ui/panels/train/course_fields.h"
#include "ui/panels/train/length_card.h"
#include "ui/panels/train/rate_finder.h"
#include "ui/panels/train/schedule_card.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

// The cards above each other, as the page has them, over 500 training rows in batches of 32: 16 steps an epoch.
struct Bench {
    ProjectDocument document;
    QWidget side;
    ScheduleCard *schedule;

    Bench()
    {
        Project project;
        project.name = "test";
        const LayerId in = project.graph.add("input"), scores = project.graph.add("dense"), loss = project.graph.add("softmax_cross_entropy");
        project.graph.edit(in)->parameters = {{"shape", std::vector<std::int64_t>{2}}};
        project.graph.edit(scores)->parameters = {{"units", std::int64_t{3}}};
        (void)project.graph.connect({in, scores, 0});
        (void)project.graph.connect({scores, loss, 0});
        document.reset(project);
        DataSignature signature;
        signature.sampleShape = Shape{2};
        signature.classes = 3;
        signature.trainRows = 500;
        document.setDataSignature(signature);
        auto *layout = new QVBoxLayout(&side);
        layout->addWidget(schedule = new ScheduleCard(document));
        layout->addWidget(new LengthCard(document));
        auto *evaluation = new SettingsCard(document, QStringLiteral("evaluationCard"), QStringLiteral("Evaluation"));
        evaluation->add(evaluationFields());
        layout->addWidget(evaluation);
        layout->addStretch(1);
        side.resize(304, 1100);
        side.show();
        (void)QTest::qWaitForWindowExposed(&side);
    }
    QLineEdit *edit(const char *key) const { return side.findChild<QLineEdit *>(QLatin1String(key)); }
    void enter(const char *key, const QString &text)
    {
        QLineEdit *field = edit(key);
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
    }
    void choose(const char *key, const char *value)
    {
        auto *box = side.findChild<QComboBox *>(QLatin1String(key));
        const int index = box->findData(QLatin1String(value));
        QVERIFY2(index >= 0, value);
        box->setCurrentIndex(index);
        emit box->activated(index);
    }
    void turn(const char *key) { side.findChild<QCheckBox *>(QLatin1String(key))->click(); }
    bool shows(const char *key) const { return side.findChild<QWidget *>(QLatin1String(key))->isVisible(); }
    void set(const std::function<void(TrainingConfig &)> &change)
    {
        TrainingConfig training = document.training();
        change(training);
        document.setTraining(training, QStringLiteral("Change"));
    }
    QStringList mistakes() const
    {
        QStringList texts;
        for (const QLabel *label : side.findChildren<QLabel *>())
            if (label->isVisible() && label->property("error").toBool())
                texts.append(label->text());
        return texts;
    }
    const TrainingConfig &training() const { return document.training(); }
};

void keepPicture(QWidget &widget, const QString &name)
{
    const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
    if (folder.isEmpty())
        return;
    for (const auto &[appearance, word] : {std::pair(Appearance::Light, "light"), std::pair(Appearance::Dark, "dark")}) {
        Theme::instance().apply(appearance);
        QTest::qWait(200);
        widget.grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name, QLatin1String(word)));
    }
    Theme::instance().apply(Appearance::Light);
}

}  // namespace

class TestCourseCards : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void onlyTheSettingsOfTheChosenScheduleAreThere()
    {
        Bench bench;
        for (const ScheduleSpec &chosen : scheduleCatalog()) {
            bench.choose("schedule", chosen.type.c_str());
            QCOMPARE(bench.training().schedule.type, chosen.type);
            for (const ScheduleSpec &spec : scheduleCatalog())
                for (const ParameterSpec &setting : spec.settings)
                    QCOMPARE(bench.shows(("schedule/" + spec.type + "/" + setting.key).c_str()), spec.type == chosen.type);
            QVERIFY(bench.mistakes().isEmpty());
            QVERIFY(!bench.schedule->note().isEmpty());
        }
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Set schedule to reduce on plateau"));
    }

    void theCourseIsToldInWords()
    {
        Bench bench;
        QCOMPARE(bench.schedule->note(), QStringLiteral("0.001 for all 480 steps."));
        bench.choose("schedule", "cosine");
        QVERIFY2(bench.schedule->note().startsWith(QStringLiteral("From 0.001 to ")), qPrintable(bench.schedule->note()));
        QVERIFY(bench.schedule->note().endsWith(QStringLiteral("in 480 steps.")));
        bench.choose("schedule", "one_cycle");
        QVERIFY2(bench.schedule->note().contains(QStringLiteral("up to 0.001 and down to")), qPrintable(bench.schedule->note()));
        bench.choose("schedule", "reduce_on_plateau");
        QVERIFY(bench.schedule->note().contains(QStringLiteral("evaluations")));
        bench.choose("schedule", "constant");
        bench.choose("lengthUnit", "minutes");
        QVERIFY(bench.schedule->note().contains(QStringLiteral("by time")));
        bench.document.setDataSignature({});
        QVERIFY(bench.schedule->note().contains(QStringLiteral("not known yet")));
    }

    void settingsAreTakenAndDefaultsLeaveTheFileAsItWas()
    {
        Bench bench;
        bench.choose("schedule", "multi_step");
        bench.enter("schedule/multi_step/milestones", QStringLiteral("3, 6 9,12,15,18,21"));
        QCOMPARE(std::get<std::vector<std::int64_t>>(bench.training().schedule.settings.at("milestones")).size(), std::size_t{7});
        QCOMPARE(bench.edit("schedule/multi_step/milestones")->text(), QStringLiteral("3, 6, 9, 12, 15, 18, 21"));
        bench.enter("schedule/warmup", QStringLiteral("20"));
        QVERIFY(bench.shows("schedule/warmup_unit") && bench.shows("schedule/warmup_from"));
        bench.choose("schedule", "constant");  // the warm-up stays, the milestones go
        QCOMPARE(bench.training().schedule.settings.size(), std::size_t{1});
        bench.enter("schedule/warmup", QStringLiteral("0"));
        QVERIFY(bench.training().schedule == ScheduleConfig());
        QVERIFY(!bench.shows("schedule/warmup_unit"));
    }

    void theLengthIsInOneUnit()
    {
        Bench bench;
        QVERIFY(bench.shows("epochs") && !bench.shows("lengthSteps") && !bench.shows("lengthMinutes"));
        bench.choose("lengthUnit", "steps");
        QVERIFY(!bench.shows("epochs") && bench.shows("lengthSteps"));
        bench.enter("lengthSteps", QStringLiteral("5,000"));
        QCOMPARE(bench.training().length.steps, std::int64_t{5000});
        QCOMPARE(bench.schedule->note(), QStringLiteral("0.001 for all 5,000 steps."));
        bench.choose("lengthUnit", "minutes");
        bench.enter("lengthMinutes", QStringLiteral("1.5"));
        QCOMPARE(bench.training().length.minutes, 1.5);
    }

    void stoppingAndKeepingShowTheirSettings()
    {
        Bench bench;
        QVERIFY(!bench.shows("patience") && !bench.shows("bestMetric"));
        bench.turn("stopEarly");
        bench.turn("keepBest");
        QVERIFY(bench.shows("patience") && bench.shows("minimumImprovement") && bench.shows("stopMetric") && bench.shows("bestMetric"));
        bench.choose("stopMetric", "accuracy");
        QCOMPARE(bench.training().stopping.metric, std::string("accuracy"));
        bench.choose("bestMetric", "loss");
        QCOMPARE(bench.training().best.metric, std::string("loss"));
        bench.choose("bestMetric", "");  // accuracy, which is what there is without a word
        QCOMPARE(bench.training().best.metric, std::string());
        bench.choose("evaluationUnit", "true");
        bench.enter("evaluationEvery", QStringLiteral("200"));
        QCOMPARE(bench.training().evaluation, (EvaluationConfig{200, true}));
    }

    void mistakesAreSaidAtTheirField_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("said");
        QTest::newRow("patience 0") << "patience" << "0" << "patience of 0";
        QTest::newRow("plateau's patience 0") << "schedule/reduce_on_plateau/patience" << "0" << "Patience takes";
        QTest::newRow("factor 0") << "schedule/reduce_on_plateau/gamma" << "0" << "Factor takes";
        QTest::newRow("warm-up longer than the run") << "schedule/warmup" << "480" << "warm-up of 480 steps";
        QTest::newRow("no epochs") << "epochs" << "0" << "Epochs is 0";
        QTest::newRow("never evaluated") << "evaluationEvery" << "0" << "every 0 epochs";
        QTest::newRow("negative improvement") << "minimumImprovement" << "-1" << "minimum improvement";
        QTest::newRow("no number") << "schedule/warmup" << "long" << "\"long\"";
    }
    void mistakesAreSaidAtTheirField()
    {
        QFETCH(QString, key);
        QFETCH(QString, text);
        QFETCH(QString, said);
        Bench bench;
        bench.choose("schedule", "reduce_on_plateau");
        bench.turn("stopEarly");
        const TrainingConfig before = bench.training();
        bench.enter(qPrintable(key), text);
        QCOMPARE(bench.mistakes().size(), 1);
        QVERIFY2(bench.mistakes().first().contains(said), qPrintable(bench.mistakes().first()));
        QVERIFY(bench.edit(qPrintable(key))->property("invalid").toBool());
        QVERIFY(bench.training() == before);
    }

    // A project edited by hand, or a run made shorter elsewhere.
    void mistakesThatAreThereAlreadyAreSaidAtTheirField()
    {
        Bench bench;
        bench.set([](TrainingConfig &training) {
            training.schedule.settings["warmup"] = std::int64_t{5};
            training.schedule.settings["warmup_unit"] = std::string("epochs");
            training.epochs = 5;
        });
        QCOMPARE(bench.mistakes().size(), 1);
        QVERIFY(bench.edit("schedule/warmup")->property("invalid").toBool());
        QVERIFY(bench.schedule->note().contains(QStringLiteral("once the settings fit")));
        keepPicture(bench.side, QStringLiteral("course-mistake"));
        bench.enter("epochs", QStringLiteral("6"));
        QVERIFY(bench.mistakes().isEmpty());
        bench.set([](TrainingConfig &training) {
            training.length.unit = LengthUnit::Minutes;
            training.schedule = {"one_cycle", {}};
        });
        QCOMPARE(bench.mistakes().size(), 1);
        QVERIFY(bench.mistakes().first().contains(QStringLiteral("by minutes")));
    }

    void theCardsCanBeLookedAt()
    {
        if (qEnvironmentVariable("TRAINYARD_SHOTS").isEmpty())
            QSKIP("Set TRAINYARD_SHOTS to a folder to keep pictures.");
        for (const ScheduleSpec &spec : scheduleCatalog()) {
            Bench bench;
            bench.set([&](TrainingConfig &training) {
                training.schedule.type = spec.type;
                training.schedule.settings["warmup"] = std::int64_t{40};
                training.stopping.on = training.best.keep = spec.type == "cosine";
                if (spec.type == "cosine")
                    training.schedule.settings["cycle_epochs"] = std::int64_t{10};
            });
            bench.side.resize(spec.type == "step" ? 264 : 304, bench.side.sizeHint().height());
            keepPicture(bench.side, QStringLiteral("course-%1").arg(QString::fromStdString(spec.type)));
        }
    }

    // --- the range test ---

    void aRateIsFoundAndTakenWithOneClick()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        document.reset(tinyProject(dir, 10));
        RateFinder finder(document);
        finder.resize(280, 300);
        finder.show();
        double taken = 0;
        connect(&finder, &RateFinder::taken, this, [&](double rate) { taken = rate; });
        auto *find = finder.findChild<QPushButton *>(QStringLiteral("findRate")), *take = finder.findChild<QPushButton *>(QStringLiteral("takeRate"));
        find->click();
        QVERIFY(finder.search().isActive());
        QVERIFY(!find->isVisible() && !take->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!finder.search().isActive(), 60'000);
        QVERIFY2(!finder.search().error(), finder.search().error() ? finder.search().error()->message.c_str() : "");
        const auto words = finder.findChild<QLabel *>(QStringLiteral("rateWords"))->text();
        QVERIFY2(finder.search().sweep().suggestion, qPrintable(words));
        QVERIFY(take->isVisible());
        keepPicture(finder, QStringLiteral("rate-found"));
        const double suggested = *finder.search().sweep().suggestion;
        take->click();
        QCOMPARE(taken, suggested);
        QVERIFY(find->isVisible() && !take->isVisible());
    }

    void aSearchThatIsCancelledLeavesNothing()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        document.reset(tinyProject(dir, 10));
        RateFinder finder(document);
        finder.show();
        auto *find = finder.findChild<QPushButton *>(QStringLiteral("findRate")), *close = finder.findChild<QPushButton *>(QStringLiteral("closeRate"));
        find->click();
        close->click();
        QVERIFY(!finder.search().isActive());
        QVERIFY(find->isVisible() && !close->isVisible());
        finder.setRunning(true);
        QVERIFY(!find->isEnabled());
    }

    void aSearchThatCannotBeSaysWhy()
    {
        QTemporaryDir dir;
        ProjectDocument document;
        Project project = tinyProject(dir, 10);
        project.training.batchSize = 1'000'000;
        document.reset(project);
        RateFinder finder(document);
        finder.show();
        finder.findChild<QPushButton *>(QStringLiteral("findRate"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(!finder.search().isActive(), 60'000);
        QVERIFY(finder.search().error()->message.find("1,000,000") != std::string::npos);
        QVERIFY(finder.findChild<QPushButton *>(QStringLiteral("findRate"))->isVisible());
    }
};

QTEST_MAIN(TestCourseCards)
#include "tst_course_cards.moc"
