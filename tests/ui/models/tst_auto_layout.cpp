#include <random>

#include <QRectF>
#include <QtTest>

#include "engine/api/project.h"
#include "ui/models/auto_layout.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

QRectF cardAt(QPointF position)
{
    return {position, kLayerCardSize};
}

// The reason why a drawing is bad; empty for a good one.
QString fault(const Graph &graph, const std::map<LayerId, QPointF> &positions)
{
    if (positions.size() != graph.layers().size())
        return QStringLiteral("%1 of %2 layers placed").arg(positions.size()).arg(graph.layers().size());
    for (auto a = positions.begin(); a != positions.end(); ++a)
        for (auto b = std::next(a); b != positions.end(); ++b)
            if (cardAt(a->second).adjusted(-8, -8, 8, 8).intersects(cardAt(b->second)))
                return QStringLiteral("layers %1 and %2 overlap").arg(a->first).arg(b->first);
    for (const Wire &wire : graph.wires())
        if (cardAt(positions.at(wire.from)).bottom() >= cardAt(positions.at(wire.to)).top())
            return QStringLiteral("the wire from %1 to %2 does not run down").arg(wire.from).arg(wire.to);
    return {};
}

}  // namespace

class TestAutoLayout : public QObject
{
    Q_OBJECT
private slots:
    void anEmptyNetworkHasNoPositions() { QVERIFY(autoLayout(Graph()).empty()); }

    void aChainIsOneColumn()
    {
        Graph graph;
        LayerId above = graph.add("input", 100, 60);
        for (const char *type : {"dense", "relu", "dense", "softmax"}) {
            const LayerId id = graph.add(type, 500, 500);
            QVERIFY(graph.connect({above, id, 0}));
            above = id;
        }
        const auto positions = autoLayout(graph);
        QCOMPARE(fault(graph, positions), QString());
        for (const auto &[id, position] : positions) {
            QCOMPARE(position.x(), 100.0);  // the corner stays
            QCOMPARE(position.y(), 60.0 + static_cast<double>(id - 1) * kLayerRowPitch);
        }
    }

    void branchesStandBesideEachOtherWithTheJoinBetween()
    {
        Graph graph;
        const LayerId input = graph.add("input"), left = graph.add("relu"), right = graph.add("tanh"), add = graph.add("add");
        QVERIFY(graph.connect({input, left, 0}));
        QVERIFY(graph.connect({input, right, 0}));
        QVERIFY(graph.connect({left, add, 0}));
        QVERIFY(graph.connect({right, add, 1}));
        const auto positions = autoLayout(graph);
        QCOMPARE(fault(graph, positions), QString());
        QCOMPARE(positions.at(left).y(), positions.at(right).y());
        const double middle = (positions.at(left).x() + positions.at(right).x()) / 2;
        QCOMPARE(positions.at(input).x(), middle);
        QCOMPARE(positions.at(add).x(), middle);
    }

    void layersWithoutWiresAreKeptApart()
    {
        Graph graph;
        for (int i = 0; i < 7; ++i)
            graph.add("dense", 10, 10);
        QCOMPARE(fault(graph, autoLayout(graph)), QString());
    }

    void everySampleIsDrawnWell()
    {
        const auto samples = QDir(QStringLiteral(TRAINYARD_PROJECTS_DIR)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        QVERIFY(!samples.isEmpty());
        for (const QString &sample : samples) {
            const auto project = loadProject(std::filesystem::path(TRAINYARD_PROJECTS_DIR) / sample.toStdString());
            QVERIFY2(project.has_value(), qPrintable(sample));
            QCOMPARE(fault(project->graph, autoLayout(project->graph)), QString());
        }
    }

    // Layers drawn in any order, with wires that also run against the order of their ids.
    void noNetworkOverlapsOrRunsUpwards()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 60; ++round) {
            Graph graph;
            const int count = 2 + static_cast<int>(random() % 40);
            std::vector<LayerId> order;
            for (int i = 0; i < count; ++i)
                order.push_back(graph.add("concat", static_cast<double>(random() % 500), static_cast<double>(random() % 500)));
            std::shuffle(order.begin(), order.end(), random);
            for (int i = 0; i < count * 2; ++i) {
                const auto a = random() % order.size(), b = random() % order.size();
                if (a != b)
                    (void)graph.connect({order[std::min(a, b)], order[std::max(a, b)], graph.freePort(order[std::max(a, b)])});
            }
            QVERIFY(!graph.wires().empty());
            QCOMPARE(fault(graph, autoLayout(graph)), QString());
        }
    }

    void layingOutTwiceChangesNothingMore()
    {
        Graph graph;
        const LayerId input = graph.add("input"), a = graph.add("relu"), b = graph.add("tanh"), add = graph.add("add");
        for (const Wire &wire : {Wire{input, a, 0}, Wire{input, b, 0}, Wire{a, add, 0}, Wire{b, add, 1}})
            QVERIFY(graph.connect(wire));
        const auto once = autoLayout(graph);
        for (const auto &[id, position] : once) {
            graph.edit(id)->x = position.x();
            graph.edit(id)->y = position.y();
        }
        QCOMPARE(autoLayout(graph), once);
    }
};

QTEST_GUILESS_MAIN(TestAutoLayout)
#include "tst_auto_layout.moc"
