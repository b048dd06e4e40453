#include <QtTest>

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>

#include "ui/panels/train/training_fields.h"
#include "ui/panels/train/training_form.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

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
    QStringList messages() const
    {
        QStringList texts;
        for (const QLabel *label : form.findChildren<QLabel *>())
            if (label->isVisible() && label->property("error").toBool())
                texts.append(label->text());
        return texts;
    }
};

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
            const bool used = !field.ofOptimizer || std::count(spec->uses.begin(), spec->uses.end(), field.key.toStdString()) > 0;
            QCOMPARE(bench.form.findChild<QWidget *>(field.key)->isVisible(), used);
        }
        QVERIFY(bench.edit("learningRate")->isVisible());
        // And every setting the optimizers speak of has a field.
        for (const std::string &key : spec->uses)
            QVERIFY2(bench.form.findChild<QWidget *>(QString::fromStdString(key)), key.c_str());
    }

    void numbersAreTakenAsPeopleWriteThem()
    {
        Bench bench;
        bench.enter("learningRate", QStringLiteral("3e-4"));
        QCOMPARE(bench.document.training().optimizer.learningRate, 3e-4);
        bench.enter("epochs", QStringLiteral("1,200"));
        QCOMPARE(bench.document.training().epochs, std::int64_t{1200});
        bench.enter("seed", QStringLiteral("18446744073709551615"));
        QCOMPARE(bench.document.training().seed, std::numeric_limits<std::uint64_t>::max());
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
        bench.enter("epochs", QStringLiteral("many"));
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
        bench.enter("epochs", QStringLiteral("7"));  // another field is not held back
        QCOMPARE(bench.document.training().epochs, std::int64_t{7});
        bench.enter("batchSize", QStringLiteral("20"));
        QVERIFY(bench.messages().isEmpty());
    }

    void aSwitchIsAStepToo()
    {
        Bench bench;
        bench.choose("sgd");
        auto *nesterov = bench.form.findChild<QCheckBox *>(QStringLiteral("nesterov"));
        QTest::mouseClick(nesterov, Qt::LeftButton, {}, QPoint(8, nesterov->height() / 2));
        QVERIFY(bench.document.training().optimizer.nesterov);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Turn Nesterov on"));
    }

    void aDeviceIsChosenOnlyWhereThereIsAChoice()
    {
        Bench bench;
        auto *device = bench.form.findChild<QComboBox *>(QStringLiteral("device"));
        bench.form.setDevices({{QStringLiteral("cpu"), QStringLiteral("Processor")}});
        QVERIFY(!device->isVisible());
        bench.form.setDevices({{QStringLiteral("cpu"), QStringLiteral("Processor")}, {QStringLiteral("cuda:0"), QStringLiteral("Card")}});
        QVERIFY(device->isVisible());
        QCOMPARE(device->currentData().toString(), QStringLiteral("auto"));
        device->setCurrentIndex(2);
        emit device->activated(2);
        QCOMPARE(bench.document.training().device, std::string("cuda:0"));
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
