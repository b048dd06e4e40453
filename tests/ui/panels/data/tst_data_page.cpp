#include <QAbstractItemView>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDropEvent>
#include <QFile>
#include <QImage>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QSplitter>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/ui/panels/page_pictures.h"
#include "ui/controls/empty_state.h"
#include "ui/controls/notice_bar.h"
#include "ui/panels/data/class_counts.h"
#include "ui/panels/data/column_table.h"
#include "ui/panels/data/data_facts.h"
#include "ui/panels/data/data_page.h"
#include "ui/panels/data/data_page_split_bar.h"
#include "ui/panels/data/image_grid.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

constexpr int kLoadMs = 20'000;  // a busy machine with sanitizers

// An open project with its page; closed and removed at the end of a test.
struct Bench {
    QTemporaryDir folder;
    ProjectDocument document;
    DataLoader loader{document};
    DataPage page{document, loader};

    Bench()
    {
        page.resize(1232, 728);
        page.show();
    }
    QString write(const QString &name, const QByteArray &content)
    {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("The test's file cannot be written.");
        return file.fileName();
    }
    void openSample(const char *name)
    {
        auto project = loadProject(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / name);
        if (!project)
            qFatal("%s", project.error().message.c_str());
        document.reset(std::move(*project));
    }
    template <typename T>
    T *part(const QString &name = {})
    {
        return page.findChild<T *>(name);
    }
};

// 60 flowers of two kinds; the second column has a gap.
QByteArray flowers()
{
    QByteArray text = "length,width,colour,kind\n";
    for (int i = 0; i < 60; ++i)
        text += QByteArray::number(1 + i % 7) + ".5," + (i == 3 ? QByteArray() : QByteArray::number(i % 5)) + ","
                + (i % 3 ? "red," : "blue,") + (i % 2 ? "rose\n" : "tulip\n");
    return text;
}

void choose(QTableView *table, const QModelIndex &index, int choice)
{
    QTest::mouseClick(table->viewport(), Qt::LeftButton, Qt::NoModifier, table->visualRect(index).center());
    QComboBox *box = nullptr;
    QTRY_VERIFY((box = table->findChild<QComboBox *>()) != nullptr && box->view()->isVisible());
    for (int at = box->currentIndex(); at != choice; at += at < choice ? 1 : -1)
        QTest::keyClick(box->view(), at < choice ? Qt::Key_Down : Qt::Key_Up);
    QTest::keyClick(box->view(), Qt::Key_Return);
    QTRY_VERIFY(table->findChild<QComboBox *>() == nullptr);
}

// The fields of a widget as one word for QTRY_COMPARE.
QString roles(const DataConfig &data)
{
    QString text;
    for (const ColumnConfig &column : data.columns)
        text += QLatin1Char("FTI"[static_cast<int>(column.role)]);
    return text;
}

}  // namespace

class TestDataPage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void anEmptyPageSaysWhatItIsForAndOpensTheChooser()
    {
        Bench bench;
        auto *empty = bench.part<EmptyState>();
        QVERIFY(empty->isVisible());
        QVERIFY(!bench.part<ColumnTable>()->isVisible());
        keepPictures(bench.page, "data-empty");
        auto *button = empty->findChild<QPushButton *>();
        QCOMPARE(button->text(), QStringLiteral("Choose file"));
        QTest::mouseClick(button, Qt::LeftButton);
        QTRY_VERIFY(bench.page.findChild<QDialog *>() != nullptr);
        bench.page.findChild<QDialog *>()->close();
    }

    void aChosenTableIsUnderstoodInOneStep()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_COMPARE_WITH_TIMEOUT(roles(bench.document.data()), QStringLiteral("FFFT"), kLoadMs);
        QCOMPARE(bench.document.undoStack()->count(), 1);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Choose data file"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        QCOMPARE(bench.part<DataFacts>()->text(), QStringLiteral("Rows 60, Sample 4, Classes 2, Rows left out 0, Values filled 1"));
        auto *table = bench.part<QTableView>("tablePreview");
        QVERIFY(table->isVisible());
        QCOMPARE(table->model()->index(0, 2).data().toString(), QStringLiteral("blue"));
        QCOMPARE(bench.part<ColumnTable>()->columns()->index(1, ColumnModel::Missing).data().toString(), QStringLiteral("1"));
        QCOMPARE(bench.part<ClassCounts>()->counts().size(), std::size_t{2});
        QVERIFY(!bench.part<ImageGrid>()->isVisible());
        QTRY_VERIFY(table->height() > bench.page.height() / 2);  // two classes leave the place to the table
        keepPictures(bench.page, "data-table");
        bench.document.undoStack()->undo();
        QVERIFY(bench.part<EmptyState>()->isVisible());
    }

    void aDroppedTableIsTaken()
    {
        Bench bench;
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(bench.write("flowers.csv", flowers()))});
        QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&bench.page, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&bench.page, &drop);
        QTRY_COMPARE_WITH_TIMEOUT(bench.document.data().columns.size(), std::size_t{4}, kLoadMs);
    }

    void textThatIsDraggedIsNotTaken()
    {
        Bench bench;
        QMimeData data;
        data.setText(QStringLiteral("flowers"));
        QDragEnterEvent enter(QPoint(600, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        QApplication::sendEvent(&bench.page, &enter);
        QVERIFY(!enter.isAccepted());
    }

    void aRoleChosenByMouseAndKeysIsOneStepToUndo()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *table = bench.part<ColumnTable>();
        choose(table, table->model()->index(2, ColumnModel::Role), static_cast<int>(ColumnRole::Ignore));
        QCOMPARE(roles(bench.document.data()), QStringLiteral("FFIT"));
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Set column role to ignore"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.part<DataFacts>()->text().contains(QStringLiteral("Sample 2,")), kLoadMs);
        bench.document.undoStack()->undo();
        QCOMPARE(roles(bench.document.data()), QStringLiteral("FFFT"));
        QCOMPARE(table->model()->index(2, ColumnModel::Role).data().toString(), QStringLiteral("Feature"));
    }

    void aRoleHoldsForAllSelectedColumns()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *table = bench.part<ColumnTable>();
        const auto press = [&](int row, Qt::KeyboardModifiers modifiers) {
            QTest::mouseClick(table->viewport(), Qt::LeftButton, modifiers,
                              table->visualRect(table->model()->index(row, ColumnModel::Name)).center());
        };
        press(0, Qt::NoModifier);
        press(2, Qt::ControlModifier);
        choose(table, table->model()->index(2, ColumnModel::Role), static_cast<int>(ColumnRole::Ignore));
        QCOMPARE(roles(bench.document.data()), QStringLiteral("IFIT"));
        QCOMPARE(bench.document.undoStack()->count(), 2);
    }

    void theSplitIsDraggedAndTyped()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *bar = bench.part<DataPageSplitBar>();
        const int y = bar->height() / 2, from = static_cast<int>(0.7 * (bar->width() - 1)), to = static_cast<int>(0.5 * (bar->width() - 1));
        QTest::mousePress(bar, Qt::LeftButton, Qt::NoModifier, QPoint(from, y));
        QTest::mouseMove(bar, QPoint(to, y));
        QTest::mouseRelease(bar, Qt::LeftButton, Qt::NoModifier, QPoint(to, y));
        QCOMPARE(bench.document.data().split.validationShare, 0.35);
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Change split"));
        auto *seed = bench.part<QSpinBox>("splitSeed");
        seed->setFocus();
        seed->selectAll();
        QTest::keyClicks(seed, QStringLiteral("7"));
        QTest::keyClick(seed, Qt::Key_Return);
        QCOMPARE(bench.document.data().split.seed, std::uint64_t{7});
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview() && bench.loader.preview()->validationRows == 21, kLoadMs);
    }

    void aShapeThatIsNoneIsMarkedAndNotTaken()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *shape = bench.part<QLineEdit>("sampleShape");
        shape->setFocus();
        QTest::keyClicks(shape, QStringLiteral("2 by two"));
        QTest::keyClick(shape, Qt::Key_Return);
        QVERIFY(shape->property("invalid").toBool());
        QVERIFY(bench.document.data().sampleShape.empty());
        shape->selectAll();
        QTest::keyClicks(shape, QStringLiteral("2x2"));
        QTest::keyClick(shape, Qt::Key_Return);
        QVERIFY(!shape->property("invalid").toBool());
        QCOMPARE(bench.document.data().sampleShape, (std::vector<std::int64_t>{2, 2}));
    }

    void aRaggedTableIsRefusedWithItsLineAndNothingIsLost()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        bench.page.useFile(bench.write("ragged.csv", "a,b\n1,2\n3\n"));
        auto *notice = bench.part<NoticeBar>();
        QTRY_VERIFY_WITH_TIMEOUT(notice->isVisible(), kLoadMs);
        QVERIFY2(notice->text().contains(QStringLiteral("line 3")), qPrintable(notice->text()));
        QCOMPARE(bench.document.data().columns.size(), std::size_t{4});
        QVERIFY(bench.part<QTableView>("tablePreview")->isVisible());
    }

    void aFileThatBecameRaggedSaysSoAndIsReadAgain()
    {
        Bench bench;
        bench.page.useFile(bench.write("flowers.csv", flowers()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        bench.write("flowers.csv", flowers() + "1,2\n");
        bench.loader.reload();
        auto *notice = bench.part<NoticeBar>();
        QTRY_VERIFY_WITH_TIMEOUT(notice->isVisible(), kLoadMs);
        QVERIFY2(notice->text().contains(QStringLiteral("line 62")), qPrintable(notice->text()));
        QVERIFY(bench.part<DataFacts>()->text().startsWith(QStringLiteral("Rows -,")));
        keepPictures(bench.page, "data-error");
        bench.write("flowers.csv", flowers());
        auto *again = notice->findChild<QPushButton *>();
        QCOMPARE(again->text(), QStringLiteral("Read again"));
        QTest::mouseClick(again, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!notice->isVisible(), kLoadMs);
        QVERIFY(bench.part<DataFacts>()->text().startsWith(QStringLiteral("Rows 60,")));
    }

    void digitsAreShownAsImagesWithTheirClasses()
    {
        Bench bench;
        bench.openSample("digits-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *images = bench.part<ImageGrid>();
        QTRY_VERIFY(images->isVisible());
        QCOMPARE(images->imageCount(), 64);
        QCOMPARE(bench.part<ClassCounts>()->counts().size(), std::size_t{10});
        QCOMPARE(bench.part<DataFacts>()->text(),
                 QStringLiteral("Rows 1,797, Sample 8x8x1, Classes 10, Rows left out 0, Values filled 0"));
        // The first image is a zero: its middle is dark, its ring is bright.
        const QImage shown = images->grab(QRect(0, 0, 64, 64)).toImage();
        QVERIFY(qGray(shown.pixel(36, 36)) < 60);
        QVERIFY(qGray(shown.pixel(20, 36)) > 100);
        keepPictures(bench.page, "data-digits");
    }

    void imagesAreAugmentedInStepsToUndo()
    {
        Bench bench;
        bench.openSample("digits-cnn");
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *shift = bench.part<QSpinBox>("maxShift");
        auto *flip = bench.part<QCheckBox>("flipHorizontal");
        QVERIFY(shift->isVisible() && flip->isVisible());
        QCOMPARE(shift->maximum(), 4);  // half of 8
        QTest::mouseClick(flip, Qt::LeftButton, Qt::NoModifier, QPoint(8, flip->height() / 2));
        QVERIFY((bench.document.data().augment == AugmentConfig{true, 0}));
        QCOMPARE(bench.document.undoStack()->undoText(), QStringLiteral("Change augmentation"));
        shift->setFocus();
        QTest::keyClick(shift, Qt::Key_Up);
        QTest::keyClick(shift, Qt::Key_Up);
        QVERIFY((bench.document.data().augment == AugmentConfig{true, 2}));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.types() && bench.loader.types()->augmentation.maxShift == 2, kLoadMs);
        keepPictures(bench.page, "data-augmentation");
        while (bench.document.undoStack()->canUndo())
            bench.document.undoStack()->undo();
        QVERIFY(!bench.document.data().augment.any());
        QVERIFY(!flip->isChecked());
        QCOMPARE(shift->value(), 0);
    }

    void tablesHaveNoAugmentationUnlessItMustBeSwitchedOff()
    {
        Bench bench;
        bench.openSample("iris");
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *flip = bench.part<QCheckBox>("flipHorizontal");
        QVERIFY(!flip->isVisible());
        DataConfig config = bench.document.data();
        config.augment.flipHorizontal = true;
        bench.document.setData(config, QStringLiteral("Flip a table"));
        QTRY_VERIFY_WITH_TIMEOUT(bench.part<NoticeBar>()->text().contains(QStringLiteral("Augmentation is for images")), kLoadMs);
        QVERIFY(flip->isVisible());
        QTest::mouseClick(flip, Qt::LeftButton, Qt::NoModifier, QPoint(8, flip->height() / 2));
        QVERIFY(!flip->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!bench.part<NoticeBar>()->isVisible() && bench.loader.preview(), kLoadMs);
    }

    void anotherFormatForgetsTheFilesOfTheFirst()
    {
        Bench bench;
        bench.openSample("iris");
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        auto *format = bench.part<QComboBox>("format");
        format->setFocus();
        QTest::keyClick(format, Qt::Key_Down);
        QTRY_COMPARE(bench.document.data().format, DataFormat::Idx);
        QVERIFY(bench.document.data().file.empty());
        QVERIFY(bench.part<EmptyState>()->isVisible());
        bench.document.undoStack()->undo();
        QCOMPARE(bench.document.data().columns.size(), std::size_t{5});
    }

    void imagesBringTheirLabelsAndTestFilesAlong()
    {
        Bench bench;
        // MNIST's container: two zero bytes, type 8 (bytes), number of axes, sizes as big-endian 32-bit numbers.
        const auto idx = [](int images, bool withPixels) {
            QByteArray text(2, '\0');
            text += '\x08';
            text += withPixels ? '\x03' : '\x01';
            const auto size = [&text](int n) { text += QByteArray(3, '\0') + static_cast<char>(n); };
            size(images);
            if (withPixels) {
                size(4);
                size(4);
            }
            for (int i = 0; i < images * (withPixels ? 16 : 1); ++i)
                text += static_cast<char>(withPixels ? i * 5 : i % 2);
            return text;
        };
        const QString images = bench.write("train-images-idx3-ubyte", idx(40, true));
        bench.write("train-labels-idx1-ubyte", idx(40, false));
        bench.write("t10k-images-idx3-ubyte", idx(10, true));
        bench.write("t10k-labels-idx1-ubyte", idx(10, false));
        bench.page.useFile(images);
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        QCOMPARE(bench.document.data().format, DataFormat::Idx);
        QCOMPARE(bench.loader.preview()->testRows, 10);
        QCOMPARE(bench.part<ImageGrid>()->imageCount(), 50);
        QVERIFY(!bench.part<QTableView>("tablePreview")->isVisible());
    }

    void aTextIsShownWithItsVocabularyAndItsWindows()
    {
        Bench bench;
        QByteArray prose;
        for (int i = 0; i < 40; ++i)
            prose += i % 2 ? "The train leaves at noon, and the \"loss\" falls; nobody, it seems, knows why.\n" : "It is late.\n";
        bench.page.useFile(bench.write("story.txt", prose));
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        QCOMPARE(bench.document.data().format, DataFormat::Text);
        auto *text = bench.part<QPlainTextEdit>("textPreview");
        QTRY_VERIFY(text->isVisible());
        QCOMPARE(text->toPlainText(), QString::fromUtf8(prose));
        QVERIFY(!bench.part<QTableView>("tablePreview")->isVisible());
        QVERIFY(bench.loader.preview()->text->vocabulary > 20);
        auto *length = bench.part<QSpinBox>("windowLength");
        QVERIFY(length->isVisible() && bench.part<QComboBox>("tokens")->isVisible());
        QVERIFY(!bench.part<QSpinBox>("windowHorizon")->isVisible());
        const std::int64_t before = bench.loader.preview()->rowCount;
        length->setValue(16);
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview() && bench.loader.preview()->sampleShape == Shape{16}, kLoadMs);
        QVERIFY(bench.loader.preview()->rowCount > before);
        bench.document.undoStack()->undo();
        QCOMPARE(length->value(), 64);
        keepPictures(bench.page, QStringLiteral("data-text"));
    }

    void aSeriesShowsItsColumnsAndPredictsTheLast()
    {
        Bench bench;
        QByteArray table = "day,load\n";
        for (int i = 0; i < 1000; ++i)
            table += QByteArray::number(i) + ',' + QByteArray::number(i % 24) + '\n';
        const QString file = bench.write("load.csv", table);
        DataConfig config;
        config.format = DataFormat::Series;
        config.target = TargetKind::Value;
        bench.document.setData(config, QStringLiteral("Series"));
        bench.page.useFile(file);
        QTRY_VERIFY_WITH_TIMEOUT(bench.loader.preview().has_value(), kLoadMs);
        QCOMPARE(bench.document.data().format, DataFormat::Series);
        QCOMPARE(bench.document.data().columns[1].role, ColumnRole::Target);
        QVERIFY(bench.part<QTableView>("tablePreview")->isVisible());
        auto *horizon = bench.part<QSpinBox>("windowHorizon");
        QVERIFY(horizon->isVisible() && !bench.part<QComboBox>("tokens")->isVisible());
        horizon->setValue(5);
        QCOMPARE(bench.document.data().window.horizon, 5);
        QVERIFY(!bench.part<QSpinBox>("splitSeed")->isEnabled());
    }

    void aMaskColoursEveryClassButTheFirst()
    {
        const QImage image = maskImage({0, 1, 2, 1}, QSize(2, 2));
        QCOMPARE(image.pixelColor(0, 0).alpha(), 0);
        QVERIFY(image.pixelColor(1, 0).alpha() > 0);
        QVERIFY(image.pixelColor(1, 0) != image.pixelColor(0, 1));
        QCOMPARE(image.pixelColor(1, 0), image.pixelColor(1, 1));
        QVERIFY(maskImage({0, 1, 2}, QSize(2, 2)).isNull());
        QVERIFY(maskImage({}, QSize(2, 2)).isNull());
    }

    void theLayoutIsRemembered()
    {
        Bench first;
        first.openSample("iris");
        auto *split = first.page.findChild<QSplitter *>();
        split->setSizes({500, 700});
        const int width = split->sizes().front();
        Bench second;
        second.openSample("iris");
        second.page.restoreLayout(first.page.saveLayout());
        QCOMPARE(second.page.findChild<QSplitter *>()->sizes().front(), width);
        second.page.restoreLayout("not a layout");
        QCOMPARE(second.page.findChild<QSplitter *>()->sizes().front(), width);
    }
};

QTEST_MAIN(TestDataPage)
#include "tst_data_page.moc"
