// What the canvas shows: cards that follow the document, zoom, overview, themes; and that it stays quick.
#include <QElapsedTimer>
#include <QPainter>
#include <QSignalSpy>
#include <QtTest>

#include "canvas_bench.h"
#include "ui/canvas/minimap.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

// TRAINYARD_SHOTS=folder keeps pictures to look at.
void keep(QWidget &widget, const char *name)
{
    if (const QByteArray folder = qgetenv("TRAINYARD_SHOTS"); !folder.isEmpty())
        QVERIFY(widget.grab().save(QStringLiteral("%1/%2.png").arg(QString::fromLocal8Bit(folder), QLatin1String(name))));
}

// Two branches, joins, a broken layer, a remark, a layer nobody knows.
Graph manyFacedGraph()
{
    Graph graph;
    const LayerId image = graph.add("input", 0, 0), conv1 = graph.add("conv2d", 0, 80), norm1 = graph.add("batch_norm", 0, 160),
                  relu1 = graph.add("relu", 0, 240), conv2 = graph.add("conv2d", 200, 80), add = graph.add("add", 100, 320),
                  concat = graph.add("concat", 100, 400), flatten = graph.add("flatten", 100, 480), dense = graph.add("dense", 100, 560),
                  loss = graph.add("softmax_cross_entropy", 100, 640), pool = graph.add("max_pool2d", 340, 560);
    graph.edit(image)->name = "image";
    graph.edit(conv2)->name = "a_long_name_for_the_shortcut_branch";
    graph.edit(dense)->name = "digits";
    graph.edit(dense)->parameters["units"] = std::int64_t{10};
    graph.edit(conv1)->device = graph.edit(norm1)->device = "cuda:1";
    graph.edit(relu1)->device = "cpu";
    graph.edit(conv2)->device = "a computer of great length";
    Layer strange;
    strange.id = 40;
    strange.type = "moe_router";
    strange.name = "router";
    strange.x = 340;
    strange.y = 160;
    graph.insert(strange);
    for (const Wire &wire : {Wire{image, conv1, 0}, Wire{conv1, norm1, 0}, Wire{norm1, relu1, 0}, Wire{image, conv2, 0}, Wire{relu1, add, 0},
                             Wire{conv2, add, 1}, Wire{add, concat, 0}, Wire{conv1, concat, 1}, Wire{relu1, concat, 2},
                             Wire{concat, flatten, 0}, Wire{flatten, dense, 0}, Wire{dense, loss, 0}, Wire{flatten, pool, 0},
                             Wire{conv2, 40, 0}})
        (void)graph.connect(wire);
    return graph;
}

Graph longChain(int length)
{
    Graph graph;
    LayerId last = graph.add("input", 0, 0);
    for (int i = 1; i < length; ++i) {
        const LayerId next = graph.add(i % 2 ? "conv2d" : "relu", 200.0 * (i / 50), 80.0 * (i % 50));
        (void)graph.connect({last, next, 0});
        last = next;
    }
    return graph;
}

void open(CanvasBench &bench, Graph graph)
{
    Project project;
    project.graph = std::move(graph);
    bench.document.reset(std::move(project));
}

}  // namespace

class TestCanvasLook : public QObject
{
    Q_OBJECT
private slots:
    void aCardShowsShapeAndParametersWhileAValueIsTyped()
    {
        CanvasBench bench;
        bench.view.selectLayers({bench.conv});
        QCOMPARE(bench.node(bench.conv).look().shape, QStringLiteral("8x8x16"));
        QCOMPARE(bench.node(bench.conv).look().parameters, QStringLiteral("160 params"));
        QCOMPARE(bench.node(bench.dense).look().parameters, QStringLiteral("10,250 params"));
        const NodeItem *before = &bench.node(bench.conv);
        QSignalSpy selections(&bench.view, &CanvasView::selectionChanged);
        bench.document.setParameter({bench.conv}, "filters", std::int64_t{32});
        QCOMPARE(&bench.node(bench.conv), before);  // the same item: nothing was built anew
        QCOMPARE(bench.node(bench.conv).look().shape, QStringLiteral("8x8x32"));
        QCOMPARE(bench.node(bench.conv).look().parameters, QStringLiteral("320 params"));
        QVERIFY(bench.node(bench.conv).look().setting.startsWith(QStringLiteral("32")));
        QCOMPARE(bench.node(bench.dense).look().parameters, QStringLiteral("20,490 params"));
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{bench.conv});
        QCOMPARE(selections.count(), 0);
    }

    void aLayerPlacedElsewhereWearsATag()
    {
        CanvasBench bench;
        bench.view.setZoom(1);
        const QImage before = bench.view.grab().toImage();
        QCOMPARE(bench.node(bench.conv).look().device, QString());
        bench.document.setDevice({bench.conv}, "cuda:1");
        QCOMPARE(bench.node(bench.conv).look().device, QStringLiteral("GPU 1"));
        QVERIFY(bench.node(bench.conv).toolTip().contains(QStringLiteral("on GPU 1")));
        QVERIFY(bench.view.grab().toImage() != before);
        bench.document.setDevice({bench.conv}, "cpu");
        QCOMPARE(bench.node(bench.conv).look().device, QStringLiteral("CPU"));
        bench.document.setDevice({bench.conv}, "");
        QCOMPARE(bench.view.grab().toImage(), before);
        bench.document.setDevice({bench.conv}, "a computer of great length");
        QVERIFY(bench.node(bench.conv).look().broken);
    }

    void theDataTellsWhatDoesNotFit()
    {
        CanvasBench bench;
        DataSignature signature;
        signature.sampleShape = Shape{28, 28, 1};
        signature.classes = 10;
        bench.document.setDataSignature(signature);
        QVERIFY(bench.node(bench.input).look().broken);
        QVERIFY(!bench.node(bench.conv).look().broken);
        QVERIFY(bench.node(bench.input).toolTip().contains(QStringLiteral("28x28x1")));
    }

    void onlyTheFirstBrokenCardIsRed()
    {
        CanvasBench bench;
        bench.document.disconnectWire({bench.input, bench.conv, 0});
        QVERIFY(bench.node(bench.conv).look().broken);
        for (const LayerId below : {bench.flatten, bench.dense, bench.loss}) {
            QVERIFY(!bench.node(below).look().broken);
            QVERIFY(bench.node(below).look().shape.isEmpty());  // unknown, not 0
        }
        QVERIFY(bench.node(bench.conv).toolTip().contains(QStringLiteral("nothing is connected")));
        bench.view.setZoom(2);  // edges of two pixels
        const QImage card = bench.view.viewport()->grab().toImage();
        const auto edgeOf = [&](LayerId id) { return card.pixelColor(bench.at(bench.node(id).pos() + QPointF(40, 47.5))); };
        QVERIFY(edgeOf(bench.conv).red() > edgeOf(bench.conv).green() + 60);
        QVERIFY(std::abs(edgeOf(bench.dense).red() - edgeOf(bench.dense).green()) < 30);
    }

    void aWireThatDoesNotFitIsWrongWhenItIsThereAlready()
    {
        CanvasBench bench;
        open(bench, manyFacedGraph());
        const LayerId flatten = bench.document.graph().findByName("flatten")->id, pool = bench.document.graph().findByName("max_pool2d")->id;
        QVERIFY(bench.view.canvas().wire({flatten, pool, 0})->state().wrong);
        QVERIFY(!bench.view.canvas().wire({1, 2, 0})->state().wrong);
    }

    void anUnknownLayerIsAVisiblePlaceholder()
    {
        CanvasBench bench;
        open(bench, manyFacedGraph());
        const NodeLook &look = bench.node(40).look();
        QVERIFY(look.placeholder && look.broken);
        QCOMPARE(look.name, QStringLiteral("router"));
        QCOMPARE(look.setting, QStringLiteral("unknown layer"));
        QVERIFY(bench.node(40).toolTip().contains(QStringLiteral("moe_router")));
    }

    void aNameThatDoesNotTellTheTypeIsJoinedByIt()
    {
        CanvasBench bench;
        open(bench, manyFacedGraph());
        QCOMPARE(bench.node(bench.document.graph().findByName("digits")->id).look().setting, QStringLiteral("Dense 10"));
        QVERIFY(!bench.node(2).look().setting.contains(QStringLiteral("Conv")));
    }

    void aJoinShowsOneFreeInputMoreThanItHasWires()
    {
        CanvasBench bench;
        const LayerId add = bench.document.addLayer("add", {240, 0});
        QCOMPARE(bench.node(add).look().inputs, 2);
        for (int i = 0; i < 8; ++i) {
            QVERIFY(bench.document.connectWire({bench.input, add, i}));
            QCOMPARE(bench.node(add).look().inputs, std::clamp(i + 2, 2, 8));
        }
        const QRectF card = bench.node(add).card();
        for (int port = 0; port < 8; ++port)
            QVERIFY(bench.node(add).input(port).x() > card.left() + 8 && bench.node(add).input(port).x() < card.right() - 8);
    }

    void longTextsAreElidedInsideTheCard()
    {
        Theme::instance().apply(Appearance::Light);
        NodeLook look;
        look.name = QString(80, u'w');
        look.setting = QString(80, u'm');
        look.parameters = QStringLiteral("1,234,567,890,123,456 params");
        look.shape = QStringLiteral("1024x1024x1024x1024x1024");
        look.inputs = 0;
        look.hasOutput = false;
        for (const double zoom : {0.3, 0.75, 1.0, 1.3, 3.0}) {
            QImage image(QSize(200, 80) * zoom, QImage::Format_ARGB32_Premultiplied);
            image.fill(themeColor(ColorRole::Raised));
            QPainter painter(&image);
            painter.setRenderHint(QPainter::Antialiasing);
            painter.scale(zoom, zoom);
            painter.translate(16, 16);
            paintNode(painter, look, {}, zoom);
            painter.end();
            const auto isPlain = [&](double x, double y) {
                return image.pixelColor(static_cast<int>((16 + x) * zoom), static_cast<int>((16 + y) * zoom)) == themeColor(ColorRole::Raised);
            };
            for (double y = 8; y < 42; y += 0.5)
                for (double x = 161; x < (zoom < kFullDetailZoom ? 161.5 : 165); x += 0.5)
                    QVERIFY2(isPlain(x, y), qPrintable(QStringLiteral("zoom %1 at %2, %3").arg(zoom).arg(x).arg(y)));
        }
    }

    void theWheelWithCtrlZoomsAroundTheCursor()
    {
        CanvasBench bench;
        const QPoint cursor(200, 150);
        const QPointF under = bench.view.mapToScene(cursor);
        const double zoom = bench.view.zoom();
        bench.wheel(cursor, 3, Qt::ControlModifier);
        QVERIFY(bench.view.zoom() > zoom * 1.5);
        QVERIFY(QLineF(bench.view.mapToScene(cursor), under).length() < 1.5);
        for (int i = 0; i < 30; ++i)
            bench.wheel(cursor, -2, Qt::ControlModifier);
        QCOMPARE(bench.view.zoom(), CanvasView::kSmallestZoom);
        for (int i = 0; i < 30; ++i)
            bench.wheel(cursor, 2, Qt::ControlModifier);
        QCOMPARE(bench.view.zoom(), CanvasView::kLargestZoom);
    }

    void theWheelAloneScrollsAndDraggingWithTheMiddleButtonOrSpacePans()
    {
        CanvasBench bench;
        const QPoint before = bench.at({0, 0});
        bench.wheel({200, 150}, -1, {});
        QCOMPARE(bench.at({0, 0}), before - QPoint(0, 60));
        bench.wheel({200, 150}, -1, Qt::ShiftModifier);
        QCOMPARE(bench.at({0, 0}), before - QPoint(60, 60));
        bench.drag({300, 300}, {360, 360}, Qt::MiddleButton);
        QCOMPARE(bench.at({0, 0}), before);
        QTest::keyPress(&bench.view, Qt::Key_Space);
        bench.drag(bench.middle(bench.conv), bench.middle(bench.conv) + QPoint(30, 20));
        QTest::keyRelease(&bench.view, Qt::Key_Space);
        QCOMPARE(bench.at({0, 0}), before + QPoint(30, 20));
        QCOMPARE(bench.steps(), 0);
    }

    void aSmallProjectIsFittedWhenItIsOpened()
    {
        CanvasBench bench;
        open(bench, longChain(2));
        QVERIFY(bench.view.visibleScene().contains(bench.view.canvas().contentRect()));
        QVERIFY(bench.view.zoom() <= 1);
    }

    void aLongProjectOpensAtItsTopAndReadable()
    {
        CanvasBench bench;
        open(bench, longChain(60));
        const QRectF content = bench.view.canvas().contentRect();
        const auto showsTheTop = [&] {
            const QRectF seen = bench.view.visibleScene();
            return seen.top() < content.top() && content.bottom() > seen.bottom() && seen.left() < content.left() && seen.right() > content.right();
        };
        QVERIFY(showsTheTop());
        QVERIFY(bench.view.zoom() >= 0.75);
        bench.view.resize(bench.view.size() + QSize(300, 100));
        QVERIFY(showsTheTop());  // follows the window until the person moves it
        QTest::keyClick(&bench.view, Qt::Key_Home);
        QVERIFY(bench.view.zoom() < 0.3);
        QVERIFY(bench.view.visibleScene().contains(content));
    }

    void theOverviewShowsOnlyWhatDoesNotFitAndPans()
    {
        CanvasBench bench;
        auto *map = bench.view.findChild<Minimap *>();
        QVERIFY(map->isHidden());
        bench.view.setZoom(2.5);
        QVERIFY(!map->isHidden());
        QVERIFY(bench.view.rect().contains(map->geometry()));
        QTest::mousePress(map, Qt::LeftButton, {}, QPoint(map->width() / 2, map->height() - 10));
        QVERIFY(bench.view.visibleScene().contains(bench.node(bench.loss).card().center()));
        QTest::mouseRelease(map, Qt::LeftButton, {}, QPoint(map->width() / 2, 10));
        bench.view.fitNetwork();
        QVERIFY(map->isHidden());
    }

    void anEmptyCanvasSaysHowToBegin()
    {
        CanvasBench bench(false);
        auto *hint = bench.view.findChild<QLabel *>(QStringLiteral("canvasHint"));
        QVERIFY(hint->isVisible());
        QVERIFY(!hint->text().isEmpty());
        keep(bench.view, "empty");
        bench.drop("input", {300, 200});
        QVERIFY(!hint->isVisible());
        bench.document.undoStack()->undo();
        QVERIFY(hint->isVisible());
    }

    void anotherThemeIsDrawnAtOnce()
    {
        CanvasBench bench;
        const auto back = [&] { return bench.view.viewport()->grab().toImage().pixelColor(3, 5); };
        QCOMPARE(back(), themeColor(ColorRole::Window));
        Theme::instance().apply(Appearance::Dark);
        QCOMPARE(back(), themeColor(ColorRole::Window));
        QVERIFY(back().lightness() < 60);
        Theme::instance().apply(Appearance::Light);
    }

    void aCardCanBeBroughtToTheMiddle()
    {
        CanvasBench bench;
        open(bench, longChain(100));
        bench.view.setZoom(1);
        const LayerId far = bench.document.graph().layers().back().id;
        bench.view.centerOn(far);
        QVERIFY(QLineF(bench.view.visibleScene().center(), bench.node(far).card().center()).length() < 3);
        bench.view.selectLayers({far, 123456});
        QCOMPARE(bench.view.selectedLayers(), std::vector<LayerId>{far});
    }

    void aPositionOutOfThisWorldIsShownAtItsEdge()
    {
        CanvasBench bench;
        Graph graph;
        graph.add("input", 1e300, -1e300);
        open(bench, std::move(graph));
        QVERIFY(bench.view.visibleScene().intersects(bench.view.canvas().contentRect()));
    }

    void fiveHundredLayersStayFluid()
    {
        CanvasBench bench(false, {1280, 800});
        open(bench, longChain(500));
        bench.view.setZoom(1);
        (void)bench.view.grab();
        QElapsedTimer timer;
        timer.start();
        bench.document.setParameter({2}, "filters", std::int64_t{24});
        const qint64 typing = timer.restart();
        bench.view.selectLayers({4});
        const qint64 selecting = timer.restart();
        const QPoint from = bench.middle(4) + QPoint(50, 0);
        bench.view.centerOn(4);
        timer.restart();
        bench.press(bench.middle(4) + QPoint(50, 0));
        for (int i = 1; i <= 20; ++i)
            bench.move(bench.middle(4) + QPoint(50 + i, i));
        const qint64 moving = timer.restart() / 20;
        bench.release(from);
        timer.restart();
        (void)bench.view.viewport()->grab();
        const qint64 painting = timer.restart();
        bench.view.fitNetwork();
        timer.restart();
        (void)bench.view.viewport()->grab();
        const qint64 paintingAll = timer.restart();
        qInfo("500 layers: typing %lld ms, selecting %lld, one move %lld, painting %lld, painting all %lld", typing, selecting, moving,
              painting, paintingAll);
        QVERIFY(typing < 200);
        QVERIFY(moving < 50);
        QVERIFY(painting < 200);
        QVERIFY(paintingAll < 400);
    }

    void picturesInBothThemes()
    {
        CanvasBench bench(false, {1280, 800});
        open(bench, manyFacedGraph());
        for (const auto &[appearance, name] : {std::pair(Appearance::Light, "light"), std::pair(Appearance::Dark, "dark")}) {
            Theme::instance().apply(appearance);
            bench.view.resize(1280, 800);
            bench.view.fitNetwork();
            bench.view.selectLayers({3});
            const QByteArray shot(name);
            keep(bench.view, shot + "-fit");
            bench.view.setZoom(2);
            keep(bench.view, shot + "-200");
            bench.view.setZoom(0.3);
            keep(bench.view, shot + "-30");
            bench.view.setZoom(1);
            bench.view.centerOn(6);
            bench.dragOver(bench.out(1), bench.in(40));
            QTest::qWait(20);
            keep(bench.view, shot + "-wire");
            QTest::keyClick(&bench.view, Qt::Key_Escape);
            bench.release({5, 5});
            bench.dragOver(bench.out(7), bench.middle(6));
            QVERIFY(!bench.view.note().isEmpty());
            QTest::qWait(20);
            keep(bench.view, shot + "-refused");
            QTest::keyClick(&bench.view, Qt::Key_Escape);
            bench.hover("relu", bench.on({4, 6, 0}));
            keep(bench.view, shot + "-drop");
            bench.hover("relu", bench.at({190, 250}));
            keep(bench.view, shot + "-below");
            QDragLeaveEvent leave;
            QCoreApplication::sendEvent(bench.view.viewport(), &leave);
            QTest::keyClick(&bench.view, 'c');
            keep(bench.view, shot + "-add");
            bench.view.setFocus();
            bench.view.resize(2560, 1440);
            bench.view.fitNetwork();
            keep(bench.view, shot + "-2560");
        }
        Theme::instance().apply(Appearance::Light);
    }
};

QTEST_MAIN(TestCanvasLook)
#include "tst_canvas_look.moc"
