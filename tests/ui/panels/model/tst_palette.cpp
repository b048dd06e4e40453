// The layer palette, used with keys and the mouse.
#include <memory>

#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QSignalSpy>
#include <QtTest>

#include "engine/layers/layer_spec.h"
#include "ui/models/layer_mime.h"
#include "ui/panels/model/layer_ghost.h"
#include "ui/panels/model/palette.h"
#include "ui/panels/model/palette_tree.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

struct Fixture {
    Palette palette;
    PaletteTree &tree = *palette.tree();
    QLineEdit &search = *palette.findChild<QLineEdit *>();
    QSignalSpy chosen{&palette, &Palette::layerChosen};

    Fixture()
    {
        palette.resize(200, 900);
        palette.show();
        QVERIFY(QTest::qWaitForWindowActive(&palette));
    }
    std::string lastChosen() { return chosen.takeLast().at(0).value<std::string>(); }
    QTreeWidgetItem *item(const QString &title) const
    {
        const auto found = tree.findItems(title, Qt::MatchExactly | Qt::MatchRecursive);
        for (QTreeWidgetItem *each : found)
            if (each->parent())
                return each;
        return nullptr;
    }
    QStringList shown() const
    {
        QStringList titles;
        for (QTreeWidgetItem *each = tree.topLevelItem(0); each; each = tree.itemBelow(each))
            if (!each->isHidden() && each->parent())
                titles += each->text(0);
        return titles;
    }
};

// Gives the palette's own drag data to whoever asks, without a real drag.
struct OpenTree : PaletteTree {
    using PaletteTree::mimeData;
    using PaletteTree::mimeTypes;
};

}  // namespace

class TestPalette : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void everyLayerOfTheCatalogIsThereUnderItsCategory()
    {
        Fixture f;
        for (const LayerSpec &spec : layerCatalog()) {
            QTreeWidgetItem *item = f.item(QString::fromStdString(spec.title));
            QVERIFY2(item, spec.title.c_str());
            QCOMPARE(item->parent()->text(0), QString::fromLatin1(categoryTitle(spec.category)));
            QVERIFY(item->toolTip(0).contains(QString::fromStdString(spec.summary).toHtmlEscaped()));
        }
        QCOMPARE(f.shown().size(), qsizetype(layerCatalog().size() + builtInChoices().size()));
        QSet<QString> categories;
        for (int i = 0; i < f.tree.topLevelItemCount(); ++i)
            categories.insert(f.tree.topLevelItem(i)->text(0));
        QCOMPARE(categories.size(), f.tree.topLevelItemCount());
    }

    void searchMatchesTitleTypeAndSummary()
    {
        Fixture f;
        QTest::keyClicks(&f.search, "conv");
        QVERIFY(f.shown().contains("Conv 2D"));
        QVERIFY(!f.shown().contains("Flatten"));
        f.search.clear();
        QTest::keyClicks(&f.search, "softmax_cross");  // the type
        QCOMPARE(f.shown(), QStringList{"Softmax cross-entropy"});
        f.search.clear();
        QTest::keyClicks(&f.search, "patterns everywhere image");  // words of the summary
        QCOMPARE(f.shown(), QStringList{"Conv 2D"});
        f.search.clear();
        QCOMPARE(f.shown().size(), qsizetype(layerCatalog().size() + builtInChoices().size()));
    }

    void anEmptyResultSaysSo()
    {
        Fixture f;
        QTest::keyClicks(&f.search, "zzz");
        QVERIFY(f.tree.isHidden());
        QLabel *nothing = nullptr;
        for (QLabel *label : f.palette.findChildren<QLabel *>())
            if (label->isVisible())
                nothing = label;
        QVERIFY(nothing);
        QCOMPARE(nothing->text(), QStringLiteral("No layer matches “zzz”."));
        QTest::keyClick(&f.search, Qt::Key_Return);
        QCOMPARE(f.chosen.count(), 0);
        QTest::keyClick(&f.search, Qt::Key_Escape);
        QVERIFY(!f.tree.isHidden());
        QVERIFY(f.search.text().isEmpty());
    }

    void enterInTheSearchAddsTheBestMatch()
    {
        Fixture f;
        QTest::keyClick(&f.search, Qt::Key_Return);
        QCOMPARE(f.chosen.count(), 0);  // nothing was asked for
        QTest::keyClicks(&f.search, "soft");
        QTest::keyClick(&f.search, Qt::Key_Return);
        QCOMPARE(f.lastChosen(), "softmax");
    }

    void arrowsLeadFromTheSearchThroughTheLayersAndBack()
    {
        Fixture f;
        f.palette.focusSearch();
        QTest::keyClick(&f.search, Qt::Key_Down);
        QVERIFY(f.tree.hasFocus());
        QCOMPARE(f.tree.currentItem()->text(0), QStringLiteral("Input"));
        QTest::keyClick(&f.tree, Qt::Key_Down);
        QTest::keyClick(&f.tree, Qt::Key_Down);
        QCOMPARE(f.tree.currentItem()->text(0), QStringLiteral("Dense"));
        QTest::keyClick(&f.tree, Qt::Key_Return);
        QCOMPARE(f.lastChosen(), "dense");
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(&f.tree, Qt::Key_Up);
        QVERIFY(f.search.hasFocus());
    }

    void lettersTypedInTheListSearch()
    {
        Fixture f;
        f.tree.setFocus();
        QTest::keyClick(&f.tree, 'd');
        QVERIFY(f.search.hasFocus());
        QCOMPARE(f.search.text(), QStringLiteral("d"));
        QTest::keyClicks(&f.search, "en");
        QTest::keyClick(&f.search, Qt::Key_Return);
        QCOMPARE(f.lastChosen(), "dense");
    }

    void aDoubleClickChoosesALayerAndNoCategory()
    {
        Fixture f;
        const QRect dense = f.tree.visualItemRect(f.item("Dense"));
        QTest::mouseClick(f.tree.viewport(), Qt::LeftButton, {}, dense.center());
        QCOMPARE(f.chosen.count(), 0);
        QTest::mouseDClick(f.tree.viewport(), Qt::LeftButton, {}, dense.center());
        QCOMPARE(f.chosen.count(), 1);
        QCOMPARE(f.lastChosen(), "dense");
        QTest::mouseDClick(f.tree.viewport(), Qt::LeftButton, {}, f.tree.visualItemRect(f.tree.topLevelItem(0)).center());
        QCOMPARE(f.chosen.count(), 0);
    }

    void categoriesFoldByMouseAndKeysAndOpenWhileSearching()
    {
        Fixture f;
        QTreeWidgetItem *category = f.item("Conv 2D")->parent();
        QTest::mouseClick(f.tree.viewport(), Qt::LeftButton, {}, f.tree.visualItemRect(category).center());
        QVERIFY(!category->isExpanded());
        QVERIFY(!f.shown().contains("Conv 2D"));
        QTest::keyClicks(&f.search, "conv");
        QVERIFY(f.shown().contains("Conv 2D"));
        f.search.clear();
        QVERIFY(!category->isExpanded());
        f.tree.setFocus();
        f.tree.setCurrentItem(category);
        QTest::keyClick(&f.tree, Qt::Key_Right);
        QVERIFY(category->isExpanded());
        QTest::keyClick(&f.tree, Qt::Key_Left);
        QVERIFY(!category->isExpanded());
        QCOMPARE(f.tree.collapsedCategories(), QStringList{category->text(0)});
        Fixture other;
        other.tree.setCollapsedCategories(f.tree.collapsedCategories());
        QVERIFY(!other.shown().contains("Conv 2D"));
    }

    void aDragCarriesTheTypeOfTheLayer()
    {
        OpenTree tree;
        QCOMPARE(tree.mimeTypes(), QStringList{QString::fromLatin1(kLayerMimeType)});
        QTreeWidgetItem *category = tree.topLevelItem(2);
        const std::unique_ptr<QMimeData> data(tree.mimeData({category->child(0)}));
        QCOMPARE(data->data(kLayerMimeType).toStdString(), tree.choiceOf(category->child(0)));
        QVERIFY(findLayer(data->data(kLayerMimeType).toStdString()));
        QVERIFY(!tree.mimeData({category}));
        QVERIFY(!(category->flags() & Qt::ItemIsDragEnabled));
        QVERIFY(category->child(0)->flags() & Qt::ItemIsDragEnabled);
    }

    void theGhostIsACardInEveryResolution()
    {
        for (const LayerSpec &spec : layerCatalog()) {
            const QPixmap ghost = layerGhost(spec.type, QFont(), 2);
            QCOMPARE(ghost.deviceIndependentSize(), QSizeF(168, 48));
            QCOMPARE(ghost.width(), 336);
            const QImage image = ghost.toImage();
            QCOMPARE(qAlpha(image.pixel(0, 0)), 0);  // round corners
            QVERIFY(qAlpha(image.pixel(168, 90)) > 200);
        }
    }

    void everyControlHasAName()
    {
        Fixture f;
        QVERIFY(!f.search.accessibleName().isEmpty());
        QVERIFY(!f.tree.accessibleName().isEmpty());
    }

    void itLooksRightInBothThemes()
    {
        for (const Appearance appearance : {Appearance::Dark, Appearance::Light}) {
            Theme::instance().apply(appearance);
            Fixture f;
            f.tree.setCurrentItem(f.item("Conv 2D"));
            const QImage image = f.palette.grab().toImage();
            QCOMPARE(image.pixelColor(4, image.height() - 4), themeColor(ColorRole::Panel));
            if (const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS"); !folder.isEmpty())
                image.save(QDir(folder).filePath(appearance == Appearance::Dark ? "palette-dark.png" : "palette-light.png"));
        }
    }

    void theBlocksOfTheProjectComeFirstAndGoAgain()
    {
        Fixture f;
        const int before = f.tree.topLevelItemCount();
        f.tree.setBlocks({}, {LayerChoice::ofBlock("encoder"), LayerChoice::ofBlock("attention")});
        QCOMPARE(f.tree.topLevelItemCount(), before + 1);
        QCOMPARE(f.tree.topLevelItem(0)->text(0), QStringLiteral("In this project"));
        QTest::keyClicks(&f.search, "encod");
        QCOMPARE(f.shown().value(0), QStringLiteral("encoder"));
        QTest::keyClick(&f.search, Qt::Key_Return);
        QCOMPARE(f.lastChosen(), "block:encoder");
        f.tree.setBlocks(insideChoices(), {});  // while the filter is on
        QVERIFY(!f.shown().contains(QStringLiteral("encoder")));
        f.search.clear();
        QCOMPARE(f.tree.topLevelItemCount(), before + 1);
        QVERIFY(f.shown().contains(QStringLiteral("Block input")));
        f.tree.setBlocks({}, {});
        QCOMPARE(f.tree.topLevelItemCount(), before);
    }

    void builtInBlocksAreOffered()
    {
        Fixture f;
        for (const LayerChoice &choice : builtInChoices()) {
            QVERIFY2(f.item(choice.title()), qPrintable(choice.title()));
            QCOMPARE(LayerChoice::fromText(choice.text()), std::optional(choice));
        }
        QVERIFY(!LayerChoice::fromText("built-in:nothing of that name"));
        QVERIFY(!LayerChoice::fromText("no layer"));
        QVERIFY(!LayerChoice::fromText(kBlockType));  // of which definition?
    }
};

QTEST_MAIN(TestPalette)
#include "tst_palette.moc"
