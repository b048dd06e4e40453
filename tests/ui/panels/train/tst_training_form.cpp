#include <QtTest>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>

#include "tests/ui/panels/device/device_fakes.h"
#include "ui/controls/fold_card.h"
#include "ui/controls/fold_header.h"
#include "ui/panels/train/training_fields.h"
#include "ui/panels/train/training_form.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

struct Bench {
    ProjectDocument document;
    TrainingForm form{document};

    Bench()
    {
        Project project;
        project.name = "test";
        document.reset(project);
        DataSignature signature;
        signature.sampleShape = Shape{2};
        signature.classes = 3;
        signature.trainRows = 500;
        document.setDataSignature(signature);
        for (FoldCard *card : form.findChildren<FoldCard *>())
            card->setOpen(true);
        form.resize(300, 600);
        form.show();
        (void)QTest::qWaitForWindowExposed(&form);
    }
    QLineEdit *edit(const char *key) const { return form.findChild<QLineEdit *>(QLatin1String(key)); }
    void type(const char *key, const QString &text)
    {
        QLineEdit *field = edit(key);
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
    }
    void enter(const char *key, const QString &text)
    {
        type(key, text);
        QTest::keyClick(edit(key), Qt::Key_Return);
    }
    void choose(const char *type)
    {
        auto *box = form.findChild<QComboBox *>(QStringLiteral("optimizer"));
        box->setCurrentIndex(box->findData(QLatin1String(type)));
        emit box->activated(box->currentIndex());
    }
    QComboBox *box(const char *key) const { return form.findChild<QComboBox *>(QLatin1String(key)); }
    void set(const std::function<void(TrainingConfig &)> &change)
    {
        TrainingConfig training = document.training();
        change(training);
        document.setTraining(training, QStringLiteral("Change"));
    }
    QStringList messages() const
    {
        QStringList texts;
        for (const QLabel *label : form.findChildren<QLabel *>())
            if (label->isVisible() && label->property("error").toBool())
                texts.append(label->text());
        return texts;
    }
    FoldHeader *head(const char *card) const { return form.findChild<FoldCard *>(QLatin1String(card))->head(); }
    FoldHeader *folded(const char *card) const
    {
        form.findChild<FoldCard *>(QLatin1String(card))->setOpen(false);
        return head(card);
    }
};

// To look at, where TRAINYARD_SHOTS names a folder; as wide as the page leaves it.
void keepPicture(QWidget &form, const char *name)
{
    const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
    if (folder.isEmpty())
        return;
    form.resize(280, form.sizeHint().height());
    QTest::qWait(200);
    form.grab().save(QStringLiteral("%1/%2.png").arg(folder, QLatin1String(name)));
}

}  // namespace

class TestTrainingForm : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void anEditIsOneNamedStepThatCanBeUndone()
    {
        Bench bench;
        bench.enter("batchSize", QStringLiteral("64"));
        QCOMPARE(bench.document.training().batchSize, std::int64_t{64});
        QCOMPARE(bench.document.undoStack()->count(), 1);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Set batch size to 64"));
        bench.document.undoStack()->undo();
        QCOMPARE(bench.document.training().batchSize, std::int64_t{32});
        QCOMPARE(bench.edit("batchSize")->text(), QStringLiteral("32"));
    }

    void onlyTheFieldsTheOptimizerUsesAreThere_data()
    {
        QTest::addColumn<QString>("type");
        for (const OptimizerSpec &spec : optimizerCatalog())
            QTest::newRow(spec.type.c_str()) << QString::fromStdString(spec.type);
    }
    void onlyTheFieldsTheOptimizerUsesAreThere()
    {
        QFETCH(QString, type);
        Bench bench;
        bench.choose(qPrintable(type));
        QCOMPARE(QString::fromStdString(bench.document.training().optimizer.type), type);
        const OptimizerSpec *spec = findOptimizer(type.toStdString());
        for (const TrainingField &field : trainingFields()) {
            const auto isOwn = [&](const ParameterSpec &setting) { return setting.key == field.key.toStdString(); };
            const bool used = !field.ofGpu && (field.ofOptimizer ? std::any_of(spec->settings.begin(), spec->settings.end(), isOwn)
                                                               : !field.isUsed || field.isUsed(bench.document.training()));
            QCOMPARE(bench.form.findChild<QWidget *>(field.key)->isVisible(), used);
        }
        QVERIFY(bench.edit("learningRate")->isVisible());
        // And every setting the optimizers speak of has a field.
        for (const ParameterSpec &setting : spec->settings)
            QVERIFY2(bench.form.findChild<QWidget *>(QString::fromStdString(setting.key)), setting.key.c_str());
    }

    void numbersAreTakenAsPeopleWriteThem()
    {
        Bench bench;
        bench.enter("learningRate", QStringLiteral("3e-4"));
        QCOMPARE(bench.document.training().optimizer.learningRate, 3e-4);
        bench.enter("checkpointEveryEpochs", QStringLiteral("1,200"));
        QCOMPARE(bench.document.training().checkpointEveryEpochs, std::int64_t{1200});
        bench.enter("seed", QStringLiteral("18446744073709551615"));
        QCOMPARE(bench.document.training().seed, std::numeric_limits<std::uint64_t>::max());
    }

    void theBoundsOfTheGradientsAreStepsUnderEveryOptimizer()
    {
        Bench bench;
        for (const OptimizerSpec &spec : optimizerCatalog()) {
            bench.choose(spec.type.c_str());
            QVERIFY(bench.edit("clipNorm")->isVisible() && bench.edit("clipValue")->isVisible());
        }
        QCOMPARE(bench.edit("clipNorm")->text(), QStringLiteral("0"));
        bench.enter("clipNorm", QStringLiteral("2.5"));
        QCOMPARE(bench.document.training().optimizer.clipNorm, 2.5);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Set clip norm to 2.5"));
        bench.enter("clipValue", QStringLiteral("0.5"));
        QCOMPARE(bench.document.training().optimizer.clipValue, 0.5);
        keepPicture(bench.form, "form-clip");
        bench.document.undoStack()->undo();
        bench.document.undoStack()->undo();
        QCOMPARE(bench.document.training().optimizer.clipNorm, 0.0);
        QCOMPARE(bench.edit("clipValue")->text(), QStringLiteral("0"));
        bench.enter("clipNorm", QStringLiteral("-1"));
        QVERIFY(bench.messages().join(QString()).contains(QStringLiteral("clip norm")));
        QCOMPARE(bench.document.training().optimizer.clipNorm, 0.0);
    }

    void aMistakeIsSaidWhileTypingAndNotTaken()
    {
        Bench bench;
        bench.type("learningRate", QStringLiteral("-1"));
        QCOMPARE(bench.messages().size(), 1);
        QVERIFY(bench.messages().first().contains(QStringLiteral("learning rate")));
        QVERIFY(bench.edit("learningRate")->property("invalid").toBool());
        QTest::keyClick(bench.edit("learningRate"), Qt::Key_Return);
        QCOMPARE(bench.document.training().optimizer.learningRate, 1e-3);
        QCOMPARE(bench.document.undoStack()->count(), 0);
        QTest::keyClick(bench.edit("learningRate"), Qt::Key_Escape);
        QCOMPARE(bench.edit("learningRate")->text(), QStringLiteral("0.001"));
        QVERIFY(bench.messages().isEmpty());
    }

    void whatIsNoNumberIsSaid()
    {
        Bench bench;
        bench.enter("checkpointEveryEpochs", QStringLiteral("many"));
        QVERIFY(bench.messages().join(QString()).contains(QStringLiteral("many")));
        bench.enter("seed", QStringLiteral("-3"));
        QCOMPARE(bench.document.training().seed, std::uint64_t{1});
    }

    void aBatchLargerThanTheTrainingPartIsRefusedWithBothNumbers()
    {
        Bench bench;
        bench.enter("batchSize", QStringLiteral("501"));
        QCOMPARE(bench.document.training().batchSize, std::int64_t{32});
        QVERIFY(bench.messages().join(QString()).contains(QStringLiteral("501")));
        QVERIFY(bench.messages().join(QString()).contains(QStringLiteral("500")));
        bench.enter("batchSize", QStringLiteral("500"));
        QCOMPARE(bench.document.training().batchSize, std::int64_t{500});
        QVERIFY(bench.messages().isEmpty());
    }

    void dataThatShrankMakeTheBatchAMistakeThatCanStillBeMended()
    {
        Bench bench;
        DataSignature small = *bench.document.dataSignature();
        small.trainRows = 20;
        bench.document.setDataSignature(small);
        QCOMPARE(bench.messages().size(), 1);
        bench.enter("checkpointEveryEpochs", QStringLiteral("7"));  // another field is not held back
        QCOMPARE(bench.document.training().checkpointEveryEpochs, std::int64_t{7});
        bench.enter("batchSize", QStringLiteral("20"));
        QVERIFY(bench.messages().isEmpty());
    }

    void aSwitchIsAStepToo()
    {
        Bench bench;
        bench.choose("sgd");
        auto *nesterov = bench.form.findChild<QCheckBox *>(QStringLiteral("nesterov"));
        QTest::mouseClick(nesterov, Qt::LeftButton, {}, QPoint(8, nesterov->height() / 2));
        QCOMPARE(std::get<bool>(bench.document.training().optimizer.value("nesterov")), true);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Turn Nesterov on"));
    }

    void theBestDeviceIsTheChoiceUntilThePersonChooses()
    {
        Bench bench;
        QComboBox *device = bench.box("device");
        bench.form.setMachine(machineWithoutGpu());
        QCOMPARE(device->count(), 2);
        QCOMPARE(device->currentData().toString(), QStringLiteral("auto"));
        bench.form.setMachine(machineWithGpu());
        QCOMPARE(device->count(), 3);
        QCOMPARE(device->currentData().toString(), QStringLiteral("auto"));
        device->setCurrentIndex(2);
        emit device->activated(2);
        QCOMPARE(bench.document.training().device, std::string("cuda:0"));
        bench.document.undoStack()->undo();
        QCOMPARE(device->currentData().toString(), QStringLiteral("auto"));
    }

    void aDeviceThatIsMissingIsShownWithTheReason()
    {
        Bench bench;
        bench.set([](TrainingConfig &training) { training.device = "cuda:1"; });
        bench.form.setMachine(machineWithoutGpu());
        QCOMPARE(bench.box("device")->currentText(), QStringLiteral("cuda:1 (missing)"));
        QVERIFY2(bench.messages().join(QString()).contains(QStringLiteral("There is no NVIDIA driver and no NVIDIA GPU")), qPrintable(bench.messages().join(QString())));
        keepPicture(bench.form, "form-missing");
        bench.set([](TrainingConfig &training) { training.device = "cpu"; });
        QVERIFY(bench.messages().isEmpty());
        QVERIFY(bench.box("device")->findText(QStringLiteral("missing"), Qt::MatchContains) < 0);
    }

    void everyDeviceOffersItsPrecisionsAndOnlyTheGpuSettingsOfItsOwn()
    {
        Bench bench;
        bench.form.setMachine(machineWithGpu());
        const auto able = [&](int row) { return bench.box("precision")->model()->index(row, 0).flags().testFlag(Qt::ItemIsEnabled); };
        QVERIFY(able(0) && able(1) && able(2));
        for (const char *key : {"tf32", "autotune", "memoryLimitMiB", "memoryPolicy"})
            QVERIFY2(bench.form.findChild<QWidget *>(QLatin1String(key))->isVisible(), key);
        emit bench.box("precision")->activated(1);
        keepPicture(bench.form, "form-gpu");
        QVERIFY(bench.document.training().precision == Precision::BFloat16);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Train in bfloat16"));

        bench.set([](TrainingConfig &training) { training.device = "cpu"; });
        QVERIFY(able(0) && able(1) && able(2));
        QVERIFY(bench.messages().isEmpty());
        for (const char *key : {"tf32", "autotune", "memoryLimitMiB", "memoryPolicy"})
            QVERIFY2(!bench.form.findChild<QWidget *>(QLatin1String(key))->isVisible(), key);

        // A card from before bfloat16.
        ui::Machine machine = machineWithGpu();
        std::string name;
        for (DeviceReport &report : machine.devices)
            if (report.device && report.device->id == "cuda:0") {
                report.device->lowPrecision = false;
                name = report.device->name;
            }
        bench.set([](TrainingConfig &training) { training.device = "cuda:0"; });
        bench.form.setMachine(machine);
        QVERIFY(able(0) && !able(2));
        QVERIFY2(bench.messages().contains(QString::fromStdString(name + " does not train in bfloat16. Choose float32, or another device.")),
                 qPrintable(bench.messages().join(QString())));
    }

    void recomputationIsASwitchWithASizeThatIsThereWhileItIsOn()
    {
        Bench bench;
        QVERIFY(!bench.edit("recomputeMiB")->isVisible());
        auto *on = bench.form.findChild<QAbstractButton *>(QStringLiteral("recompute"));
        QVERIFY(on && !on->isChecked());
        on->click();
        QVERIFY(bench.document.training().recompute);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Turn Recompute to fit on"));
        QVERIFY(bench.edit("recomputeMiB")->isVisible());
        bench.enter("recomputeMiB", QStringLiteral("1,500"));
        QCOMPARE(bench.document.training().recomputeMiB, std::int64_t{1500});
        keepPicture(bench.form, "form-recompute");
        bench.enter("recomputeMiB", QStringLiteral("-1"));
        QCOMPARE(bench.document.training().recomputeMiB, std::int64_t{1500});
        QVERIFY2(bench.messages().join(QString()).contains(QStringLiteral("-1 MiB")), qPrintable(bench.messages().join(QString())));
    }

    void theMemoryPolicyAndItsLimitAreSteps()
    {
        Bench bench;
        bench.form.setMachine(machineWithGpu());
        bench.enter("memoryLimitMiB", QStringLiteral("8,192"));
        QCOMPARE(bench.document.training().memoryLimitMiB, std::int64_t{8192});
        emit bench.box("memoryPolicy")->activated(1);
        QVERIFY(bench.document.training().reserveMemory);
        QVERIFY(bench.messages().isEmpty());
        bench.enter("memoryLimitMiB", QStringLiteral("0"));  // nothing to reserve: refused, and said
        QCOMPARE(bench.document.training().memoryLimitMiB, std::int64_t{8192});
        QVERIFY(!bench.messages().isEmpty());
    }

    void whatAlmostEverybodySetsIsOpenAndTheRestIsFolded()
    {
        ProjectDocument document;
        TrainingForm form(document);
        QStringList open, folded;
        for (const FoldCard *card : form.findChildren<FoldCard *>())
            (card->isOpen() ? open : folded).append(card->accessibleName());
        QCOMPARE(open, (QStringList{QStringLiteral("Optimizer and batch"), QStringLiteral("Length")}));
        QCOMPARE(folded.size(), qsizetype{6});
        // And every setting stands in one group.
        for (const TrainingField &field : trainingFields())
            QCOMPARE(form.findChildren<QWidget *>(field.key).size(), qsizetype{1});
    }

    void aFoldedGroupSaysWhatIsNotAtItsDefault()
    {
        Bench bench;
        QCOMPARE(bench.folded("gradientsCard")->detail(), QString());
        bench.set([](TrainingConfig &training) {
            training.optimizer.clipNorm = 2.5;
            training.accumulationSteps = 4;
            training.emaDecay = 0.999;
            training.optimizer.set("beta1", 0.95);
            training.schedule = {"cosine", {{"warmup", std::int64_t{50}}}};
            training.stopping.on = true;
            training.seed = 7;
        });
        QCOMPARE(bench.folded("gradientsCard")->detail(), QStringLiteral("Clip norm: 2.5, Accumulated batches: 4"));
        QCOMPARE(bench.folded("updateCard")->detail(), QStringLiteral("Beta 1: 0.95, Weight average: 0.999"));
        QVERIFY2(bench.folded("scheduleCard")->detail().startsWith(QStringLiteral("Cosine, Warm-up: 50")),
                 qPrintable(bench.head("scheduleCard")->detail()));
        QCOMPARE(bench.folded("evaluationCard")->detail(), QStringLiteral("Stop early"));
        QCOMPARE(bench.folded("recordCard")->detail(), QStringLiteral("Seed: 7"));
        bench.form.setMachine(machineWithGpu());
        bench.set([](TrainingConfig &training) {
            training.precision = Precision::BFloat16;
            training.tf32 = true;
        });
        QCOMPARE(bench.folded("computeCard")->detail(), QStringLiteral("bfloat16, TF32"));
        // The settings of every run are said in any case.
        QCOMPARE(bench.folded("optimizerCard")->detail(), QStringLiteral("Adam, 0.001, batch 32"));
        QCOMPARE(bench.folded("lengthCard")->detail(), QStringLiteral("30 epochs"));
        bench.set([](TrainingConfig &training) { training.length = {LengthUnit::Steps, 5000, training.length.minutes}; });
        QCOMPARE(bench.head("lengthCard")->detail(), QStringLiteral("5,000 steps"));
        bench.document.undoStack()->undo();
        QCOMPARE(bench.head("lengthCard")->detail(), QStringLiteral("30 epochs"));
    }

    void aMistakeInAFoldedGroupIsSaidInItsHead()
    {
        Bench bench;
        // One that is being typed, and is not taken.
        bench.enter("clipNorm", QStringLiteral("-1"));
        QVERIFY(bench.head("gradientsCard")->mistake().isEmpty());  // open, it is said at the field
        QVERIFY(bench.folded("gradientsCard")->mistake().contains(QStringLiteral("clip norm")));
        QVERIFY(bench.head("gradientsCard")->accessibleDescription().startsWith(QStringLiteral("Mistake: ")));
        // One of the settings as they are.
        bench.folded("scheduleCard");
        bench.set([](TrainingConfig &training) {
            training.schedule.settings["warmup"] = std::int64_t{5};
            training.schedule.settings["warmup_unit"] = std::string("epochs");
            training.epochs = 5;
        });
        QVERIFY(!bench.head("scheduleCard")->mistake().isEmpty());
        bench.document.undoStack()->undo();
        QVERIFY(bench.head("scheduleCard")->mistake().isEmpty());
        // One that is of no field alone.
        DataSignature small = *bench.document.dataSignature();
        small.trainRows = 20;
        bench.folded("optimizerCard");
        bench.document.setDataSignature(small);
        QVERIFY(bench.head("optimizerCard")->mistake().contains(QStringLiteral("20")));
        // A device that is not there.
        bench.folded("computeCard");
        bench.set([](TrainingConfig &training) { training.device = "cuda:1"; });
        bench.form.setMachine(machineWithoutGpu());
        QVERIFY(bench.head("computeCard")->mistake().contains(QStringLiteral("no NVIDIA GPU")));
    }

    void everyEditorHasAName()
    {
        Bench bench;
        for (const TrainingField &field : trainingFields()) {
            const auto *editor = bench.form.findChild<QWidget *>(field.key);
            QVERIFY(editor);
            QVERIFY(!editor->accessibleName().isEmpty() && !editor->accessibleDescription().isEmpty());
        }
    }
};

QTEST_MAIN(TestTrainingForm)
#include "tst_training_form.moc"
