// The Model page as a whole: what is selected on the canvas, in the problem list and in the inspector is the same.
#include <QAction>
#include <QDir>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QSplitter>
#include <QtTest>

#include "ui/canvas/canvas_view.h"
#include "ui/models/auto_layout.h"
#include "ui/models/project_document.h"
#include "ui/panels/model/inspector.h"
#include "ui/panels/model/model_page.h"
#include "ui/panels/model/palette.h"
#include "ui/panels/model/palette_tree.h"
#include "ui/panels/model/parameter_field.h"
#include "ui/panels/model/problem_list.h"
#include "ui/panels/model/problem_row.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

struct Fixture {
    ProjectDocument document;
    LayerId input, dense, loss;
    std::unique_ptr<ModelPage> page;

    explicit Fixture(QSize size = {1280, 720})
    {
        input = document.addLayer("input", {0, 0});
        document.setParameter({input}, "shape", std::vector<std::int64_t>{8});
        dense = document.addLayerBelow("dense", input, {0, 80});
        loss = document.addLayerBelow("softmax_cross_entropy", dense, {0, 160});
        document.undoStack()->clear();
        page = std::make_unique<ModelPage>(document);
        page->resize(size);
        page->show();
        QVERIFY(QTest::qWaitForWindowActive(page.get()));
    }
    QLineEdit *search() const { return page->palette()->findChild<QLineEdit *>(); }
    void choose(const QString &text) const
    {
        page->palette()->focusSearch();
        QTest::keyClicks(search(), text);
        QTest::keyClick(search(), Qt::Key_Return);
    }
    QAction *action(const QString &text) const
    {
        for (QAction *each : page->menuActions())
            if (each->text() == text)
                return each;
        return nullptr;
    }
};

bool isIn(const QWidget *ancestor, const QWidget *widget)
{
    return widget && (widget == ancestor || ancestor->isAncestorOf(widget));
}

}  // namespace

class TestModelPage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void theInspectorShowsWhatIsSelectedOnTheCanvas()
    {
        Fixture f;
        QVERIFY(f.page->inspector()->selection().empty());
        f.page->canvas()->selectLayers({f.dense});
        QCOMPARE(f.page->inspector()->selection(), std::vector{f.dense});
        f.page->canvas()->selectLayers({f.input, f.dense});
        QCOMPARE(f.page->inspector()->selection().size(), size_t{2});
        f.document.remove({f.input}, {});
        QCOMPARE(f.page->inspector()->selection(), std::vector{f.dense});
    }

    void aClickOnACardOpensItsSettings()
    {
        Fixture f;
        const Layer &layer = *f.document.graph().find(f.dense);
        const QPoint at = f.page->canvas()->mapFromScene(QRectF(QPointF(layer.x, layer.y), kLayerCardSize).center());
        QTest::mouseClick(f.page->canvas()->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(f.page->inspector()->selection(), std::vector{f.dense});
        QVERIFY(!f.page->inspector()->fields().empty());
    }

    void aLayerChosenInThePaletteGoesBelowTheSelectedOneAndIsSelected()
    {
        Fixture f;
        f.document.remove({f.loss}, {});
        f.page->canvas()->selectLayers({f.dense});
        f.choose("relu");
        const auto selected = f.page->canvas()->selectedLayers();
        QCOMPARE(selected.size(), size_t{1});
        const Layer &relu = *f.document.graph().find(selected[0]);
        QCOMPARE(relu.type, "relu");
        QCOMPARE(f.document.graph().wiresInto(relu.id), std::vector<Wire>({{f.dense, relu.id, 0}}));
        QVERIFY(relu.y > f.document.graph().find(f.dense)->y);
        QCOMPARE(f.page->inspector()->selection(), selected);
    }

    void aLayerChosenBesideABusyOneIsFreeAndCoversNothing()
    {
        Fixture f;
        f.page->canvas()->selectLayers({f.dense});  // feeds the loss already
        for (int i = 0; i < 5; ++i) {
            f.page->canvas()->selectLayers(i % 2 ? std::vector<LayerId>() : std::vector{f.dense});
            f.page->palette()->layerChosen("dropout");
        }
        QCOMPARE(f.document.graph().wires().size(), size_t{2});
        const auto &layers = f.document.graph().layers();
        for (std::size_t a = 0; a < layers.size(); ++a)
            for (std::size_t b = 0; b < a; ++b)
                QVERIFY(!QRectF(QPointF(layers[a].x, layers[a].y), kLayerCardSize)
                             .intersects(QRectF(QPointF(layers[b].x, layers[b].y), kLayerCardSize)));
    }

    void aLayerDraggedFromThePaletteLandsOnTheCanvas()
    {
        Fixture f;
        QAbstractItemModel *model = f.page->palette()->tree()->model();
        const QModelIndex dense = model->index(0, 0, model->index(1, 0));
        const std::unique_ptr<QMimeData> data(model->mimeData({dense}));
        QWidget *viewport = f.page->canvas()->viewport();
        const QPoint at(100, 60);
        QDragEnterEvent enter(at, Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(viewport, &enter);
        QVERIFY(enter.isAccepted());
        QDragMoveEvent move(at, Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(viewport, &move);
        QDropEvent drop(at, Qt::CopyAction, data.get(), Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(viewport, &drop);
        QCOMPARE(f.document.graph().layers().size(), size_t{4});
        QCOMPARE(f.document.graph().layers().back().type, "dense");
        QCOMPARE(f.page->inspector()->selection(), std::vector{f.document.graph().layers().back().id});
    }

    void aProblemLeadsToItsLayerHoweverFarAway()
    {
        Fixture f;
        const LayerId stray = f.document.addLayer("relu", {9000, 9000});
        QSignalSpy counts(f.page.get(), &ModelPage::problemCountChanged);
        QCOMPARE(f.page->problemCount(), 1);
        QTest::mouseClick(f.page->problemList()->rows()[0], Qt::LeftButton, {}, QPoint(60, 8));
        QCOMPARE(f.page->canvas()->selectedLayers(), std::vector{stray});
        QVERIFY(f.page->canvas()->visibleScene().contains(QPointF(9084, 9024)));
        f.document.remove({stray}, {});
        QCOMPARE(counts.count(), 1);
        QCOMPARE(counts[0][0].toInt(), 0);
    }

    void theProblemListOpensWithTheFirstProblemAndCloses()
    {
        Fixture f;
        ProblemList *list = f.page->problemList();
        QTRY_COMPARE(list->height(), list->headHeight());
        const LayerId stray = f.document.addLayer("relu", {300, 0});
        QTRY_VERIFY(list->height() > 2 * list->headHeight());
        f.document.remove({stray}, {});
        QTRY_COMPARE(list->height(), list->headHeight());
    }

    void theShortcutsWork()
    {
        Fixture f;
        f.page->canvas()->setFocus();
        f.page->canvas()->selectLayers({f.dense});
        QTest::keyClick(f.page->canvas(), Qt::Key_F, Qt::ControlModifier);
        QVERIFY(f.search()->hasFocus());
        QTest::keyClick(f.search(), Qt::Key_F2);
        QCOMPARE(qobject_cast<QLineEdit *>(QApplication::focusWidget())->text(), QStringLiteral("dense"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_M, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(f.page->problemList()->isHidden());
        f.document.addLayer("relu", {300, 0});
        f.page->showProblems();
        QVERIFY(f.page->problemList()->isVisible());
        QVERIFY(f.page->problemList()->rows()[0]->hasFocus());
    }

    void aDoubleClickOnACardLeadsToItsFirstSetting()
    {
        Fixture f;
        f.page->canvas()->selectLayers({f.dense});
        emit f.page->canvas()->layerActivated(f.dense);
        QVERIFY(isIn(f.page->inspector()->fields().front(), QApplication::focusWidget()));
    }

    void theMenuHasNamedActionsWithDifferentShortcuts()
    {
        Fixture f;
        QVERIFY(f.action("Search layers"));
        QVERIFY(f.action("Show problems"));
        QStringList shortcuts;
        for (const QAction *action : f.page->menuActions()) {
            QVERIFY(action->isSeparator() || !action->text().isEmpty());
            for (const QKeySequence &shortcut : action->shortcuts())
                shortcuts += shortcut.toString();
        }
        QStringList unique = shortcuts;
        unique.removeDuplicates();
        QCOMPARE(unique, shortcuts);
    }

    void theLayoutIsRemembered()
    {
        Fixture f;
        auto *columns = f.page->findChild<QSplitter *>();
        columns->setSizes({260, 700, 320});
        const QList<int> sizes = columns->sizes();
        f.page->palette()->tree()->setCollapsedCategories({"Pooling"});
        f.action("Show problems")->setChecked(false);
        const QByteArray layout = f.page->saveLayout();

        Fixture other;
        other.page->restoreLayout(layout);
        QCOMPARE(other.page->findChild<QSplitter *>()->sizes(), sizes);
        QCOMPARE(other.page->palette()->tree()->collapsedCategories(), QStringList{"Pooling"});
        QVERIFY(other.page->problemList()->isHidden());
        QCOMPARE(other.page->saveLayout(), layout);
        for (const QByteArray &bad : {QByteArray(), QByteArray("garbage that is no layout"), layout.left(9), QByteArray(200, '\xff')}) {
            other.page->restoreLayout(bad);
            QCOMPARE(other.page->saveLayout(), layout);
        }
    }

    void itLooksRightInBothThemesAndSizes()
    {
        const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
        const auto project = loadProject(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "digits-cnn");
        QVERIFY(project.has_value());
        for (const Appearance appearance : {Appearance::Dark, Appearance::Light}) {
            Theme::instance().apply(appearance);
            for (const QSize size : {QSize(1280, 800), QSize(2560, 1440)}) {
                Fixture f(size);
                f.document.reset(*project);
                f.page->canvas()->fitNetwork();
                f.page->selectLayer(f.document.graph().findByName("conv1")->id);
                f.page->canvas()->fitNetwork();
                if (size.width() == 1280)
                    f.document.setParameter({f.document.graph().findByName("conv2")->id}, "groups", std::int64_t{3});
                QCoreApplication::processEvents();
                QVERIFY(f.page->canvas()->width() > size.width() / 2);
                QVERIFY(f.page->palette()->width() < 320);
                if (!folder.isEmpty())
                    f.page->grab().save(QDir(folder).filePath(QStringLiteral("page-%1-%2.png").arg(appearance == Appearance::Dark ? "dark" : "light").arg(size.width())));
            }
        }
    }

    void aChosenProblemOpensTheDefinitionItIsIn()
    {
        Fixture f;
        const LayerId block = *f.document.group({f.dense});
        f.document.openBlock(block);
        LayerId inside = 0;
        for (const Layer &layer : f.document.shown().layers())
            if (layer.type == "dense")
                inside = layer.id;
        f.document.leaveBlock();
        f.page->selectLayer(inside, "block1");
        QCOMPARE(f.document.openBlock(), "block1");
        QCOMPARE(f.page->canvas()->selectedLayers(), std::vector{inside});
        QCOMPARE(f.page->inspector()->selection(), std::vector{inside});
        f.page->selectLayer(f.input);
        QVERIFY(f.document.place().empty());
        QCOMPARE(f.page->canvas()->selectedLayers(), std::vector{f.input});
    }

    void thePaletteOffersTheBlocksOfTheProject()
    {
        Fixture f;
        (void)*f.document.group({f.dense});
        f.choose("block1");
        QCOMPARE(f.document.graph().layers().size(), std::size_t{4});
        const LayerId added = f.page->canvas()->selectedLayers().front();
        QCOMPARE(f.document.graph().find(added)->block, "block1");
        f.document.openBlock(added);
        f.choose("block1");  // refused with the reason
        QVERIFY(f.page->canvas()->note().contains(QStringLiteral("itself")));
    }
};

QTEST_MAIN(TestModelPage)
#include "tst_model_page.moc"
