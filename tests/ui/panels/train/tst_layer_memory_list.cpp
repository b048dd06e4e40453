#include <QtTest>

#include "ui/panels/train/layer_memory_list.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

LayerMemory layer(const std::string &name, std::uint64_t bytes)
{
    LayerMemory memory;
    memory.layer = name;
    memory.bytes.activations = bytes;
    return memory;
}

struct Bench {
    LayerMemoryList list;
    QSignalSpy chosen{&list, &LayerMemoryList::layerChosen};

    explicit Bench(const std::vector<LayerMemory> &layers)
    {
        list.setLayers(layers);
        list.resize(260, list.sizeHint().height());
        list.show();
        (void)QTest::qWaitForWindowExposed(&list);
    }
    QStringList lines() const
    {
        QStringList lines;
        for (int row = 0; row < list.count(); ++row)
            lines.append(list.item(row)->data(Qt::AccessibleTextRole).toString());
        return lines;
    }
    void click(int row) { QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, list.visualItemRect(list.item(row)).center()); }
};

std::vector<LayerMemory> manyLayers()
{
    std::vector<LayerMemory> layers;
    for (int i = 1; i <= 8; ++i)
        layers.push_back(layer("conv" + std::to_string(i), static_cast<std::uint64_t>(i) * 1000));
    layers.push_back(layer("nothing", 0));
    layers.push_back(layer("", 500));
    return layers;
}

}  // namespace

class TestLayerMemoryList : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void theLargestComeFirstAndTheRestIsOneLine()
    {
        Bench bench(manyLayers());
        QCOMPARE(bench.lines(), (QStringList{QStringLiteral("conv8, 8.00 kB"), QStringLiteral("conv7, 7.00 kB"),
                                             QStringLiteral("conv6, 6.00 kB"), QStringLiteral("conv5, 5.00 kB"),
                                             QStringLiteral("conv4, 4.00 kB"), QStringLiteral("3 more layers, 6.00 kB"),
                                             QStringLiteral("Of no layer, 500 B")}));
        QVERIFY(bench.list.item(0)->toolTip().contains(QStringLiteral("Activations: 8.00 kB")));
    }

    void theRestUnfoldsByMouseAndByKey()
    {
        Bench bench(manyLayers());
        bench.click(5);
        QTRY_COMPARE(bench.list.count(), 10);  // all eight, the line that folds, and what is of no layer
        QCOMPARE(bench.list.item(7)->text(), QStringLiteral("conv1"));
        QCOMPARE(bench.list.sizeHint().height(),
                 bench.list.visualItemRect(bench.list.item(9)).bottom() + 1);  // it needs no scrolling
        bench.list.setFocus();
        bench.list.setCurrentRow(8);
        QTest::keyClick(&bench.list, Qt::Key_Return);
        QTRY_COMPARE(bench.list.count(), 7);
        QVERIFY(bench.chosen.isEmpty());
        // What is unfolded stays so when the next forecast comes.
        bench.click(5);
        QTRY_COMPARE(bench.list.count(), 10);
        bench.list.setLayers(manyLayers());
        QCOMPARE(bench.list.count(), 10);
    }

    void aLayerIsChosenByMouseAndByKey()
    {
        Bench bench(manyLayers());
        bench.click(1);
        QCOMPARE(bench.chosen.takeFirst().front().toString(), QStringLiteral("conv7"));
        bench.list.setFocus();
        QTest::keyClick(&bench.list, Qt::Key_Down);
        QTest::keyClick(&bench.list, Qt::Key_Return);
        QCOMPARE(bench.chosen.takeFirst().front().toString(), QStringLiteral("conv6"));
        bench.click(6);  // what is of no layer leads nowhere
        QVERIFY(bench.chosen.isEmpty());
    }

    void oneMoreLayerIsShownInsteadOfALineThatSaysSo()
    {
        std::vector<LayerMemory> six;
        for (int i = 1; i <= 6; ++i)
            six.push_back(layer("dense" + std::to_string(i), 1000));
        Bench bench(six);
        QCOMPARE(bench.list.count(), 6);
        QCOMPARE(bench.list.item(5)->text(), QStringLiteral("dense6"));
    }
};

QTEST_MAIN(TestLayerMemoryList)
#include "tst_layer_memory_list.moc"
