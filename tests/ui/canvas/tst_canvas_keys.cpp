// The canvas without a mouse, the quick-add popup, clipboard and menus.
#include <QAction>
#include <QClipboard>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QtTest>

#include "canvas_bench.h"
#include "ui/canvas/quick_add.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

struct Popup {
    explicit Popup(CanvasView &view)
        : frame(view.findChild<QuickAdd *>()), search(frame->findChild<QLineEdit *>()), list(frame->findChild<QListWidget *>())
    {
    }
    QStringList found() const
    {
        QStringList texts;
        for (int row = 0; row < list->count(); ++row)
            texts << list->item(row)->text();
        return texts;
    }
    QuickAdd *frame;
    QLineEdit *search;
    QListWidget *list;
};

QAction *actionNamed(const CanvasView &view, const QString &text)
{
    for (QAction *action : view.menuActions())
        if (action->text() == text)
            return action;
    return nullptr;
}

}  // namespace

class TestCanvasKeys : public QObject
{
    Q_OBJECT
private slots:
    void doubleClickOpensASearchThatAddsTheLayerThere()
    {
        CanvasBench bench(false);
        Popup popup(bench.view);
        const QPoint at(300, 200);
        const QPointF scene = bench.view.mapToScene(at);
        QTest::mouseDClick(bench.view.viewport(), Qt::LeftButton, {}, at);
        QVERIFY(popup.frame->isVisible());
        QCOMPARE(QApplication::focusWidget(), popup.search);
        QTest::keyClicks(popup.search, "conv");
        QCOMPARE(popup.found().value(0), QStringLiteral("Conv 2D"));
        QTest::keyClick(popup.search, Qt::Key_Return);
        QVERIFY(!popup.frame->isVisible());
        const Layer *layer = bench.document.graph().findByName("conv2d");
        QVERIFY(layer);
        QVERIFY(QLineF(cardRect({layer->x, layer->y}).center(), scene).length() < 4);
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{layer->id});
        QCOMPARE(bench.steps(), 1);
        QCOMPARE(QApplication::focusWidget(), static_cast<QWidget *>(&bench.view));
    }

    void aDoubleClickLinksTheNewLayerBelowTheSelectedOne()
    {
        CanvasBench bench;
        Popup popup(bench.view);
        bench.view.selectLayers({bench.conv});
        bench.doubleClick(bench.at({320, 200}));
        QTest::keyClicks(popup.search, "relu");
        QTest::keyClick(popup.search, Qt::Key_Return);
        const Layer *relu = bench.document.graph().findByName("relu");
        QVERIFY(relu && bench.has({bench.conv, relu->id, 0}));
        QVERIFY(QLineF(cardRect({relu->x, relu->y}).center(), {320, 200}).length() < 4);
    }

    void clickingElsewhereClosesTheSearchAndKeepsTheFocusThere()
    {
        CanvasBench bench;
        Popup popup(bench.view);
        QLineEdit other(&bench.view);
        other.show();
        bench.view.startQuickAdd();
        QVERIFY(popup.frame->isVisible());
        other.setFocus(Qt::MouseFocusReason);
        QVERIFY(!popup.frame->isVisible());
        QCOMPARE(QApplication::focusWidget(), static_cast<QWidget *>(&other));
    }

    void typingAndEnterBuildAChain()
    {
        CanvasBench bench(false);
        Popup popup(bench.view);
        for (const char *name : {"input", "flatten", "dense", "softmax cross"}) {
            QTest::keyClick(&bench.view, name[0]);
            QVERIFY(popup.frame->isVisible());
            QTest::keyClicks(popup.search, name + 1);
            QTest::keyClick(popup.search, Qt::Key_Enter);
        }
        QCOMPARE(bench.document.graph().layers().size(), size_t{4});
        QCOMPARE(bench.document.graph().wires().size(), size_t{3});
        QCOMPARE(bench.steps(), 4);
        QVERIFY2(bench.document.analysis().runnable(), bench.document.analysis().problems.empty()
                                                           ? ""
                                                           : bench.document.analysis().problems[0].message.c_str());
        for (const Wire &wire : bench.document.graph().wires())
            QVERIFY(bench.layer(wire.to).y > bench.layer(wire.from).y);
    }

    void theListIsWalkedWithTheArrowsAndEscapeAddsNothing()
    {
        CanvasBench bench;
        Popup popup(bench.view);
        QTest::keyClick(&bench.view, Qt::Key_Tab);
        QVERIFY(popup.frame->isVisible());
        QCOMPARE(popup.list->count(), static_cast<int>(layerCatalog().size() + builtInChoices().size()));
        QTest::keyClick(popup.search, Qt::Key_Down);
        QCOMPARE(popup.list->currentRow(), 1);
        QTest::keyClick(popup.search, Qt::Key_Up);
        QTest::keyClick(popup.search, Qt::Key_Up);
        QCOMPARE(popup.list->currentRow(), popup.list->count() - 1);
        QTest::keyClicks(popup.search, "zzz");
        QTest::keyClick(popup.search, Qt::Key_Return);  // nothing fits: nothing happens
        QVERIFY(popup.frame->isVisible());
        QTest::keyClick(popup.search, Qt::Key_Escape);
        QVERIFY(!popup.frame->isVisible());
        QCOMPARE(bench.steps(), 0);
    }

    void layersAreFoundByTheirTypeToo_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("first");
        QTest::newRow("type") << "batch_norm" << "Batch norm";
        QTest::newRow("squeezed") << "maxpool" << QString::fromStdString(findLayer("max_pool2d")->title);
        QTest::newRow("a later word") << "pool" << QString::fromStdString(findLayer("max_pool2d")->title);
        QTest::newRow("capitals") << "RELU" << "ReLU";
    }
    void layersAreFoundByTheirTypeToo()
    {
        QFETCH(QString, typed);
        QFETCH(QString, first);
        CanvasBench bench(false);
        Popup popup(bench.view);
        bench.view.startQuickAdd();
        QTest::keyClicks(popup.search, typed);
        QCOMPARE(popup.found().value(0).toLower(), first.toLower());
    }

    void aWireDroppedOnNothingAsksWhichLayerToLink()
    {
        CanvasBench bench;
        Popup popup(bench.view);
        bench.drag(bench.out(bench.conv), bench.at({260, 190}));
        QVERIFY(popup.frame->isVisible());
        QVERIFY(!popup.found().contains(QStringLiteral("Input")));  // takes no wire
        QTest::keyClicks(popup.search, "relu");
        QTest::keyClick(popup.search, Qt::Key_Return);
        const Layer *relu = bench.document.graph().findByName("relu");
        QVERIFY(relu && bench.has({bench.conv, relu->id, 0}));
        QCOMPARE(bench.steps(), 1);
    }

    void aWireDroppedOnNothingBackwardsLinksTheNewLayerAbove()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayer("relu", {240, 240});
        Popup popup(bench.view);
        bench.drag(bench.in(relu), bench.at({300, 120}));
        QTest::keyClicks(popup.search, "input");
        QTest::keyClick(popup.search, Qt::Key_Return);
        const Layer *added = bench.document.graph().findByName("input_2");
        QVERIFY(added && bench.has({added->id, relu, 0}));
        QCOMPARE(bench.step(), QStringLiteral("Add Input above relu"));
        bench.document.undoStack()->undo();
        QVERIFY(!bench.document.graph().findByName("input_2"));
    }

    void doubleClickOnAWireInsertsTheLayer()
    {
        CanvasBench bench;
        Popup popup(bench.view);
        QTest::mouseDClick(bench.view.viewport(), Qt::LeftButton, {}, bench.on({bench.conv, bench.flatten, 0}));
        QVERIFY(popup.frame->isVisible());
        QTest::keyClicks(popup.search, "relu");
        QTest::keyClick(popup.search, Qt::Key_Return);
        const Layer *relu = bench.document.graph().findByName("relu");
        QVERIFY(relu && bench.has({bench.conv, relu->id, 0}) && bench.has({relu->id, bench.flatten, 0}));
    }

    void deleteUndoAndRedoKeepTheIds()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.conv, bench.dense});
        QTest::keyClick(&bench.view, Qt::Key_Delete);
        QVERIFY(!bench.view.canvas().node(bench.conv));
        QVERIFY(bench.view.selectedLayers().empty());
        QCOMPARE(bench.step(), QStringLiteral("Delete 2 layers"));
        bench.document.undoStack()->undo();
        QCOMPARE(bench.node(bench.conv).pos(), QPointF(0, 80));
        QVERIFY(bench.view.canvas().wire({bench.input, bench.conv, 0}));
        bench.document.undoStack()->redo();
        QVERIFY(!bench.view.canvas().node(bench.conv));
    }

    void copyPasteCutAndDuplicateByTheirKeys()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.conv, bench.flatten});
        QTest::keyClick(&bench.view, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->mimeData()->hasFormat(kLayersMimeType));
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("conv2d")));
        QTest::keyClick(&bench.view, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(bench.document.graph().layers().size(), size_t{7});
        const auto pasted = bench.view.selectedLayers();
        QCOMPARE(pasted.size(), size_t{2});
        QVERIFY(bench.has({pasted[0], pasted[1], 0}));
        QTest::keyClick(&bench.view, Qt::Key_X, Qt::ControlModifier);
        QCOMPARE(bench.document.graph().layers().size(), size_t{5});
        bench.view.selectLayers({bench.dense});
        QTest::keyClick(&bench.view, Qt::Key_D, Qt::ControlModifier);
        QVERIFY(bench.document.graph().findByName("dense_2"));
        QCOMPARE(bench.steps(), 3);
    }

    void pastingSomethingElseSaysSoAndChangesNothing()
    {
        CanvasBench bench;
        QApplication::clipboard()->setText(QStringLiteral("hello"));
        QTest::keyClick(&bench.view, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(bench.steps(), 0);
        QVERIFY(bench.view.note().contains(QStringLiteral("no layers")));
    }

    void ctrlASelectsAllAndEscapeNothing()
    {
        CanvasBench bench;
        QTest::keyClick(&bench.view, Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(bench.view.selectedLayers().size(), size_t{5});
        QTest::keyClick(&bench.view, Qt::Key_Escape);
        QVERIFY(bench.view.selectedLayers().empty());
    }

    void nudgesInARowAreOneStep()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.conv});
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(&bench.view, Qt::Key_Right);
        QTest::keyClick(&bench.view, Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(bench.position(bench.conv), QPointF(12, 96));
        QCOMPARE(bench.steps(), 1);
        bench.document.undoStack()->undo();
        QCOMPARE(bench.position(bench.conv), QPointF(0, 80));
        bench.view.selectLayers({bench.dense});
        QTest::keyClick(&bench.view, Qt::Key_Left);
        bench.view.selectLayers({bench.conv});
        QTest::keyClick(&bench.view, Qt::Key_Left);
        QCOMPARE(bench.steps(), 2);  // another layer, another step
    }

    void theSelectionWalksAlongTheWires()
    {
        CanvasBench bench;
        const LayerId relu = bench.document.addLayerBelow("relu", bench.conv, {200, 160});
        const auto walk = [&](Qt::Key key) {
            QTest::keyClick(&bench.view, key, Qt::ControlModifier);
            return bench.view.selectedLayers().size() == 1 ? bench.view.selectedLayers().front() : 0;
        };
        QCOMPARE(walk(Qt::Key_Down), bench.input);  // nothing selected: the top
        QCOMPARE(walk(Qt::Key_Down), bench.conv);
        QCOMPARE(walk(Qt::Key_Down), bench.flatten);
        QCOMPARE(walk(Qt::Key_Right), relu);
        QCOMPARE(walk(Qt::Key_Down), relu);  // nothing below
        QCOMPARE(walk(Qt::Key_Up), bench.conv);
        QCOMPARE(bench.steps(), 1);
    }

    void screenReadersHearWhatIsSelected()
    {
        CanvasBench bench;
        QCOMPARE(bench.view.accessibleName(), QStringLiteral("Network"));
        bench.view.selectLayers({bench.conv});
        QVERIFY2(bench.view.accessibleDescription().contains(QStringLiteral("conv2d, Conv 2D, output 8x8x16, 160 params")),
                 qPrintable(bench.view.accessibleDescription()));
    }

    void theMenuOffersWhatIsPossible()
    {
        CanvasBench bench;
        QVERIFY(!actionNamed(bench.view, QStringLiteral("Duplicate"))->isEnabled());
        bench.view.selectLayers({bench.conv});
        QVERIFY(actionNamed(bench.view, QStringLiteral("Duplicate"))->isEnabled());
        bench.document.moveLayers({{bench.dense, {400, 0}}});
        actionNamed(bench.view, QStringLiteral("Arrange layers"))->trigger();
        QCOMPARE(bench.step(), QStringLiteral("Arrange layers"));
        QCOMPARE(bench.position(bench.dense), QPointF(0, 240));
        for (const QAction *action : bench.view.menuActions())
            QVERIFY(action->isSeparator() || !action->text().isEmpty());
    }

    void aContextMenuOffersTheFixOfABrokenLayer()
    {
        CanvasBench bench;
        const LayerId concat = bench.document.addLayer("concat", {240, 240});
        QVERIFY(bench.document.connectWire({bench.input, concat, 0}));
        QVERIFY(bench.document.connectWire({bench.input, concat, 1}));
        bench.document.setParameter({concat}, "axis", std::int64_t{5});
        QVERIFY(bench.node(concat).look().broken);
        QContextMenuEvent event(QContextMenuEvent::Mouse, bench.middle(concat), {});
        QCoreApplication::sendEvent(bench.view.viewport(), &event);
        auto *menu = bench.view.findChild<QMenu *>();
        QVERIFY(menu);
        QAction *fix = menu->actions().first();
        QVERIFY2(fix->text().startsWith(QStringLiteral("Set axis")), qPrintable(fix->text()));
        fix->trigger();
        menu->close();
        QVERIFY(!bench.node(concat).look().broken);
    }
};

QTEST_MAIN(TestCanvasKeys)
#include "tst_canvas_keys.moc"
