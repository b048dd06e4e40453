// Blocks on the canvas: made with the keyboard, opened in place, left again; what can be dropped into them.
#include <QAction>
#include <QClipboard>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include "canvas_bench.h"
#include "ui/canvas/place_bar.h"
#include "ui/canvas/quick_add.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

struct BlockBench : CanvasBench {
    LayerId block = 0;

    // conv2d and flatten as block1.
    BlockBench()
    {
        view.selectLayers({conv, flatten});
        QTest::keyClick(&view, Qt::Key_G, Qt::ControlModifier);
        if (const auto selected = view.selectedLayers(); selected.size() == 1)
            block = selected.front();
    }
    const Layer *shown(const std::string &type) const
    {
        for (const Layer &layer : document.shown().layers())
            if (layer.type == type)
                return &layer;
        return nullptr;
    }
    QString text() const { return QString::fromStdString(projectToText(document.project())); }
};

}  // namespace

class TestCanvasBlocks : public QObject
{
    Q_OBJECT
private slots:
    void ctrlGMakesABlockOfTheSelectionAndCtrlShiftGTakesItApart()
    {
        CanvasBench fresh;
        const std::string before = projectToText(fresh.document.project());
        BlockBench bench;
        QVERIFY(bench.block != 0);
        const NodeLook &look = bench.node(bench.block).look();
        QVERIFY(look.block);
        QCOMPARE(look.name, QStringLiteral("block1"));
        QCOMPARE(look.shape, QStringLiteral("1024"));
        QCOMPARE(look.parameters, QStringLiteral("160 params"));
        QCOMPARE(bench.steps(), 1);
        QTest::keyClick(&bench.view, Qt::Key_G, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(bench.view.canvas().nodes().size(), std::size_t{5});
        QCOMPARE(bench.view.selectedLayers().size(), std::size_t{2});
        QCOMPARE(bench.steps(), 2);
        bench.document.undoStack()->undo();
        bench.document.undoStack()->undo();
        QCOMPARE(projectToText(bench.document.project()), before);
    }

    void aGroupThatCannotBeSaysWhyBesideTheLayers()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.input, bench.conv});
        QTest::keyClick(&bench.view, Qt::Key_G, Qt::ControlModifier);
        QVERIFY(!bench.view.note().isEmpty());
        QCOMPARE(bench.steps(), 0);
    }

    void theCardTellsDefinitionAndRepeat()
    {
        BlockBench bench;
        bench.document.setParameter({bench.block}, "repeat", std::int64_t{4});
        QCOMPARE(bench.node(bench.block).look().repeat, 4);
        QVERIFY(bench.node(bench.block).look().setting.contains(QStringLiteral("×4")));
        bench.document.rename(bench.block, "stem");
        QCOMPARE(bench.node(bench.block).look().setting, QStringLiteral("block1 ×4"));
        QVERIFY(nodeSentence(bench.node(bench.block).look()).contains(QStringLiteral("×4")));
    }

    void aBlockDoubleClickedOpensInPlaceAndEscGoesBack()
    {
        BlockBench bench;
        QSignalSpy activated(&bench.view, &CanvasView::layerActivated);
        bench.doubleClick(bench.middle(bench.block));
        QCOMPARE(activated.count(), 0);
        QCOMPARE(bench.document.openBlock(), "block1");
        QCOMPARE(bench.view.canvas().nodes().size(), std::size_t{4});
        QCOMPARE(bench.node(bench.shown("conv2d")->id).look().shape, QStringLiteral("8x8x16"));
        QCOMPARE(bench.node(bench.shown(kBlockInputType)->id).look().shape, QStringLiteral("8x8x1"));
        bench.view.selectLayers({bench.shown("conv2d")->id});
        QTest::keyClick(&bench.view, Qt::Key_Escape);  // first the selection
        QCOMPARE(bench.document.openBlock(), "block1");
        QTest::keyClick(&bench.view, Qt::Key_Escape);
        QVERIFY(bench.document.place().empty());
        QCOMPARE(bench.view.selectedLayers(), std::vector{bench.block});
    }

    void enterOpensAndBackspaceOrAltUpLeaves()
    {
        BlockBench bench;
        QTest::keyClick(&bench.view, Qt::Key_Return);
        QCOMPARE(bench.document.openBlock(), "block1");
        QTest::keyClick(&bench.view, Qt::Key_Backspace);
        QVERIFY(bench.document.place().empty());
        QTest::keyClick(&bench.view, Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(bench.document.openBlock(), "block1");
        bench.view.selectLayers({bench.shown("flatten")->id});
        QTest::keyClick(&bench.view, Qt::Key_Backspace);  // with a selection it deletes
        QCOMPARE(bench.document.openBlock(), "block1");
        QVERIFY(!bench.shown("flatten"));
        QTest::keyClick(&bench.view, Qt::Key_Up, Qt::AltModifier);
        QVERIFY(bench.document.place().empty());
    }

    void leavingShowsTheNetworkAsItWasSeen()
    {
        BlockBench bench;
        bench.view.setZoom(0.7);
        bench.view.centerOnPoint({100, 120});
        const QPointF center = bench.view.visibleScene().center();
        bench.document.openBlock(bench.block);
        bench.document.leaveBlock();
        QCOMPARE(bench.view.zoom(), 0.7);
        QVERIFY((bench.view.visibleScene().center() - center).manhattanLength() < 4);
    }

    void thePathAboveTheCanvasLeadsBack()
    {
        BlockBench bench;
        PlaceBar bar(bench.document);
        QVERIFY(bar.isHidden());
        bench.document.openBlock(bench.block);
        const Result<LayerId> inner = bench.document.group({bench.shown("flatten")->id});
        QVERIFY(inner);
        bench.document.openBlock(*inner);
        QVERIFY(!bar.isHidden());
        QStringList names;
        for (const QToolButton *button : bar.findChildren<QToolButton *>())
            if (!button->isHidden())
                names += button->text();
        QCOMPARE(names.size(), 2);
        QCOMPARE(names.last(), QStringLiteral("block1"));
        const auto press = [&](const QString &name) {
            for (QToolButton *button : bar.findChildren<QToolButton *>())
                if (!button->isHidden() && button->text() == name)
                    return button->click();
        };
        press(QStringLiteral("block1"));
        QCOMPARE(bench.document.openBlock(), "block1");
        press(names.first());
        QVERIFY(bench.document.place().empty());
        QVERIFY(bar.isHidden());
    }

    void gesturesWorkInsideAsOutside()
    {
        BlockBench bench;
        bench.document.openBlock(bench.block);
        QTest::keyClick(&bench.view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(bench.view.selectedLayers().size(), std::size_t{4});
        bench.view.canvas().select({});
        const LayerId conv = bench.shown("conv2d")->id, flat = bench.shown("flatten")->id;
        const QPointF before = bench.node(conv).pos();
        bench.drag(bench.middle(conv), bench.middle(conv) + QPoint(40, 0));
        QVERIFY(bench.node(conv).pos() != before);
        QCOMPARE(bench.document.shown().find(conv)->x, bench.node(conv).pos().x());
        // A layer dropped on a wire comes in between.
        const QPointF on = (bench.node(conv).output() + bench.node(flat).input(0)) / 2;
        bench.drop("relu", bench.at(on));
        QVERIFY(bench.shown("relu"));
        QCOMPARE(bench.document.shown().wiresInto(flat).front().from, bench.shown("relu")->id);
        QVERIFY(bench.document.analysis().runnable());
    }

    void aDropThatWouldPutABlockInsideItselfIsRefusedWithTheReason()
    {
        BlockBench bench;
        QVERIFY(bench.hover("block:block1", bench.at({300, 100})));
        bench.document.openBlock(bench.block);
        const int steps = bench.steps();
        QVERIFY(!bench.hover("block:block1", bench.at({300, 100})));
        QVERIFY2(bench.view.note().contains(QStringLiteral("itself")), qPrintable(bench.view.note()));
        bench.drop("block:block1", bench.at({300, 100}));
        QVERIFY(!bench.hover("softmax_cross_entropy", bench.at({300, 100})));
        QCOMPARE(bench.steps(), steps);
        QVERIFY(bench.hover("relu", bench.at({300, 100})));
    }

    void aBlockOfTheProjectIsDroppedOnAWire()
    {
        BlockBench bench;
        const Wire wire{bench.block, bench.dense, 0};
        bench.drop("block:block1", bench.on(wire));
        QVERIFY(bench.view.selectedLayers().size() == 1);
        const Layer &second = bench.layer(bench.view.selectedLayers().front());
        QCOMPARE(second.type, std::string(kBlockType));
        QCOMPARE(second.block, "block1");
        QVERIFY(bench.has({bench.block, second.id, 0}) && bench.has({second.id, bench.dense, 0}));
        QCOMPARE(bench.steps(), 2);
    }

    void theSearchFieldOffersBlocksAndSaysWhyOneCannotStandHere()
    {
        BlockBench bench;
        auto *popup = bench.view.findChild<QuickAdd *>();
        auto *search = popup->findChild<QLineEdit *>();
        bench.document.openBlock(bench.block);
        const int steps = bench.steps();
        bench.view.startQuickAdd();
        QTest::keyClicks(search, "block1");
        QTest::keyClick(search, Qt::Key_Return);
        QVERIFY2(bench.view.note().contains(QStringLiteral("itself")), qPrintable(bench.view.note()));
        QCOMPARE(bench.steps(), steps);
        bench.view.startQuickAdd();
        QTest::keyClicks(search, "block input");
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(bench.steps(), steps + 1);
        bench.document.leaveBlock();
        bench.view.canvas().select({});
        bench.view.startQuickAdd();
        QTest::keyClicks(search, "block1");
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(bench.view.selectedLayers().size(), std::size_t{1});
        QCOMPARE(bench.layer(bench.view.selectedLayers().front()).block, "block1");
    }

    void copiesTravelInAndOut()
    {
        BlockBench bench;
        bench.document.openBlock(bench.block);
        bench.view.selectLayers({bench.shown("conv2d")->id});
        QTest::keyClick(&bench.view, Qt::Key_C, Qt::ControlModifier);
        bench.document.leaveBlock();
        QTest::keyClick(&bench.view, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(bench.layer(bench.view.selectedLayers().front()).type, "conv2d");
        bench.view.selectLayers({bench.block});
        QTest::keyClick(&bench.view, Qt::Key_C, Qt::ControlModifier);
        bench.document.openBlock(bench.block);
        QTest::keyClick(&bench.view, Qt::Key_V, Qt::ControlModifier);
        QVERIFY2(bench.view.note().contains(QStringLiteral("itself")), qPrintable(bench.view.note()));
        QGuiApplication::clipboard()->clear();
    }

    void undoOfTheGroupWhileItIsOpenShowsTheNetwork()
    {
        BlockBench bench;
        bench.document.openBlock(bench.block);
        bench.document.undoStack()->undo();
        QVERIFY(bench.document.place().empty());
        QCOMPARE(bench.view.canvas().nodes().size(), std::size_t{5});
        QVERIFY(bench.view.canvas().node(bench.conv));
    }

    void anOutputThatNothingFeedsIsMarkedInsideAndTheShapesStay()
    {
        BlockBench bench;
        bench.document.openBlock(bench.block);
        const LayerId out = bench.shown(kBlockOutputType)->id;
        bench.document.disconnectWire(bench.document.shown().wiresInto(out).front());
        QVERIFY(bench.node(out).look().broken);
        QCOMPARE(bench.node(bench.shown("conv2d")->id).look().shape, QStringLiteral("8x8x16"));
        bench.document.leaveBlock();
        QVERIFY(bench.node(bench.block).look().broken);
    }
};

QTEST_MAIN(TestCanvasBlocks)
#include "tst_canvas_blocks.moc"
