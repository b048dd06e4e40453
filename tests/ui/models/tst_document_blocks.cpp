// Blocks through the document: grouping, the graph that is open, what travels between graphs; every edit is one step that
// undo and redo restore.
#include <QSignalSpy>
#include <QtTest>

#include "ui/models/layer_choice.h"
#include "ui/models/project_document.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

// input 8 -> dense 8 -> relu -> dense 4 -> softmax_cross_entropy.
struct Net {
    ProjectDocument document;
    LayerId input, hidden, relu, scores, loss;

    Net()
    {
        input = document.addLayer("input", {0, 0});
        document.setParameter({input}, "shape", std::vector<std::int64_t>{8});
        hidden = document.addLayerBelow("dense", input, {0, 80});
        document.setParameter({hidden}, "units", std::int64_t{8});
        relu = document.addLayerBelow("relu", hidden, {0, 160});
        scores = document.addLayerBelow("dense", relu, {0, 240});
        document.setParameter({scores}, "units", std::int64_t{4});
        loss = document.addLayerBelow("softmax_cross_entropy", scores, {0, 320});
        document.undoStack()->clear();
    }
    // hidden and relu as block1.
    LayerId grouped()
    {
        const Result<LayerId> block = document.group({hidden, relu});
        return block ? *block : 0;
    }
    std::string text() const { return projectToText(document.project()); }
    int steps() { return document.undoStack()->index(); }
    const Layer *inside(const std::string &type) const
    {
        for (const Layer &layer : document.shown().layers())
            if (layer.type == type)
                return &layer;
        return nullptr;
    }
    // One step that undo and redo restore.
    void isOneStep(const std::string &before, int step)
    {
        const std::string after = text();
        QVERIFY(after != before);
        QCOMPARE(steps(), step + 1);
        document.undoStack()->undo();
        QCOMPARE(text(), before);
        document.undoStack()->redo();
        QCOMPARE(text(), after);
    }
};

}  // namespace

class TestDocumentBlocks : public QObject
{
    Q_OBJECT
private slots:
    void groupingIsOneStepAndChangesNothingOfWhatIsComputed()
    {
        Net net;
        const std::string before = net.text();
        const std::int64_t parameters = net.document.analysis().parameters;
        const LayerId block = net.grouped();
        QVERIFY(block != 0);
        QCOMPARE(net.document.graph().find(block)->block, "block1");
        QCOMPARE(net.document.graph().layers().size(), std::size_t{4});
        QVERIFY(net.document.analysis().runnable());
        QCOMPARE(net.document.analysis().parameters, parameters);
        QCOMPARE(net.document.analysis().layers.at(block).parameters, std::int64_t{72});
        net.isOneStep(before, 0);
    }

    void ungroupingIsOneStepThatTakesTheLastDefinitionAlong()
    {
        Net net;
        const LayerId block = net.grouped();
        const std::string before = net.text();
        QVERIFY(net.document.ungroup(block));
        QVERIFY(net.document.graph().blocks().empty());
        QCOMPARE(net.document.graph().layers().size(), std::size_t{5});
        QVERIFY(net.document.analysis().runnable());
        net.isOneStep(before, 1);
    }

    void aGroupThatCannotBeSaysWhyAndChangesNothing()
    {
        Net net;
        const std::string before = net.text();
        for (const auto &layers : {std::vector{net.input, net.hidden}, std::vector{net.scores, net.loss}, std::vector<LayerId>{}}) {
            const Result<LayerId> block = net.document.group(layers);
            QVERIFY(!block && !block.error().message.empty());
        }
        QCOMPARE(net.text(), before);
        QCOMPARE(net.steps(), 0);
    }

    void openingShowsTheBodyWithItsShapesAndIsNoEdit()
    {
        Net net;
        const LayerId block = net.grouped();
        QSignalSpy places(&net.document, &ProjectDocument::placeChanged), edits(&net.document, &ProjectDocument::graphChanged);
        const int steps = net.steps();
        net.document.openBlock(block);
        QCOMPARE(net.document.openBlock(), "block1");
        QCOMPARE(places.count(), 1);
        QCOMPARE(edits.count(), 0);
        QCOMPARE(net.steps(), steps);
        const Layer *dense = net.inside("dense");
        QVERIFY(dense && net.inside(kBlockInputType) && net.inside(kBlockOutputType));
        QCOMPARE(net.document.shownAnalysis().layers.at(dense->id).output->text(), Shape{8}.text());
        net.document.leaveBlock();
        QVERIFY(net.document.place().empty());
        net.document.leaveBlock();
        QCOMPARE(places.count(), 2);
    }

    void anEditInsideChangesEveryBlockOfTheDefinition()
    {
        Net net;
        const LayerId block = net.grouped();
        const LayerId second = net.document.addLayerOnWire(LayerChoice::ofBlock("block1"), {block, net.scores, 0}, {0, 200});
        QVERIFY(second != 0);
        QVERIFY(net.document.analysis().runnable());
        net.document.openBlock(block);
        const std::string before = net.text();
        const int steps = net.steps();
        net.document.setParameter({net.inside("dense")->id}, "units", std::int64_t{16});
        QCOMPARE(net.document.analysis().layers.at(block).output->text(), Shape{16}.text());
        QCOMPARE(net.document.analysis().layers.at(second).output->text(), Shape{16}.text());
        net.document.leaveBlock();  // undo works from anywhere
        net.isOneStep(before, steps);
    }

    void everyEditOfLayersWorksInsideAsOutside()
    {
        Net net;
        net.document.openBlock(net.grouped());
        const LayerId dense = net.inside("dense")->id, relu = net.inside("relu")->id;
        const auto one = [&](auto edit) {
            const std::string before = net.text();
            const int steps = net.steps();
            edit();
            net.isOneStep(before, steps);
            QVERIFY(net.document.graph().layers().size() == 4);
        };
        one([&] { net.document.addLayerOnWire("dropout", {dense, relu, 0}, {0, 120}); });
        one([&] { net.document.moveLayers({{dense, {7, 9}}}); });
        one([&] { net.document.rename(dense, "first"); });
        one([&] { net.document.setFrozen({dense}, true); });
        one([&] { net.document.autoLayout(); });
        one([&] { net.document.duplicate({dense, relu}); });
        one([&] { net.document.remove({relu}, {}); });
    }

    void theNetworkIsShownWhereTheOpenDefinitionVanishes()
    {
        Net net;
        net.document.openBlock(net.grouped());
        QSignalSpy places(&net.document, &ProjectDocument::placeChanged);
        net.document.undoStack()->undo();
        QVERIFY(net.document.place().empty());
        QCOMPARE(places.count(), 1);
        QCOMPARE(net.document.shown().layers().size(), std::size_t{5});
        net.document.undoStack()->redo();
        QVERIFY(net.document.place().empty());
    }

    void aRenamedDefinitionStaysOpen()
    {
        Net net;
        const LayerId block = net.grouped();
        net.document.openBlock(block);
        QVERIFY(net.document.renameBlock("block1", " encoder "));
        QCOMPARE(net.document.openBlock(), "encoder");
        QCOMPARE(net.document.graph().find(block)->block, "encoder");
        net.document.undoStack()->undo();
        QCOMPARE(net.document.openBlock(), "block1");
        QVERIFY(net.document.renameBlock("block1", "  "));
        QVERIFY(net.document.renameBlock("block1", "block1"));
        QCOMPARE(net.document.openBlock(), "block1");
    }

    void aBlockCannotBeAddedInsideItself()
    {
        Net net;
        const LayerId block = net.grouped();
        QVERIFY(net.document.canAdd(LayerChoice::ofBlock("block1")));
        net.document.openBlock(block);
        const std::string before = net.text();
        const Status refused = net.document.canAdd(LayerChoice::ofBlock("block1"));
        QVERIFY(!refused && refused.error().message.find("itself") != std::string::npos);
        QCOMPARE(net.document.addLayer(LayerChoice::ofBlock("block1"), {}), LayerId{0});
        QCOMPARE(net.text(), before);
        // Nor inside a block that it contains.
        const Result<LayerId> inner = net.document.group({net.inside("relu")->id});
        QVERIFY(inner);
        net.document.openBlock(*inner);
        QCOMPARE(net.document.place().size(), std::size_t{2});
        QVERIFY(!net.document.canAdd(LayerChoice::ofBlock("block1")));
        QVERIFY(!net.document.canAdd("softmax_cross_entropy"));
        QVERIFY(!net.document.canAdd("input"));
        QVERIFY(!net.document.canAdd(kBlockOutputType));
        QVERIFY(net.document.canAdd(kBlockInputType));
        QVERIFY(net.document.canAdd("relu"));
        net.document.open({});
        QVERIFY(!net.document.canAdd(kBlockInputType));
    }

    void aSecondBlockInputTakesTheNextNumber()
    {
        Net net;
        net.document.openBlock(net.grouped());
        const LayerId second = net.document.addLayer(kBlockInputType, {200, 0});
        QCOMPARE(std::get<std::int64_t>(net.document.shown().find(second)->parameters.at("number")), std::int64_t{2});
    }

    void builtInBlocksBringTheirDefinitionOnce()
    {
        for (const LayerChoice &choice : builtInChoices()) {
            Net net;
            const LayerId first = net.document.addLayer(choice, {300, 0});
            QVERIFY2(first != 0, qPrintable(choice.title()));
            const std::size_t definitions = net.document.graph().blocks().size();
            QVERIFY(definitions > 0);
            const LayerId second = net.document.addLayer(choice, {300, 100});
            QCOMPARE(net.document.graph().blocks().size(), definitions);
            QCOMPARE(net.document.graph().find(second)->block, net.document.graph().find(first)->block);
            net.document.undoStack()->undo();
            net.document.undoStack()->undo();
            QVERIFY(net.document.graph().blocks().empty());
        }
    }

    void copiesBringTheirDefinitionsIntoAnotherProject()
    {
        Net net;
        const LayerId block = net.grouped();
        const QByteArray text = net.document.copy({block});
        ProjectDocument other;
        const auto pasted = other.paste(text, std::nullopt);
        QVERIFY(pasted);
        QCOMPARE(other.graph().blocks(), net.document.graph().blocks());
        QVERIFY(other.paste(text, std::nullopt));
        QCOMPARE(other.graph().blocks().size(), std::size_t{1});  // the same definition comes once
        // One of that name that differs is kept beside it.
        net.document.openBlock(block);
        net.document.setParameter({net.inside("dense")->id}, "units", std::int64_t{99});
        net.document.leaveBlock();
        const auto third = other.paste(net.document.copy({block}), std::nullopt);
        QVERIFY(third);
        QCOMPARE(other.graph().blocks().size(), std::size_t{2});
        QCOMPARE(other.graph().find(third->front())->block, "block1_2");
        QCOMPARE(other.graph().find(pasted->front())->block, "block1");
    }

    void layersTravelBetweenTheNetworkAndADefinition()
    {
        Net net;
        const LayerId block = net.grouped();
        net.document.openBlock(block);
        const QByteArray inside = net.document.copy({net.inside("dense")->id, net.inside("relu")->id});
        net.document.leaveBlock();
        const auto out = net.document.paste(inside, QPointF(400, 0));
        QVERIFY(out && out->size() == 2);
        QCOMPARE(net.document.graph().wiresInto(out->back()).size(), std::size_t{1});
        // A block into its own definition: not.
        const QByteArray itself = net.document.copy({block});
        net.document.openBlock(block);
        const std::string before = net.text();
        const auto refused = net.document.paste(itself, std::nullopt);
        QVERIFY(!refused && refused.error().message.find("itself") != std::string::npos);
        QCOMPARE(net.text(), before);
    }

    void theDefinitionOfADeletedBlockStaysUntilItIsDeletedItself()
    {
        Net net;
        const LayerId block = net.grouped();
        QVERIFY(!net.document.removeBlock("block1"));
        net.document.remove({block}, {});
        QCOMPARE(net.document.graph().blocks().size(), std::size_t{1});
        const std::string before = net.text();
        const int steps = net.steps();
        QVERIFY(net.document.removeBlock("block1"));
        QVERIFY(net.document.graph().blocks().empty());
        net.isOneStep(before, steps);
    }

    void sharedWeightsFollowTheNameOfTheirOwner()
    {
        Net net;
        net.document.setParameter({net.scores}, "units", std::int64_t{8});
        net.document.setWeightsOf({net.scores}, "dense");
        QCOMPARE(net.document.analysis().layers.at(net.scores).parameters, std::int64_t{0});
        net.document.rename(net.hidden, "first");
        QCOMPARE(net.document.graph().find(net.scores)->weightsOf, "first");
        QVERIFY(net.document.analysis().runnable());
        const auto copies = net.document.duplicate({net.hidden, net.scores});
        QCOMPARE(net.document.graph().find(copies[1])->weightsOf, net.document.graph().find(copies[0])->name);
    }

    void aProblemInsideNamesItsDefinitionAndIsMendedThere()
    {
        Net net;
        const LayerId block = net.grouped();
        net.document.openBlock(block);
        const LayerId dense = net.inside("dense")->id;
        net.document.setParameter({dense}, "units", std::int64_t{0});
        const auto &problems = net.document.analysis().problems;
        QVERIFY(!problems.empty());
        QCOMPARE(problems.front().layer, block);
        QCOMPARE(problems.front().block, "block1");
        QCOMPARE(problems.front().inside, dense);
        const auto &shown = net.document.shownAnalysis().problems;
        QVERIFY(!shown.empty() && shown.front().layer == dense && shown.front().fix);
        net.document.applyFix(Fix(*shown.front().fix));
        QVERIFY(net.document.analysis().runnable());
    }
};

QTEST_MAIN(TestDocumentBlocks)
#include "tst_document_blocks.moc"
