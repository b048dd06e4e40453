// The inspector, used with keys and the mouse on a real document.
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QWheelEvent>
#include <QtTest>
#include <QtTest/qtestspontaneevent.h>

#include "engine/base/format.h"
#include "tests/ui/panels/model/inspector_on_network.h"
#include "ui/panels/model/fact_table.h"
#include "ui/panels/model/inspector_head.h"
#include "ui/panels/model/layer_training_fields.h"
#include "ui/panels/model/parameter_editor.h"
#include "ui/panels/model/placement_field.h"
#include "ui/panels/model/problem_row.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

Forecast someForecast()
{
    Forecast forecast;
    forecast.bytes.parameters = 4'000'000;
    forecast.bytes.gradients = 2'000'000;
    forecast.bytes.activations = 4'000'000;
    forecast.arenaBytes = forecast.bytes.total();
    forecast.batchSize = 32;
    forecast.flopsPerStep = 1.25e9;
    LayerMemory memory;
    memory.layer = "conv2d";
    memory.bytes.activations = 1'230'000;
    forecast.layers.push_back(memory);
    return forecast;
}

}  // namespace

class TestInspector : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void noLayerNeedsMoreRoomThanThePageGives()
    {
        InspectorOnNetwork f;
        for (const LayerSpec &spec : layerCatalog()) {
            f.inspector.setSelection({f.document.addLayer(spec.type, {})});
            QTest::qWait(0);
            const int wide = f.inspector.minimumSizeHint().width();
            QVERIFY2(wide <= 280, qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(spec.type)).arg(wide)));
        }
    }

    void everyLayerGetsOneFieldPerSetting()
    {
        InspectorOnNetwork f;
        for (const LayerSpec &spec : layerCatalog()) {
            const LayerId id = f.document.addLayer(spec.type, {});
            f.inspector.setSelection({id});
            QCOMPARE(f.inspector.fields().size(), spec.parameters.size());
            for (std::size_t i = 0; i < spec.parameters.size(); ++i)
                QCOMPARE(&f.inspector.fields()[i]->spec(), &spec.parameters[i]);
            QVERIFY(f.says(QString::fromStdString(spec.title)));
            QVERIFY(f.says(QString::fromStdString(spec.summary)));
        }
    }

    void everyKeystrokeChangesTheNetworkAndTypingIsOneStep()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QLineEdit *filters = f.line("filters");
        f.retype(filters, "3");
        QCOMPARE(f.number(f.conv, "filters"), 3);
        QTest::keyClicks(filters, "2");
        QCOMPARE(f.number(f.conv, "filters"), 32);
        QCOMPARE(filters->text(), QStringLiteral("32"));
        QVERIFY(f.says("8x8x32"));  // the output follows
        QCOMPARE(f.document.undoStack()->count(), 1);
        QTest::keyClick(filters, Qt::Key_Return);
        f.retype(filters, "5");
        QCOMPARE(f.document.undoStack()->count(), 2);
        f.document.undoStack()->undo();
        QCOMPARE(filters->text(), QStringLiteral("32"));
        f.document.undoStack()->undo();
        QCOMPARE(filters->text(), QStringLiteral("16"));
    }

    void textThatIsNoValueChangesNothingAndSaysWhatIsExpected()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QLineEdit *filters = f.line("filters");
        f.retype(filters, "0");
        QCOMPARE(f.number(f.conv, "filters"), 16);
        QCOMPARE(f.document.undoStack()->count(), 0);
        QVERIFY(filters->property("invalid").toBool());
        QVERIFY(f.says("Filters takes a whole number from 1 to 65,536, got 0."));
        QTest::keyClick(filters, Qt::Key_Tab);  // leaving keeps it, in red
        QCOMPARE(filters->text(), QStringLiteral("0"));
        f.document.setParameter({f.conv}, "bias", false);  // as does an edit of something else
        QCOMPARE(filters->text(), QStringLiteral("0"));
        filters->setFocus();
        QTest::keyClick(filters, Qt::Key_Escape);
        QCOMPARE(filters->text(), QStringLiteral("16"));
        QVERIFY(!filters->property("invalid").toBool());
        QVERIFY(!f.says("Filters takes"));
        f.retype(filters, "x");
        f.retype(filters, "8");
        QVERIFY(!filters->property("invalid").toBool());
        QCOMPARE(f.number(f.conv, "filters"), 8);
    }

    void aPairIsTypedAsOneNumberOrTwo()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QLineEdit *kernel = f.line("kernel");
        f.retype(kernel, "5");
        QCOMPARE(std::get<std::vector<std::int64_t>>(f.value(f.conv, "kernel")), (std::vector<std::int64_t>{5, 5}));
        QCOMPARE(kernel->text(), QStringLiteral("5"));  // not rewritten under the cursor
        QTest::keyClicks(kernel, "x");
        QVERIFY(kernel->property("invalid").toBool());
        QTest::keyClicks(kernel, "3");
        QCOMPARE(std::get<std::vector<std::int64_t>>(f.value(f.conv, "kernel")), (std::vector<std::int64_t>{5, 3}));
        f.retype(kernel, "7");
        QTest::keyClick(kernel, Qt::Key_Return);
        QCOMPARE(kernel->text(), QStringLiteral("7x7"));
    }

    void theArrowKeysStepWholeNumbers()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QLineEdit *filters = f.line("filters");
        filters->setFocus();
        QTest::keyClick(filters, Qt::Key_Up);
        QCOMPARE(f.number(f.conv, "filters"), 17);
        QTest::keyClick(filters, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(f.number(f.conv, "filters"), 7);
        QTest::keyClick(filters, Qt::Key_Down, Qt::ShiftModifier);  // below 1: stays
        QCOMPARE(f.number(f.conv, "filters"), 7);
        QVERIFY(!filters->property("invalid").toBool());
    }

    void aBooleanIsABoxAndAChoiceAList()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        auto *bias = f.field("bias")->findChild<QCheckBox *>();
        QVERIFY(bias->isChecked());
        QTest::mouseClick(bias, Qt::LeftButton, {}, QPoint(8, bias->height() / 2));
        QCOMPARE(std::get<bool>(f.value(f.conv, "bias")), false);
        QTest::keyClick(bias, Qt::Key_Space);
        QCOMPARE(std::get<bool>(f.value(f.conv, "bias")), true);
        QCOMPARE(f.document.undoStack()->count(), 2);

        auto *padding = f.field("padding")->findChild<QComboBox *>();
        padding->setFocus();
        QTest::keyClick(padding, Qt::Key_Down);
        QCOMPARE(std::get<std::string>(f.value(f.conv, "padding")), "valid");
        QCOMPARE(f.field("initializer")->findChild<QComboBox *>()->currentText(), QStringLiteral("kaiming normal"));
    }

    void aSettingThatAnotherSwitchesOffIsHidden()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QVERIFY(!f.field("padding_size")->isVisible());
        f.document.setParameter({f.conv}, "padding", std::string("explicit"));
        QVERIFY(f.field("padding_size")->isVisible());
        f.document.undoStack()->undo();
        QVERIFY(!f.field("padding_size")->isVisible());
    }

    void theResetButtonIsThereWhileTheValueDiffersFromTheDefault()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QVERIFY(!f.reset("filters")->isVisible());
        f.retype(f.line("filters"), "99");
        QVERIFY(f.reset("filters")->isVisible());
        QTest::mouseClick(f.reset("filters"), Qt::LeftButton);
        QCOMPARE(f.number(f.conv, "filters"), 16);
        QCOMPARE(f.line("filters")->text(), QStringLiteral("16"));
        QVERIFY(!f.reset("filters")->isVisible());
        QVERIFY(f.line("filters")->hasFocus());
    }

    void severalLayersShowWhatTheyShareAndChangeTogether()
    {
        InspectorOnNetwork f;
        f.document.setParameter({f.conv2}, "filters", std::int64_t{4});
        f.document.setParameter({f.conv2}, "bias", false);
        f.document.setParameter({f.conv2}, "padding", std::string("valid"));
        f.inspector.setSelection({f.conv, f.conv2});
        QVERIFY(f.says("2 layers"));
        QVERIFY(f.says("conv2d, conv2d_2"));
        QLineEdit *filters = f.line("filters");
        QCOMPARE(filters->text(), QString());
        QCOMPARE(filters->placeholderText(), QStringLiteral("mixed"));
        QCOMPARE(f.field("bias")->findChild<QCheckBox *>()->checkState(), Qt::PartiallyChecked);
        QCOMPARE(f.field("padding")->findChild<QComboBox *>()->currentIndex(), -1);
        QCOMPARE(f.line("kernel")->text(), QStringLiteral("3x3"));
        const int before = f.document.undoStack()->count();
        QTest::keyClicks(filters, "12");
        QCOMPARE(f.number(f.conv, "filters"), 12);
        QCOMPARE(f.number(f.conv2, "filters"), 12);
        QCOMPARE(f.document.undoStack()->count(), before + 1);
        f.document.undoStack()->undo();
        QCOMPARE(f.number(f.conv2, "filters"), 4);
        QCOMPARE(filters->text(), QString());
        QTest::mouseClick(f.field("bias")->findChild<QCheckBox *>(), Qt::LeftButton, {}, QPoint(8, 8));
        QCOMPARE(f.value(f.conv, "bias"), f.value(f.conv2, "bias"));
    }

    void layersOfDifferentTypesShareWhatIsTheSame()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv, f.dense});
        QVERIFY(f.field("bias"));
        QVERIFY(f.field("initializer"));
        QVERIFY(!f.field("filters"));
        QVERIFY(!f.field("units"));
        QVERIFY(!f.reset("initializer")->isVisible());  // their defaults differ
        f.inspector.setSelection({f.conv, f.flatten});
        QVERIFY(f.inspector.fields().empty());
    }

    void aLayerIsRenamedWithEnterAndKeepsItsNameOnEscape()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.dense});
        f.inspector.focusName();
        QVERIFY(f.name()->hasFocus());
        QTest::keyClicks(f.name(), "head");
        QCOMPARE(f.document.graph().find(f.dense)->name, "dense");
        QTest::keyClick(f.name(), Qt::Key_Return);
        QCOMPARE(f.document.graph().find(f.dense)->name, "head");
        f.retype(f.name(), "conv2d");
        QTest::keyClick(f.name(), Qt::Key_Return);
        QCOMPARE(f.name()->text(), QStringLiteral("conv2d_3"));  // unique
        f.retype(f.name(), "other");
        QTest::keyClick(f.name(), Qt::Key_Escape);
        QCOMPARE(f.name()->text(), QStringLiteral("conv2d_3"));
        f.retype(f.name(), " ");
        QTest::keyClick(f.name(), Qt::Key_Return);
        QCOMPARE(f.name()->text(), QStringLiteral("conv2d_3"));
        f.document.undoStack()->undo();
        QCOMPARE(f.name()->text(), QStringLiteral("head"));
    }

    void aNameBeingTypedBelongsToTheLayerItWasTypedFor()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.dense});
        f.retype(f.name(), "head");
        f.inspector.setSelection({f.conv});
        QCOMPARE(f.document.graph().find(f.dense)->name, "head");
        QCOMPARE(f.document.graph().find(f.conv)->name, "conv2d");
        QCOMPARE(f.name()->text(), QStringLiteral("conv2d"));
    }

    void theWheelScrollsAndChangesNothing()
    {
        InspectorOnNetwork f;
        f.inspector.resize(280, 200);
        f.inspector.setSelection({f.conv});
        QScrollBar *bar = f.inspector.findChild<QScrollArea *>()->verticalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0);
        const Graph before = f.document.graph();
        for (QWidget *target : {static_cast<QWidget *>(f.field("padding")->findChild<QComboBox *>()), static_cast<QWidget *>(f.line("filters"))}) {
            target->setFocus();
            bar->setValue(0);
            const QPointF at(5, 5);
            QWheelEvent wheel(at, target->mapToGlobal(at), {}, {0, -120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QSpontaneKeyEvent::setSpontaneous(&wheel);  // as from the window system: only those go on to the parent
            qApp->notify(target, &wheel);
            QVERIFY(bar->value() > 0);
        }
        QCOMPARE(f.document.graph(), before);
    }

    void theFactsOfALayerAreTrue()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        QVERIFY(f.says("8x8x1"));
        QVERIFY(f.says("8x8x16"));
        QVERIFY(f.says("160"));
        QVERIFY(!f.says("Memory"));  // unknown: absent
        f.inspector.setForecast(someForecast());
        QVERIFY(f.says("Memory"));
        QVERIFY(f.says("1.23 MB"));
        f.inspector.setSelection({f.conv2});  // the forecast does not name it
        QVERIFY(!f.says("Memory"));
        f.document.disconnectWire({f.input, f.conv, 0});
        QVERIFY(f.says(QStringLiteral("–")));  // below a broken layer: unknown
    }

    void aLayerIsPlacedInTheAdvancedPart()
    {
        InspectorOnNetwork f;
        DeviceInfo cpu, gpu;
        cpu.id = "cpu";
        gpu.id = "cuda:0";
        gpu.name = "NVIDIA H200";
        f.inspector.setDevices({cpu, gpu});
        const PlacementField *placement = f.inspector.placement();
        QVERIFY(!placement->isVisible());  // nothing is selected
        f.inspector.setSelection({f.conv});
        QVERIFY(placement->isVisible());
        QVERIFY(!placement->box()->isVisible());
        QTest::mouseClick(placement->fold(), Qt::LeftButton);
        QVERIFY(placement->box()->isVisible());
        QComboBox *box = placement->box();
        QCOMPARE(box->count(), 3);
        QCOMPARE(box->itemText(0), QStringLiteral("As the run"));
        QCOMPARE(box->itemText(1), QStringLiteral("CPU"));
        QCOMPARE(box->itemText(2), QStringLiteral("GPU 0"));
        QCOMPARE(box->itemData(2, Qt::ToolTipRole).toString(), QStringLiteral("NVIDIA H200"));
        QCOMPARE(box->currentIndex(), 0);
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(f.document.graph().find(f.conv)->device, std::string("cpu"));
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(f.document.graph().find(f.conv)->device, std::string("cuda:0"));
        f.document.undoStack()->undo();
        QCOMPARE(box->currentText(), QStringLiteral("CPU"));
        f.inspector.setSelection({f.conv, f.dense});
        QCOMPARE(box->currentIndex(), -1);  // mixed
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(f.document.graph().find(f.dense)->device, f.document.graph().find(f.conv)->device);
        QCOMPARE(f.document.undoStack()->undoText(), QStringLiteral("Device of 2 layers"));
    }

    void precisionAndRecomputationAreSetInTheAdvancedPart()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.flatten});
        f.inspector.placement()->fold()->setChecked(true);
        const LayerTrainingFields *fields = f.inspector.placement()->training();
        QVERIFY(fields->precision()->isVisible() && fields->recompute()->isVisible());
        QVERIFY(!fields->frozen()->isVisible());  // it has no weights
        f.inspector.setSelection({f.conv, f.dense});
        QVERIFY(fields->frozen()->isVisible());
        emit fields->precision()->edited(ParameterValue(std::string("float32")));
        QCOMPARE(f.document.graph().find(f.conv)->precision, std::string("float32"));
        QCOMPARE(f.document.graph().find(f.dense)->precision, std::string("float32"));
        QCOMPARE(f.document.undoStack()->undoText(), QStringLiteral("Precision of 2 layers"));
        emit fields->recompute()->edited(ParameterValue(true));
        QVERIFY(f.document.graph().find(f.conv)->recompute && f.document.graph().find(f.dense)->recompute);
        f.document.undoStack()->undo();
        QVERIFY(!f.document.graph().find(f.conv)->recompute);
        emit fields->precision()->edited(ParameterValue(std::string("as_the_run")));
        QVERIFY(f.document.graph().find(f.conv)->precision.empty());

        // In use, it is seen without being looked for.
        f.document.setRecompute({f.conv2}, true);
        f.inspector.placement()->fold()->setChecked(false);
        f.inspector.setSelection({f.conv2});
        QVERIFY(fields->recompute()->isVisible());
    }

    void aDeviceInUseIsSeenWithoutBeingLookedFor()
    {
        InspectorOnNetwork f;
        f.document.setDevice({f.dense}, "cuda:3");
        f.inspector.setSelection({f.conv});
        QVERIFY(!f.inspector.placement()->box()->isVisible());
        f.inspector.setSelection({f.dense});
        QVERIFY(f.inspector.placement()->box()->isVisible());
        QCOMPARE(f.inspector.placement()->box()->currentText(), QStringLiteral("GPU 3"));  // whether it is here is not known yet
        DeviceInfo cpu;
        cpu.id = "cpu";
        f.inspector.setDevices({cpu});
        QCOMPARE(f.inspector.placement()->box()->currentText(), QStringLiteral("GPU 3, not here"));
        QTest::mouseClick(f.inspector.placement()->fold(), Qt::LeftButton);
        f.document.setParameter({f.dense}, "bias", false);  // an edit does not open it again
        QVERIFY(!f.inspector.placement()->box()->isVisible());
    }

    void withNothingSelectedTheNetworkIsShown()
    {
        InspectorOnNetwork f;
        f.document.setName("My digits");
        f.inspector.setSelection({});
        QVERIFY(f.says("My digits"));
        QVERIFY(f.says("Select a layer"));
        QVERIFY(f.says(QString::fromStdString(formatCount(f.document.analysis().parameters))));
        QVERIFY(!f.says("Activations"));
        f.inspector.setForecast(someForecast());
        QVERIFY(f.says("Activations"));
        QVERIFY(f.says("4.00 MB"));
        QVERIFY(f.says("10.0 MB"));
        QVERIFY(f.says("1.25 GFLOP"));
        for (const FactTable *table : f.inspector.findChildren<FactTable *>())
            QTRY_VERIFY(table->isVisible() && table->height() >= table->sizeHint().height());
        f.inspector.setForecast(std::nullopt);
        QVERIFY(!f.says("Activations"));
        f.document.reset(Project());
        QVERIFY(f.says("Drag a layer"));
    }

    void aProblemOfTheLayerIsShownWithItsFix()
    {
        InspectorOnNetwork f;
        DataSignature signature;
        signature.sampleShape = Shape{8, 8, 1};
        signature.classes = 10;
        f.document.setDataSignature(signature);
        f.inspector.setSelection({f.conv});
        const auto fixButton = [&]() -> QPushButton * {
            const ProblemRow *row = f.inspector.findChild<ProblemRow *>();
            return row ? row->fixButton() : nullptr;
        };
        QVERIFY(!fixButton());
        f.inspector.setSelection({f.loss});
        QVERIFY(f.says("expects 10 classes"));
        QPushButton *fix = fixButton();
        QVERIFY(fix);
        QCOMPARE(fix->text(), QStringLiteral("Set units of dense to 10"));
        QTest::mouseClick(fix, Qt::LeftButton);
        QVERIFY(f.document.analysis().runnable());
        QVERIFY(!f.says("expects 10 classes"));
    }

    void anUnknownLayerSaysWhichTypeItIs()
    {
        const auto project = projectFromText(R"({"format": 1, "name": "p", "graph": {"layers": [{"id": 1, "type": "lstm9",
            "name": "memory", "parameters": {"cells": 7}}], "wires": []}})");
        QVERIFY(project.has_value());
        InspectorOnNetwork f;
        f.document.reset(*project);
        f.inspector.setSelection({1});
        QVERIFY(f.says("Unknown layer"));
        QVERIFY(f.says("does not know layers of type lstm9"));
        QVERIFY(f.inspector.fields().empty());
        f.inspector.focusName();
        QTest::keyClicks(f.name(), "cells");
        QTest::keyClick(f.name(), Qt::Key_Return);
        QCOMPARE(f.document.graph().find(1)->name, "cells");
    }

    void deletingTheSelectedLayerShowsTheNetwork()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        f.retype(f.line("filters"), "x");  // invalid text must not outlive its layer
        f.document.remove({f.conv}, {});
        QVERIFY(f.inspector.selection().empty());
        QVERIFY(f.says("Network"));
        QVERIFY(f.inspector.fields().empty());
    }

    void everyControlHasAName()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.conv});
        f.inspector.placement()->fold()->setChecked(true);
        for (const QWidget *widget : f.inspector.findChildren<QWidget *>())
            if (widget->focusPolicy() & Qt::TabFocus && widget->isVisible())
                QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }

    void itLooksRightInBothThemes()
    {
        const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
        for (const Appearance appearance : {Appearance::Dark, Appearance::Light}) {
            Theme::instance().apply(appearance);
            InspectorOnNetwork f;
            f.inspector.setForecast(someForecast());
            const auto shot = [&](const char *what) {
                for (const FactTable *table : f.inspector.findChildren<FactTable *>())
                    QTRY_VERIFY(!table->isVisible() || table->height() >= table->sizeHint().height());
                const auto *head = f.inspector.findChild<InspectorHead *>();
                QTRY_COMPARE(head->height(), head->heightForWidth(head->width()));
                const QImage image = f.inspector.grab().toImage();
                QCOMPARE(image.pixelColor(image.width() / 2, image.height() - 4), themeColor(ColorRole::Panel));
                if (!folder.isEmpty())
                    image.save(QDir(folder).filePath(QStringLiteral("inspector-%1-%2.png").arg(what, appearance == Appearance::Dark ? "dark" : "light")));
            };
            shot("network");
            f.inspector.setSelection({f.conv});
            f.retype(f.line("filters"), "0");
            f.retype(f.line("kernel"), "5x5");
            shot("layer");
            f.document.setParameter({f.conv2}, "bias", false);
            f.document.setParameter({f.conv2}, "padding", std::string("valid"));
            f.document.setParameter({f.conv2}, "filters", std::int64_t{7});
            f.inspector.setSelection({f.conv, f.conv2});
            shot("several");
            DataSignature signature;
            signature.sampleShape = Shape{8, 8, 1};
            signature.classes = 10;
            f.document.setDataSignature(signature);
            f.inspector.setSelection({f.loss});
            shot("problem");
            DeviceInfo gpu;
            gpu.id = "cuda:0";
            gpu.name = "NVIDIA H200";
            f.inspector.setDevices({gpu});
            f.document.setDevice({f.dense}, "cuda:0");
            f.inspector.setSelection({f.flatten});
            f.inspector.placement()->fold()->setChecked(false);
            f.name()->setFocus();
            shot("folded");
            f.inspector.setSelection({f.dense});
            shot("placed");
            f.document.setDevice({f.dense}, "cuda:3");
            shot("elsewhere");
        }
    }
};

QTEST_MAIN(TestInspector)
#include "tst_inspector.moc"
