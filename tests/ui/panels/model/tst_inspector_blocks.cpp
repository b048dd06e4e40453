// What the inspector shows of a block: its definition, what is inside, whose weights it trains.
#include <QComboBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include "engine/base/format.h"
#include "tests/ui/panels/model/inspector_on_network.h"
#include "ui/panels/model/block_fields.h"
#include "ui/panels/model/placement_field.h"
#include "ui/panels/model/weights_field.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

Forecast forecastOf(const std::vector<std::string> &layers)
{
    Forecast forecast;
    forecast.batchSize = 32;
    for (const std::string &name : layers) {
        LayerMemory memory;
        memory.layer = name;
        memory.bytes.activations = 1'000'000;
        forecast.layers.push_back(memory);
    }
    return forecast;
}

}  // namespace

class TestInspectorBlocks : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void aBlockShowsItsDefinitionWhatIsInsideAndHowOften()
    {
        InspectorOnNetwork f;
        const LayerId block = *f.document.group({f.conv, f.conv2});
        f.inspector.setSelection({block});
        BlockFields *fields = f.inspector.block();
        QVERIFY(fields->isVisibleTo(&f.inspector));
        QCOMPARE(fields->definition()->text(), QStringLiteral("block1"));
        QVERIFY(f.field("repeat"));
        QVERIFY(f.says("Layers inside"));
        QVERIFY(f.says("Used here only"));
        f.retype(fields->definition(), "stem");
        QTest::keyClick(fields->definition(), Qt::Key_Return);
        QCOMPARE(f.document.graph().find(block)->block, "stem");
        f.document.undoStack()->undo();
        QCOMPARE(fields->definition()->text(), QStringLiteral("block1"));
        fields->openButton()->click();
        QCOMPARE(f.document.openBlock(), "block1");
        QVERIFY(f.says("block1"));
        f.document.leaveBlock();
        f.inspector.setSelection({block});
        QSignalSpy ungroup(&f.inspector, &Inspector::ungroupRequested);
        fields->ungroupButton()->click();
        QCOMPARE(ungroup.count(), 1);
        f.inspector.setSelection({f.dense});
        QVERIFY(!fields->isVisibleTo(&f.inspector));
    }

    void memoryOfABlockIsThatOfTheLayersInside()
    {
        InspectorOnNetwork f;
        const LayerId block = *f.document.group({f.conv, f.conv2});
        // Of the repeated block1 both; neither another block nor a layer of that name.
        f.inspector.setForecast(forecastOf({"block1.1/conv2d", "block1.2/conv2d", "block1.1/conv2d_2", "block12/conv2d"}));
        f.inspector.setSelection({block});
        QVERIFY(f.says(QString::fromStdString(formatBytes(3'000'000))));
        f.document.openBlock(block);
        f.inspector.setSelection({f.document.shown().findByName("conv2d")->id});
        QVERIFY(f.says(QString::fromStdString(formatBytes(2'000'000))));
    }

    void weightsCanBeThoseOfAnotherLayerOfTheSameKind()
    {
        InspectorOnNetwork f;
        f.inspector.setSelection({f.dense});
        WeightsField *field = f.inspector.placement()->weights();
        QVERIFY(field->isHidden());  // there is no other
        f.inspector.setSelection({f.conv2});
        QVERIFY(!field->isHidden());
        QCOMPARE(field->box()->count(), 2);
        QCOMPARE(field->box()->currentIndex(), 0);
        emit field->box()->activated(1);
        QCOMPARE(f.document.graph().find(f.conv2)->weightsOf, "conv2d");
        f.inspector.setSelection({f.conv});
        QVERIFY(field->isHidden());  // the only other one uses its weights
        f.document.undoStack()->undo();
        QVERIFY(f.document.graph().find(f.conv2)->weightsOf.empty());
    }

    void aNameBeingTypedIsNotGivenToALayerOfAnotherGraph()
    {
        InspectorOnNetwork f;
        const LayerId block = *f.document.group({f.conv, f.conv2});
        f.inspector.setSelection({f.dense});
        f.retype(f.name(), "head");
        f.document.openBlock(block);
        for (const Layer &layer : f.document.shown().layers())
            QVERIFY(layer.name != "head");
    }
};

QTEST_MAIN(TestInspectorBlocks)
#include "tst_inspector_blocks.moc"
