// What is known inside a definition while it is edited, also before it is whole.
#include <QtTest>

#include "engine/graph/body_analysis.h"

using namespace trainyard;

namespace {

struct Body {
    Graph graph;
    LayerId in = graph.add(kBlockInputType), dense = graph.add("dense"), out = graph.add(kBlockOutputType);

    Body()
    {
        graph.edit(dense)->parameters["units"] = std::int64_t{5};
        (void)graph.connect({in, dense, 0});
    }
};

}  // namespace

class TestBodyAnalysis : public QObject
{
    Q_OBJECT
private slots:
    void layersInsideHaveTheShapesOfWhatComesToTheBlock()
    {
        Body body;
        QVERIFY(body.graph.connect({body.dense, body.out, 0}));
        const GraphAnalysis analysis = analyzeBody(body.graph, {}, {Shape{8}});
        QCOMPARE(analysis.layers.at(body.in).output->text(), Shape{8}.text());
        QCOMPARE(analysis.layers.at(body.dense).output->text(), Shape{5}.text());
        QCOMPARE(analysis.layers.at(body.out).output->text(), Shape{5}.text());
        QCOMPARE(analysis.parameters, std::int64_t{8 * 5 + 5});
        QVERIFY(analysis.problems.empty());
    }

    void anOutputWithNothingConnectedIsToldAndTheShapesStay()
    {
        Body body;
        const GraphAnalysis analysis = analyzeBody(body.graph, {}, {Shape{8}});
        QCOMPARE(analysis.problems.size(), std::size_t{1});
        QCOMPARE(analysis.problems.front().layer, body.out);
        QVERIFY(analysis.layers.at(body.out).broken);
        QVERIFY(analysis.layers.at(body.dense).output.has_value());
    }

    void whatComesIsNotKnownAndNothingIsBroken()
    {
        Body body;
        QVERIFY(body.graph.connect({body.dense, body.out, 0}));
        for (const auto &inputs : {std::vector<std::optional<Shape>>(), std::vector<std::optional<Shape>>{std::nullopt}}) {
            const GraphAnalysis analysis = analyzeBody(body.graph, {}, inputs);
            QVERIFY(analysis.problems.empty());
            QVERIFY(!analysis.layers.at(body.in).broken && !analysis.layers.at(body.in).output);
            QVERIFY(!analysis.layers.at(body.dense).broken && !analysis.layers.at(body.dense).output);
        }
    }

    void aProblemInsideIsInTheBodysOwnNames()
    {
        Body body;
        const LayerId conv = body.graph.add("conv2d");
        QVERIFY(body.graph.connect({body.in, conv, 0}));
        QVERIFY(body.graph.connect({body.dense, body.out, 0}));
        const GraphAnalysis analysis = analyzeBody(body.graph, {}, {Shape{8}});
        QVERIFY(!analysis.problems.empty());
        QCOMPARE(analysis.problems.front().layer, conv);
    }

    void blocksInsideAreExpanded()
    {
        Body inner;
        QVERIFY(inner.graph.connect({inner.dense, inner.out, 0}));
        Graph outer;
        const LayerId in = outer.add(kBlockInputType), block = outer.add(kBlockType), out = outer.add(kBlockOutputType);
        outer.edit(block)->block = "inner";
        QVERIFY(outer.connect({in, block, 0}) && outer.connect({block, out, 0}));
        const GraphAnalysis analysis = analyzeBody(outer, {{"inner", inner.graph}}, {Shape{8}});
        QCOMPARE(analysis.layers.at(block).output->text(), Shape{5}.text());
        QCOMPARE(analysis.layers.at(block).parameters, std::int64_t{45});
        QCOMPARE(analysis.layers.at(out).output->text(), Shape{5}.text());
    }
};

QTEST_APPLESS_MAIN(TestBodyAnalysis)
#include "tst_body_analysis.moc"
