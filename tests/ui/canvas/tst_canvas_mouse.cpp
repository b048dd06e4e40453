// Building a network with the mouse: wires, drops from the palette, moving, selecting.
#include <QSignalSpy>
#include <QtTest>

#include "canvas_bench.h"

using namespace trainyard;
using namespace trainyard::ui;

class TestCanvasMouse : public QObject
{
    Q_OBJECT
private slots:
    void aWireIsDrawnFromAnOutputToAnInput()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 160});
        const int steps = bench.steps();
        bench.drag(bench.out(bench.conv), bench.in(relu));
        QVERIFY(bench.has({bench.conv, relu, 0}));
        QCOMPARE(bench.steps(), steps + 1);
        QCOMPARE(bench.step(), QStringLiteral("Connect conv2d to relu"));
        bench.document.undoStack()->undo();
        QVERIFY(!bench.has({bench.conv, relu, 0}));
    }

    void aWireIsDrawnFromAnInputBackToAnOutput()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 160});
        bench.drag(bench.in(relu), bench.out(bench.conv));
        QVERIFY(bench.has({bench.conv, relu, 0}));
    }

    void droppingAWireOnACardTakesItsFreeInput()
    {
        CanvasBench bench;
        const LayerId add = bench.document.addLayer("add", {240, 240});
        bench.drag(bench.out(bench.conv), bench.middle(add));
        bench.drag(bench.out(bench.conv), bench.middle(add));
        QVERIFY(bench.has({bench.conv, add, 0}));
        QVERIFY(bench.has({bench.conv, add, 1}));
    }

    void aBadWireIsRefusedWithItsReason()
    {
        CanvasBench bench;
        const int steps = bench.steps();
        bench.dragOver(bench.out(bench.dense), bench.middle(bench.input));
        QCOMPARE(bench.view.note(), QStringLiteral("input takes no input: the data set feeds it."));
        bench.move(bench.in(bench.conv));
        QCOMPARE(bench.view.note(), QString::fromStdString(bench.document.canConnect({bench.dense, bench.conv, 0}).error().message));
        QVERIFY(bench.view.note().contains(QStringLiteral("already fed by input")));
        bench.release(bench.in(bench.conv));
        QCOMPARE(bench.steps(), steps);
        QVERIFY(bench.view.note().contains(QStringLiteral("already fed")));  // stays long enough to be read
    }

    void aShapeThatDoesNotFitIsRefusedWhileDragging()
    {
        CanvasBench bench;
        const LayerId pool = bench.document.addLayer("max_pool2d", {240, 320});
        bench.dragOver(bench.out(bench.flatten), bench.in(pool));
        QVERIFY2(bench.view.note().contains(QStringLiteral("1024")), qPrintable(bench.view.note()));
        bench.release(bench.in(pool));
        QVERIFY(!bench.has({bench.flatten, pool, 0}));
    }

    void cardsThatCanTakeTheWireAreMarkedAndTheOthersFade()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 160});
        bench.dragOver(bench.out(bench.conv), bench.at({220, 130}));
        QTRY_COMPARE(bench.node(relu).state().hotInput, 0);
        QVERIFY(!bench.node(relu).state().faded);
        QTRY_VERIFY(bench.node(bench.input).state().faded);
        QTRY_VERIFY(bench.node(bench.dense).state().faded);  // it has its input already
        QTest::keyClick(&bench.view, Qt::Key_Escape);
        QCOMPARE(bench.node(relu).state(), NodeState());
        QVERIFY(!bench.node(bench.input).state().faded);
        QVERIFY(bench.view.note().isEmpty());
        bench.release(bench.in(relu));
        QVERIFY(!bench.has({bench.conv, relu, 0}));
    }

    void draggingAWiresEndOffDisconnectsIt()
    {
        CanvasBench bench;
        const int steps = bench.steps();
        bench.drag(bench.in(bench.dense), bench.at({300, 230}));
        QVERIFY(!bench.has({bench.flatten, bench.dense, 0}));
        QCOMPARE(bench.steps(), steps + 1);
        QCOMPARE(bench.step(), QStringLiteral("Delete wire"));
    }

    void draggingAWiresEndToAnotherInputRewiresItInOneStep()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 240});
        const int steps = bench.steps();
        bench.drag(bench.in(bench.dense), bench.in(relu));
        QVERIFY(!bench.has({bench.flatten, bench.dense, 0}));
        QVERIFY(bench.has({bench.flatten, relu, 0}));
        QCOMPARE(bench.steps(), steps + 1);
        bench.document.undoStack()->undo();
        QVERIFY(bench.has({bench.flatten, bench.dense, 0}));
    }

    void draggingAWiresBeginningToAnotherOutputRewiresIt()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayerBelow("relu", bench.conv, {240, 160});
        const QPointF nearSource = bench.node(bench.conv).output() + QPointF(0, 13);
        bench.drag(bench.at(nearSource), bench.out(relu));
        QVERIFY(bench.has({relu, bench.flatten, 0}));
        QVERIFY(!bench.has({bench.conv, bench.flatten, 0}));
    }

    void aWireDraggedBackToItsOwnPortStaysAsItIs()
    {
        CanvasBench bench;
        const int steps = bench.steps();
        bench.press(bench.in(bench.dense));
        bench.move(bench.at({300, 230}));
        bench.move(bench.in(bench.dense));
        bench.release(bench.in(bench.dense));
        QCOMPARE(bench.steps(), steps);
        QVERIFY(bench.has({bench.flatten, bench.dense, 0}));
    }

    void aSecondInputOfAVariadicLayerIsDraggedToTheFront()
    {
        CanvasBench bench;
        const LayerId concat = bench.document.addLayer("concat", {240, 240});
        QVERIFY(bench.document.connectWire({bench.input, concat, 0}));
        QVERIFY(bench.document.connectWire({bench.conv, concat, 1}));
        bench.drag(bench.in(concat, 1), bench.in(concat, 0));
        QVERIFY(bench.has({bench.conv, concat, 0}));
        QVERIFY(bench.has({bench.input, concat, 1}));
    }

    void aLayerDroppedOnAWireIsInsertedAndTheOnesBelowMakeRoom()
    {
        CanvasBench bench;
        const Wire wire{bench.conv, bench.flatten, 0};
        const int steps = bench.steps();
        QVERIFY(bench.hover("relu", bench.on(wire)));
        QVERIFY(bench.view.canvas().wire(wire)->state().offered);
        bench.drop("relu", bench.on(wire));
        const Layer *relu = bench.document.graph().findByName("relu");
        QVERIFY(relu);
        QVERIFY(bench.has({bench.conv, relu->id, 0}));
        QVERIFY(bench.has({relu->id, bench.flatten, 0}));
        QCOMPARE(bench.steps(), steps + 1);
        QCOMPARE(bench.step(), QStringLiteral("Insert ReLU"));
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{relu->id});
        for (const auto &[a, nodeA] : bench.view.canvas().nodes())
            for (const auto &[b, nodeB] : bench.view.canvas().nodes())
                QVERIFY(a == b || !nodeA->card().intersects(nodeB->card()));
        bench.document.undoStack()->undo();
        QVERIFY(bench.has(wire));
        QCOMPARE(bench.position(bench.loss), QPointF(0, 320));
    }

    void aLossIsNotOfferedToStandOnAWire()
    {
        CanvasBench bench;
        const Wire wire{bench.conv, bench.flatten, 0};
        bench.hover("mean_squared_error", bench.on(wire));
        QVERIFY(!bench.view.canvas().wire(wire)->state().offered);
    }

    void aLayerDroppedUnderACardIsLinkedToIt()
    {
        CanvasBench bench;
        const QPoint under = bench.at({84, 430 + 24});  // the loss gives nothing: dense is too far above
        bench.hover("relu", under);
        QVERIFY(!bench.node(bench.loss).state().offered);
        bench.document.remove({bench.loss}, {});
        const QPoint below = bench.at({90, 240 + 48 + 40});
        QVERIFY(bench.hover("relu", below));
        QVERIFY(bench.node(bench.dense).state().offered);
        bench.drop("relu", below);
        QVERIFY(!bench.node(bench.dense).state().offered);
        const Layer *relu = bench.document.graph().findByName("relu");
        QVERIFY(relu && bench.has({bench.dense, relu->id, 0}));
        QCOMPARE(QPointF(relu->x, relu->y), QPointF(0, 320));  // in the column of the card above
        QCOMPARE(bench.step(), QStringLiteral("Add ReLU below dense"));
    }

    void aLayerDroppedElsewhereStandsFreeOnTheGrid()
    {
        CanvasBench bench;
        const QPoint cursor = bench.at({-203.3, 171.7});
        bench.drop("dense", cursor);
        const Layer *layer = bench.document.graph().findByName("dense_2");
        QVERIFY(layer && bench.document.graph().wiresInto(layer->id).empty());
        QCOMPARE(std::fmod(layer->x, 4), 0.0);
        QCOMPARE(std::fmod(layer->y, 4), 0.0);
        QVERIFY(QLineF(cardRect({layer->x, layer->y}).center(), bench.view.mapToScene(cursor)).length() < 4);
    }

    void whatIsNotALayerCannotBeDropped()
    {
        CanvasBench bench;
        QVERIFY(!bench.hover("no_such_layer", bench.at({300, 100})));
        QVERIFY(!bench.hover("dense", bench.at({300, 100}), "text/plain"));
        bench.drop("no_such_layer", bench.at({300, 100}));
        QCOMPARE(bench.steps(), 0);
    }

    void aDragThatLeavesTakesItsGhostAlong()
    {
        CanvasBench bench;
        const Wire wire{bench.conv, bench.flatten, 0};
        const QImage before = bench.view.viewport()->grab().toImage();
        bench.hover("relu", bench.on(wire));
        QVERIFY(bench.view.viewport()->grab().toImage() != before);
        QDragLeaveEvent leave;
        QCoreApplication::sendEvent(bench.view.viewport(), &leave);
        QVERIFY(bench.view.viewport()->grab().toImage() == before);
    }

    void movingACardIsOneStepOnTheGrid()
    {
        CanvasBench bench;
        const QPoint from = bench.middle(bench.dense) + QPoint(40, 0);
        bench.drag(from, from + QPoint(203, 41));
        QCOMPARE(bench.steps(), 1);
        QCOMPARE(bench.step(), QStringLiteral("Move dense"));
        const QPointF moved = bench.position(bench.dense);
        QCOMPARE(std::fmod(moved.x(), 4), 0.0);
        QVERIFY(std::abs(moved.x() - 203 / bench.view.zoom()) <= 4);
        bench.document.undoStack()->undo();
        QCOMPARE(bench.node(bench.dense).pos(), QPointF(0, 240));
    }

    void severalSelectedCardsMoveTogether()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.conv, bench.flatten});
        const QPoint from = bench.middle(bench.conv) + QPoint(40, 0);
        bench.drag(from, from + QPoint(200, 0));
        QCOMPARE(bench.steps(), 1);
        QCOMPARE(bench.position(bench.flatten) - bench.position(bench.conv), QPointF(0, 80));
        QCOMPARE(bench.position(bench.input), QPointF(0, 0));
        QCOMPARE(bench.view.selectedLayers().size(), size_t{2});
    }

    void escapeTakesAMoveBack()
    {
        CanvasBench bench;
        const QPoint from = bench.middle(bench.dense) + QPoint(40, 0);
        bench.dragOver(from, from + QPoint(200, 0));
        QVERIFY(bench.node(bench.dense).pos() != QPointF(0, 240));
        QTest::keyClick(&bench.view, Qt::Key_Escape);
        QCOMPARE(bench.node(bench.dense).pos(), QPointF(0, 240));
        bench.release(from);
        QCOMPARE(bench.steps(), 0);
    }

    void anUnconnectedCardMovedOntoAWireIsInserted()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 100});
        const Wire wire{bench.conv, bench.flatten, 0};
        const int steps = bench.steps();
        bench.dragOver(bench.middle(relu), bench.on(wire));
        QVERIFY(bench.view.canvas().wire(wire)->state().offered);
        bench.release(bench.on(wire));
        QVERIFY(bench.has({bench.conv, relu, 0}) && bench.has({relu, bench.flatten, 0}));
        QCOMPARE(bench.steps(), steps + 1);
        bench.document.undoStack()->undo();
        QVERIFY(bench.has(wire));
        QCOMPARE(bench.position(relu), QPointF(240, 100));
    }

    void clickingSelectsAndCtrlClickAddsAndTakesAway()
    {
        CanvasBench bench;
        QSignalSpy changes(&bench.view, &CanvasView::selectionChanged);
        bench.click(bench.middle(bench.conv));
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{bench.conv});
        QCOMPARE(changes.count(), 1);
        bench.click(bench.middle(bench.dense), Qt::ControlModifier);
        QCOMPARE(bench.view.selectedLayers(), (std::vector<LayerId>{bench.conv, bench.dense}));
        bench.click(bench.middle(bench.conv), Qt::ControlModifier);
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{bench.dense});
        bench.click(bench.at({400, 40}));
        QVERIFY(bench.view.selectedLayers().empty());
        QCOMPARE(bench.steps(), 0);
    }

    void aRubberBandSelectsTheCardsItTouches()
    {
        CanvasBench bench;
        bench.dragOver(bench.at({-60, 60}), bench.at({20, 170}));
        QCOMPARE(bench.view.selectedLayers(), (std::vector<LayerId>{bench.conv, bench.flatten}));
        bench.move(bench.at({20, 100}));
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{bench.conv});
        bench.release(bench.at({20, 100}));
        bench.drag(bench.at({-60, 300}), bench.at({20, 330}), Qt::LeftButton, Qt::ControlModifier);
        QCOMPARE(bench.view.selectedLayers(), (std::vector<LayerId>{bench.conv, bench.loss}));
    }

    void aWireIsSelectedByAClickAndDeleted()
    {
        CanvasBench bench;
        const Wire wire{bench.conv, bench.flatten, 0};
        bench.click(bench.on(wire));
        QVERIFY(bench.view.canvas().wire(wire)->state().selected);
        QTest::keyClick(&bench.view, Qt::Key_Delete);
        QVERIFY(!bench.has(wire));
        QCOMPARE(bench.document.graph().layers().size(), size_t{5});
    }

    void whatTheCursorIsOverStandsOut()
    {
        CanvasBench bench;
        bench.move(bench.out(bench.conv), Qt::NoButton);
        QVERIFY(bench.node(bench.conv).state().hotOutput);
        bench.move(bench.on({bench.conv, bench.flatten, 0}), Qt::NoButton);
        QVERIFY(!bench.node(bench.conv).state().hotOutput);
        QVERIFY(bench.view.canvas().wire({bench.conv, bench.flatten, 0})->state().hovered);
        bench.move(bench.middle(bench.dense) + QPoint(50, 0), Qt::NoButton);
        QVERIFY(bench.node(bench.dense).state().hovered);
        QVERIFY(!bench.view.canvas().wire({bench.conv, bench.flatten, 0})->state().hovered);
    }

    void deletingALayerInTheMiddleOfADragEndsIt()
    {
        CanvasBench bench;
        bench.dragOver(bench.out(bench.conv), bench.at({300, 200}));
        bench.document.remove({bench.conv}, {});
        bench.move(bench.at({310, 210}));
        bench.release(bench.at({310, 210}));
        QVERIFY(bench.view.note().isEmpty());
        QCOMPARE(bench.steps(), 1);
    }
};

QTEST_MAIN(TestCanvasMouse)
#include "tst_canvas_mouse.moc"
