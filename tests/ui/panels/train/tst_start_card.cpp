#include <QtTest>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QThreadPool>

#include "engine/exchange/safetensors.h"
#include "tests/ui/panels/train/page_on_project.h"
#include "tests/ui/bridge/tiny_project.h"
#include "tests/ui/panels/page_pictures.h"
#include "ui/bridge/forecaster.h"
#include "ui/bridge/live_run.h"
#include "ui/panels/train/match_table.h"
#include "ui/panels/train/start_card.h"
#include "ui/panels/train/train_page.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

HostTensor filled(Shape shape, float value)
{
    HostTensor tensor({DType::F32, std::move(shape)});
    std::fill(tensor.as<float>().begin(), tensor.as<float>().end(), value);
    return tensor;
}

// As PyTorch has them: a body of the tiny project's sizes, and a head for five classes.
SafetensorsFile body()
{
    SafetensorsFile file;
    file.tensors = {{"dense.weight", filled(Shape{96, 2}, 0.1f)},   {"dense.bias", filled(Shape{96}, 0.0f)}, {"dense_2.weight", filled(Shape{96, 96}, 0.1f)},
                    {"dense_2.bias", filled(Shape{96}, 0.0f)},      {"dense_3.weight", filled(Shape{5, 96}, 0.1f)}, {"dense_3.bias", filled(Shape{5}, 0.0f)},
                    {"extra.weight", filled(Shape{3}, 0.0f)}};
    return file;
}

struct Bench : PageOnProject {
    StartCard *card = page.findChild<StartCard *>();
    MatchTable *table = card->findChild<MatchTable *>();

    Bench()
    {
        card->setOpen(true);
        open(tinyProject(dir, 2));
    }
    // Of the card, without those above it.
    void picture(const char *name)
    {
        for (QWidget *other : card->parentWidget()->findChildren<QWidget *>(Qt::FindDirectChildrenOnly))
            if (other != card)
                other->hide();
        keepPictures(page, QLatin1String(name));
    }
    template <typename T>
    T *find(const char *name) const
    {
        return card->findChild<T *>(QLatin1String(name));
    }
    QString words(const char *name) const
    {
        const auto *label = find<QLabel>(name);
        return label->isHidden() ? QString() : label->text();
    }
    void click(const char *name) { QTest::mouseClick(find<QPushButton>(name), Qt::LeftButton); }
    void choose(const char *name, int index)
    {
        auto *box = find<QComboBox>(name);
        box->setCurrentIndex(index);
        emit box->activated(index);
    }
    bool looked() const { return QTest::qWaitFor([this] { return matcher.isCurrent() && loader.types().has_value(); }, kLong); }
    QString write(const char *name, const SafetensorsFile &file) const
    {
        const auto path = folderOf(dir) / name;
        return writeSafetensors(path, file) ? QString::fromStdString(path.string()) : QString();
    }
    bool trained()
    {
        run.start(document.snapshot(), library.store());
        return QTest::qWaitFor([this] { return !run.isActive(); }, kLong) && run.progress().state == TrainState::Finished;
    }
    // The state beside a parameter's name; empty: it is not in the table.
    QString stateOf(const QString &name) const
    {
        for (int row = 0; row < table->rows(); ++row)
            if (table->text(row, 0) == name)
                return table->text(row, 1);
        return {};
    }
};

}  // namespace

class TestStartCard : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void freshWeightsAskForNothing()
    {
        Bench bench;
        QVERIFY(bench.looked());
        for (const char *name : {"startRun", "startWeights"})
            QVERIFY2(!bench.find<QComboBox>(name)->isVisibleTo(bench.card), name);
        QVERIFY(!bench.table->isVisibleTo(bench.card) && !bench.find<QPushButton>("freezeMatched")->isVisibleTo(bench.card));
        QCOMPARE(bench.words("startSummary"), QString());
        QVERIFY(!bench.document.isModified());
    }

    void aFileIsMatchedBeforeAnythingRuns()
    {
        Bench bench;
        bench.card->takeFile(bench.write("body.safetensors", body()));
        QCOMPARE(bench.document.training().startFrom.file, std::string("body.safetensors"));  // inside the project
        QTRY_VERIFY_WITH_TIMEOUT(bench.matcher.match().has_value(), kLong);
        QVERIFY2(bench.words("startSummary").startsWith(QStringLiteral("4 of 6 tensors are loaded, ")), qPrintable(bench.words("startSummary")));
        QVERIFY(bench.words("startSummary").contains(QStringLiteral("PyTorch")));
        QCOMPARE(bench.table->text(0, 0), QStringLiteral("dense_3/weights"));  // what does not match comes first
        QCOMPARE(bench.stateOf(QStringLiteral("dense_3/weights")), QStringLiteral("Another shape"));
        QCOMPARE(bench.stateOf(QStringLiteral("dense/weights")), QStringLiteral("Loaded"));
        QCOMPARE(bench.stateOf(QStringLiteral("extra.weight")), QStringLiteral("Not used"));
        bench.picture("start-from-file");
        bench.document.undoStack()->undo();
        QVERIFY(!bench.document.training().startFrom.isSet());
        QVERIFY(!bench.table->isVisibleTo(bench.card));
    }

    void matchedLayersAreFrozenInOneStep()
    {
        Bench bench;
        bench.card->takeFile(bench.write("body.safetensors", body()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.matcher.match().has_value(), kLong);
        bench.click("freezeMatched");
        const auto frozen = [&](const char *name) { return bench.document.graph().findByName(name)->frozen; };
        QVERIFY(frozen("dense") && frozen("dense_2") && !frozen("dense_3"));
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Freeze matched layers"));
        QVERIFY(bench.looked());
        QVERIFY(!bench.find<QPushButton>("freezeMatched")->isVisibleTo(bench.card));  // nothing more to freeze
        bench.document.undoStack()->undo();
        QVERIFY(!frozen("dense") && bench.document.training().startFrom.isSet());
    }

    void theHeadIsReplacedAndKeptAgain()
    {
        Bench bench;
        bench.card->takeFile(bench.write("body.safetensors", body()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.matcher.match().has_value() && bench.document.dataSignature(), kLong);
        const LayerId head = bench.document.graph().findByName("dense_3")->id;
        bench.document.setParameter({head}, "units", std::int64_t{5});
        QVERIFY(bench.looked());
        bench.click("replaceHead");
        QCOMPARE(bench.document.training().startFrom.leaveOut, std::vector<std::string>{"dense_3"});
        QCOMPARE(std::get<std::int64_t>(bench.document.graph().find(head)->parameters.at("units")), std::int64_t{3});  // the data's classes
        QVERIFY(bench.looked());
        QCOMPARE(bench.stateOf(QStringLiteral("dense_3/bias")), QStringLiteral("Left out"));
        QCOMPARE(bench.find<QPushButton>("replaceHead")->text(), QStringLiteral("Keep head"));
        bench.click("replaceHead");
        QVERIFY(bench.document.training().startFrom.leaveOut.empty());
        bench.document.undoStack()->undo();
        bench.document.undoStack()->undo();
        QCOMPARE(std::get<std::int64_t>(bench.document.graph().find(head)->parameters.at("units")), std::int64_t{5});
        QVERIFY(bench.document.training().startFrom.leaveOut.empty());
    }

    void whatCannotBeReadIsSaidInRed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("part");
        QTest::newRow("damaged") << QByteArray("\x40\0\0\0\0\0\0\0{}", 10) << "sound";
        QTest::newRow("PyTorch's own format") << QByteArray("PK\x03\x04 and more") << "save_file";
    }

    void whatCannotBeReadIsSaidInRed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, part);
        Bench bench;
        const QString path = bench.dir.filePath(QStringLiteral("bad.safetensors"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        file.close();
        bench.card->takeFile(path);
        QTRY_VERIFY_WITH_TIMEOUT(bench.words("startMistake").contains(part), kLong);
        QVERIFY(!bench.find<QPushButton>("freezeMatched")->isVisibleTo(bench.card));
        bench.choose("startKind", 0);
        QCOMPARE(bench.words("startMistake"), QString());
    }

    void whereNothingMatchesTheRunCannotStartAndSaysWhy()
    {
        Bench bench;
        SafetensorsFile other;
        other.tensors = {{"layer1.weight", filled(Shape{96, 2}, 0.1f)}, {"layer1.bias", filled(Shape{96}, 0.1f)}};
        bench.card->takeFile(bench.write("other.safetensors", other));
        QTRY_VERIFY_WITH_TIMEOUT(bench.words("startMistake").contains(QStringLiteral("layer1.")), kLong);
        QVERIFY(bench.table->isVisibleTo(bench.card));  // with the reasons
        bench.picture("start-from-nothing");
        // By order it goes.
        QTest::mouseClick(bench.find<QCheckBox>("startByOrder"), Qt::LeftButton, {}, {8, bench.find<QCheckBox>("startByOrder")->height() / 2});
        QVERIFY(bench.document.training().startFrom.byOrder);
        QTRY_VERIFY_WITH_TIMEOUT(bench.words("startSummary").startsWith(QStringLiteral("2 of 6")), kLong);
        QCOMPARE(bench.stateOf(QStringLiteral("dense/weights")), QStringLiteral("Loaded, by order"));
    }

    void aPastRunIsChosenFromTheHistory()
    {
        Bench bench;
        QVERIFY(bench.trained());
        bench.library.refresh();
        QTRY_COMPARE_WITH_TIMEOUT(bench.find<QComboBox>("startRun")->count(), 1, kLong);
        bench.choose("startKind", 1);
        QCOMPARE(bench.document.training().startFrom.run, std::int64_t{1});
        QTRY_VERIFY_WITH_TIMEOUT(bench.words("startSummary").startsWith(QStringLiteral("6 of 6 tensors are loaded")), kLong);
        QVERIFY(bench.words("startSummary").contains(QStringLiteral("the latest weights of run 1, step ")));
        bench.picture("start-from-run");
        QVERIFY(bench.trained());
        const auto &events = bench.run.events();
        QVERIFY(std::any_of(events.begin(), events.end(), [](const RunEvent &event) { return event.text.starts_with("Started from the latest weights of run 1"); }));
    }

    void aRunThatIsGoneIsSaid()
    {
        Bench bench;
        TrainingConfig training = bench.document.training();
        training.startFrom.kind = StartKind::Run;
        training.startFrom.run = 41;
        bench.document.setTraining(training, QStringLiteral("Start"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.words("startMistake").contains(QStringLiteral("no run 41")), kLong);
        QCOMPARE(bench.find<QComboBox>("startRun")->currentText(), QStringLiteral("41: not in the history"));
    }
};

QTEST_MAIN(TestStartCard)
#include "tst_start_card.moc"
