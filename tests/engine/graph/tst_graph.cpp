#include <QtTest>

#include "engine/graph/graph.h"

using namespace trainyard;

class TestGraph : public QObject {
    Q_OBJECT

    static void expectRefusal(const Status &status, const char *part)
    {
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::InvalidGraph);
        QVERIFY2(status.error().message.find(part) != std::string::npos, status.error().message.c_str());
    }

    static std::vector<LayerId> sourcesOf(const Graph &graph, LayerId id)
    {
        std::vector<LayerId> sources;
        const auto wires = graph.wiresInto(id);
        for (std::size_t i = 0; i < wires.size(); ++i) {
            if (wires[i].port != static_cast<int>(i))
                return {};
            sources.push_back(wires[i].from);
        }
        return sources;
    }

private slots:
    void addedLayersGetFreshIdsAndNames()
    {
        Graph graph;
        const LayerId a = graph.add("conv2d", 10, 20), b = graph.add("conv2d"), c = graph.add("relu");
        QCOMPARE(graph.find(a)->name, std::string("conv2d"));
        QCOMPARE(graph.find(b)->name, std::string("conv2d_2"));
        QCOMPARE(graph.find(c)->name, std::string("relu"));
        QCOMPARE(graph.find(a)->x, 10.0);
        QCOMPARE(graph.findByName("conv2d_2")->id, b);
        graph.remove(c);
        QVERIFY(!graph.find(c));
        QVERIFY(graph.add("relu") != c);
        graph.remove(b);
        QCOMPARE(graph.find(graph.add("conv2d"))->name, std::string("conv2d_2"));
    }

    void aWireIsKeptUntilOneOfItsLayersGoes()
    {
        Graph graph;
        const LayerId input = graph.add("input"), relu = graph.add("relu"), tanh = graph.add("tanh");
        QVERIFY(graph.connect({input, relu, 0}));
        QVERIFY(graph.connect({relu, tanh, 0}));
        QCOMPARE(graph.wires().size(), std::size_t{2});
        QCOMPARE(graph.wiresOutOf(relu).size(), std::size_t{1});
        graph.remove(relu);
        QVERIFY(graph.wires().empty());
        QCOMPARE(graph.layers().size(), std::size_t{2});
    }

    void badWiresAreRefusedWithTheirReason()
    {
        Graph graph;
        const LayerId input = graph.add("input"), relu = graph.add("relu"), tanh = graph.add("tanh"), dense = graph.add("dense"),
                      loss = graph.add("softmax_cross_entropy"), other = graph.add("input");
        QVERIFY(graph.connect({input, relu, 0}));
        QVERIFY(graph.connect({relu, tanh, 0}));
        const Graph before = graph;
        expectRefusal(graph.connect({relu, 99, 0}), "99");
        expectRefusal(graph.connect({99, relu, 0}), "99");
        expectRefusal(graph.connect({dense, input, 0}), "input");
        expectRefusal(graph.connect({loss, dense, 0}), "softmax_cross_entropy");
        expectRefusal(graph.connect({other, relu, 0}), "already fed by input");
        expectRefusal(graph.connect({other, dense, 1}), "dense");
        expectRefusal(graph.connect({other, dense, -1}), "dense");
        expectRefusal(graph.connect({dense, dense, 0}), "cycle");
        QVERIFY(graph == before);
    }

    void aCycleIsRefusedWithTheWayRound()
    {
        Graph graph;
        const LayerId add = graph.add("add"), relu = graph.add("relu"), tanh = graph.add("tanh");
        QVERIFY(graph.connect({add, relu, 0}));
        QVERIFY(graph.connect({relu, tanh, 0}));
        expectRefusal(graph.canConnect({tanh, add, 0}), "add -> relu -> tanh -> add");
        QVERIFY(graph.canConnect({add, tanh, 0}).error().message.find("cycle") == std::string::npos);
    }

    void theInputsOfAMergeHaveNoGaps()
    {
        Graph graph;
        const LayerId a = graph.add("input"), b = graph.add("input"), c = graph.add("input"), add = graph.add("add");
        expectRefusal(graph.connect({a, add, 1}), "gap");
        QCOMPARE(graph.freePort(add), 0);
        QVERIFY(graph.connect({a, add, 0}));
        QVERIFY(graph.connect({b, add, 1}));
        QCOMPARE(graph.freePort(add), 2);
        QVERIFY(graph.connect({c, add, 1}));  // a taken port: b moves up
        QCOMPARE(sourcesOf(graph, add), (std::vector<LayerId>{a, c, b}));
        const Graph before = graph;
        graph.disconnect({a, add, 0});
        QCOMPARE(sourcesOf(graph, add), (std::vector<LayerId>{c, b}));
        QVERIFY(graph.connect({a, add, 0}));
        QVERIFY(graph == before);
        graph.remove(c);
        QCOMPARE(sourcesOf(graph, add), (std::vector<LayerId>{a, b}));
        for (int i = 2; i < 8; ++i)
            QVERIFY(graph.connect({graph.add("input"), add, i}));
        QCOMPARE(graph.freePort(add), -1);
        expectRefusal(graph.connect({graph.add("input"), add, 8}), "add");
    }

    void oneLayerMayFeedAMergeTwice()
    {
        Graph graph;
        const LayerId input = graph.add("input"), add = graph.add("add");
        QVERIFY(graph.connect({input, add, 0}));
        QVERIFY(graph.connect({input, add, 1}));
        QCOMPARE(sourcesOf(graph, add), (std::vector<LayerId>{input, input}));
        graph.remove(input);
        QVERIFY(graph.wires().empty());
    }

    void disconnectingWhatIsNotThereChangesNothing()
    {
        Graph graph;
        const LayerId input = graph.add("input"), relu = graph.add("relu");
        QVERIFY(graph.connect({input, relu, 0}));
        const Graph before = graph;
        graph.disconnect({relu, input, 0});
        graph.disconnect({input, relu, 1});
        graph.remove(1234);
        QVERIFY(graph == before);
        QVERIFY(!graph.edit(1234));
        QCOMPARE(graph.freePort(1234), -1);
        QCOMPARE(graph.freePort(relu), -1);
    }

    void insertingBringsBackWhatWasRemoved()
    {
        Graph graph;
        const LayerId input = graph.add("input"), relu = graph.add("relu");
        QVERIFY(graph.connect({input, relu, 0}));
        const Graph before = graph;
        const Layer layer = *graph.find(relu);
        const auto wires = graph.wiresInto(relu);
        graph.remove(relu);
        graph.insert(layer);
        for (const Wire &wire : wires)
            QVERIFY(graph.connect(wire));
        QVERIFY(graph == before);
        Layer changed = layer;
        changed.name = "other";
        graph.insert(changed);
        QCOMPARE(graph.layers().size(), std::size_t{2});
        QCOMPARE(graph.find(relu)->name, std::string("other"));
    }

    void theOrderPutsEveryLayerBehindItsInputs()
    {
        Graph graph;
        std::vector<LayerId> ids;
        for (int i = 0; i < 30; ++i)
            ids.push_back(graph.add("add"));
        for (int i = 0; i + 1 < 30; ++i) {  // backwards: a layer of a larger id feeds the smaller
            QVERIFY(graph.connect({ids[static_cast<std::size_t>(i + 1)], ids[static_cast<std::size_t>(i)], 0}));
            QVERIFY(graph.connect({ids[29], ids[static_cast<std::size_t>(i)], graph.freePort(ids[static_cast<std::size_t>(i)])}));
        }
        const auto order = graph.topologicalOrder();
        QVERIFY(order);
        QCOMPARE(order->size(), std::size_t{30});
        for (const Wire &wire : graph.wires())
            QVERIFY(std::find(order->begin(), order->end(), wire.from) < std::find(order->begin(), order->end(), wire.to));
        QVERIFY(*order == *graph.topologicalOrder());
    }

    void aPlaceholderTakesTheWiresOfItsFile()
    {
        Graph graph;
        const LayerId input = graph.add("input"), alien = graph.add("attention_of_the_future"), relu = graph.add("relu");
        QVERIFY(graph.connect({input, alien, 3}));
        QVERIFY(graph.connect({alien, relu, 0}));
        expectRefusal(graph.connect({input, alien, 3}), "already fed");
    }
};

QTEST_GUILESS_MAIN(TestGraph)
#include "tst_graph.moc"
