// Editing the network through the document: every change is one named step that undo and redo restore exactly.
#include <functional>

#include <QSignalSpy>
#include <QtTest>

#include "ui/models/auto_layout.h"
#include "ui/models/project_document.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

// input 8x8x1 -> conv2d -> flatten -> dense 10 -> softmax_cross_entropy, all by the document's own edits.
struct Net {
    ProjectDocument document;
    LayerId input, conv, flatten, dense, loss;

    Net()
    {
        input = document.addLayer("input", {0, 0});
        document.setParameter({input}, "shape", std::vector<std::int64_t>{8, 8, 1});
        conv = document.addLayerBelow("conv2d", input, {0, 80});
        flatten = document.addLayerBelow("flatten", conv, {0, 160});
        dense = document.addLayerBelow("dense", flatten, {0, 240});
        document.setParameter({dense}, "units", std::int64_t{10});
        loss = document.addLayerBelow("softmax_cross_entropy", dense, {0, 320});
    }
    const Layer &layer(LayerId id) const { return *document.graph().find(id); }
};

bool has(const Graph &graph, const Wire &wire)
{
    return std::find(graph.wires().begin(), graph.wires().end(), wire) != graph.wires().end();
}

QString stepText(ProjectDocument &document)
{
    return document.undoStack()->undoText();
}

}  // namespace

class TestProjectDocument : public QObject
{
    Q_OBJECT
private slots:
    void aNetworkBuiltByEditsIsRunnable()
    {
        Net net;
        QVERIFY2(net.document.analysis().runnable(), net.document.analysis().problems.empty()
                                                         ? ""
                                                         : net.document.analysis().problems[0].message.c_str());
        QCOMPARE(net.document.graph().wires().size(), size_t{4});
        QCOMPARE(net.document.analysis().parameters, std::int64_t{160 + 1024 * 10 + 10});
    }

    void everyEditIsOneNamedStepThatUndoAndRedoRestore_data()
    {
        QTest::addColumn<QString>("step");
        for (const char *step : {"Add Dropout", "Insert Dropout", "Add Dropout below dense", "Delete dense", "Delete 2 layers",
                                 "Delete wire", "Delete 2 wires", "Connect input to relu", "Move dense", "Move 2 layers",
                                 "Rename dense to head", "Filters of conv2d", "Bias of 2 layers", "Device of conv2d", "Device of 2 layers", "Arrange layers",
                                 "Paste dense_2", "Paste 2 layers", "Source of the data", "Epochs", "Rename project to Digits"})
            QTest::newRow(step) << QString::fromLatin1(step);
    }
    void everyEditIsOneNamedStepThatUndoAndRedoRestore()
    {
        QFETCH(QString, step);
        Net net;
        ProjectDocument &document = net.document;
        const LayerId relu = document.addLayer("relu", {300, 0});
        const std::map<QString, std::function<void()>> edits{
            {"Add Dropout", [&] { document.addLayer("dropout", {40, 50}); }},
            {"Insert Dropout", [&] { document.addLayerOnWire("dropout", {net.flatten, net.dense, 0}, {0, 200}); }},
            {"Add Dropout below dense", [&] { document.addLayerBelow("dropout", net.dense, {0, 400}); }},
            {"Delete dense", [&] { document.remove({net.dense}, {}); }},
            {"Delete 2 layers", [&] { document.remove({net.dense, net.conv}, {}); }},
            {"Delete wire", [&] { document.disconnectWire({net.conv, net.flatten, 0}); }},
            {"Delete 2 wires", [&] { document.remove({}, {{net.conv, net.flatten, 0}, {net.dense, net.loss, 0}}); }},
            {"Connect input to relu", [&] { QVERIFY(document.connectWire({net.input, relu, 0})); }},
            {"Move dense", [&] { document.moveLayers({{net.dense, {7, 9}}}); }},
            {"Move 2 layers", [&] { document.moveLayers({{net.dense, {7, 9}}, {net.conv, {1, 2}}}); }},
            {"Rename dense to head", [&] { document.rename(net.dense, "head"); }},
            {"Filters of conv2d", [&] { document.setParameter({net.conv}, "filters", std::int64_t{8}); }},
            {"Bias of 2 layers", [&] { document.setParameter({net.conv, net.dense}, "bias", false); }},
            {"Device of conv2d", [&] { document.setDevice({net.conv}, "cuda:1"); }},
            {"Device of 2 layers", [&] { document.setDevice({net.conv, net.dense}, "cpu"); }},
            {"Arrange layers", [&] { document.autoLayout(); }},
            {"Paste dense_2", [&] { document.duplicate({net.dense}); }},
            {"Paste 2 layers", [&] { document.duplicate({net.dense, net.conv}); }},
            {"Source of the data", [&] { DataConfig data; data.file = "x.csv"; document.setData(data, "Source of the data"); }},
            {"Epochs", [&] { TrainingConfig training; training.epochs = 7; document.setTraining(training, "Epochs"); }},
            {"Rename project to Digits", [&] { document.setName(" Digits "); }},
        };
        const std::string before = projectToText(document.project());
        const int index = document.undoStack()->index();
        edits.at(step)();
        const std::string after = projectToText(document.project());
        QVERIFY(after != before);
        QCOMPARE(document.undoStack()->index(), index + 1);
        QCOMPARE(stepText(document), step);
        document.undoStack()->undo();
        QCOMPARE(projectToText(document.project()), before);
        document.undoStack()->redo();
        QCOMPARE(projectToText(document.project()), after);
    }

    void undoToTheBeginningAndBackIsExact()
    {
        Net net;
        net.document.addLayerOnWire("relu", {net.conv, net.flatten, 0}, {0, 120});
        net.document.remove({net.conv}, {});
        const std::string end = projectToText(net.document.project());
        QUndoStack *stack = net.document.undoStack();
        while (stack->canUndo())
            stack->undo();
        QVERIFY(net.document.graph().layers().empty());
        while (stack->canRedo())
            stack->redo();
        QCOMPARE(projectToText(net.document.project()), end);
    }

    void anEditThatChangesNothingIsNoStep()
    {
        Net net;
        ProjectDocument &document = net.document;
        const int index = document.undoStack()->index();
        document.remove({}, {});
        document.remove({999}, {});
        document.rename(net.dense, "dense");
        document.rename(net.dense, "  ");
        document.setParameter({net.conv}, "filters", std::int64_t{16});  // its default, not set
        document.setParameter({net.conv}, "no_such_setting", std::int64_t{16});
        document.moveLayers({{net.dense, {0, 240}}});
        document.setData(DataConfig(document.data()), "x");
        document.setTraining(TrainingConfig(document.training()), "x");
        document.setName({});
        QVERIFY(!document.paste("hello", std::nullopt));
        QCOMPARE(document.undoStack()->index(), index);
    }

    void typingOneSettingMergesIntoOneStep()
    {
        Net net;
        ProjectDocument &document = net.document;
        const int index = document.undoStack()->index();
        for (const std::int64_t filters : {3, 32, 320})
            document.setParameter({net.conv}, "filters", filters);
        QCOMPARE(document.undoStack()->index(), index + 1);
        document.setParameter({net.conv}, "groups", std::int64_t{1});  // nothing
        document.setParameter({net.conv}, "bias", false);              // another setting: another step
        QCOMPARE(document.undoStack()->index(), index + 2);
        document.endTyping();
        document.setParameter({net.conv}, "bias", true);
        QCOMPARE(document.undoStack()->index(), index + 3);
        document.undoStack()->setIndex(index + 1);
        QCOMPARE(std::get<std::int64_t>(net.layer(net.conv).parameters.at("filters")), std::int64_t{320});
        document.setParameter({net.conv}, "filters", std::int64_t{64});  // after an undo: a step of its own
        QCOMPARE(document.undoStack()->index(), index + 2);
        document.undoStack()->setIndex(index);
        QCOMPARE(net.layer(net.conv).parameters.count("filters"), size_t{0});
    }

    void typingBackToTheBeginningLeavesNoStep()
    {
        Net net;
        ProjectDocument &document = net.document;
        const int index = document.undoStack()->index();
        document.endTyping();
        document.setParameter({net.dense}, "units", std::int64_t{1});
        QCOMPARE(document.undoStack()->index(), index + 1);
        document.setParameter({net.dense}, "units", std::int64_t{10});
        QCOMPARE(document.undoStack()->index(), index);
    }

    void namesStayUnique()
    {
        Net net;
        ProjectDocument &document = net.document;
        const LayerId second = document.addLayer("dense", {});
        QCOMPARE(net.layer(second).name, "dense_2");
        document.rename(second, "dense");
        QCOMPARE(net.layer(second).name, "dense_2");
        document.rename(second, " conv2d ");
        QCOMPARE(net.layer(second).name, "conv2d_2");
        document.rename(net.dense, "conv2d_2");
        QCOMPARE(net.layer(net.dense).name, "conv2d_2_2");
    }

    void aLayerDroppedOnAWireStandsBetween()
    {
        Net net;
        const LayerId relu = net.document.addLayerOnWire("relu", {net.conv, net.flatten, 0}, {4, 8});
        QVERIFY(has(net.document.graph(), {net.conv, relu, 0}));
        QVERIFY(has(net.document.graph(), {relu, net.flatten, 0}));
        QVERIFY(!has(net.document.graph(), {net.conv, net.flatten, 0}));
        QCOMPARE(net.layer(relu).x, 4.0);
        QVERIFY(net.document.analysis().runnable());

        const LayerId free = net.document.addLayer("dropout", {});
        net.document.insertOnWire(free, {net.flatten, net.dense, 0}, {1, 2});
        QVERIFY(has(net.document.graph(), {free, net.dense, 0}));
        QCOMPARE(stepText(net.document), QStringLiteral("Insert dropout"));
    }

    void aLayerThatCannotStandBetweenLeavesTheWire()
    {
        Net net;
        const Wire wire{net.conv, net.flatten, 0};
        const LayerId loss = net.document.addLayerOnWire("mean_squared_error", wire, {});
        QVERIFY(has(net.document.graph(), wire));
        QVERIFY(has(net.document.graph(), {net.conv, loss, 0}));
        const LayerId input = net.document.addLayerOnWire("input", wire, {});
        QVERIFY(has(net.document.graph(), wire));
        QVERIFY(net.document.graph().wiresOutOf(input).empty());
        net.document.insertOnWire(net.flatten, wire, {0, 160});  // on its own wire
        QVERIFY(has(net.document.graph(), wire));
    }

    void severalWiresOfAMergeAreDeletedTogether()
    {
        Net net;
        ProjectDocument &document = net.document;
        const LayerId add = document.addLayer("add", {}), a = document.addLayer("relu", {}), b = document.addLayer("tanh", {}),
                      c = document.addLayer("gelu", {});
        QVERIFY(document.connectWire({a, add, 0}));
        QVERIFY(document.connectWire({b, add, 1}));
        QVERIFY(document.connectWire({c, add, 2}));
        document.remove({}, {{a, add, 0}, {b, add, 1}});
        QCOMPARE(document.graph().wiresInto(add).size(), size_t{1});
        QVERIFY(has(document.graph(), {c, add, 0}));
        document.undoStack()->undo();
        QVERIFY(has(document.graph(), {b, add, 1}));
    }

    void aWireThatCannotBeIsRefusedWithItsReason()
    {
        Net net;
        ProjectDocument &document = net.document;
        const auto reason = [&](const Wire &wire) {
            const Status status = document.canConnect(wire);
            return status ? QString() : QString::fromStdString(status.error().message);
        };
        QVERIFY(reason({net.dense, net.conv, 0}).contains("already fed by input"));
        QVERIFY(reason({net.loss, net.conv, 0}).contains("has no output"));
        QVERIFY(reason({net.conv, net.input, 0}).contains("takes no input"));
        document.disconnectWire({net.input, net.conv, 0});
        QVERIFY(reason({net.dense, net.conv, 0}).contains("cycle"));
        QCOMPARE(reason({net.input, net.conv, 0}), QString());
        // A convolution never takes a row of numbers: refused with its own message.
        const LayerId flat = document.addLayerBelow("flatten", net.input, {}), conv = document.addLayer("conv2d", {});
        QVERIFY(reason({flat, conv, 0}).contains("expects an image"));
        // Unequal shapes at a merge, but only once both inputs are there.
        const LayerId add = document.addLayer("add", {});
        QCOMPARE(reason({net.input, add, 0}), QString());
        QVERIFY(document.connectWire({net.input, add, 0}));
        QVERIFY(reason({flat, add, 1}).contains("one shape"));
    }

    void aWireToALayerThatLeadsNowhereYetIsFine()
    {
        Net net;
        const LayerId relu = net.document.addLayer("relu", {});
        QVERIFY(net.document.canConnect({net.conv, relu, 0}).has_value());
    }

    void aWireThatASettingCouldMendIsAllowed()
    {
        Net net;
        ProjectDocument &document = net.document;
        const LayerId pool = document.addLayer("max_pool2d", {});
        document.setParameter({pool}, "kernel", std::vector<std::int64_t>{9, 9});
        document.setParameter({pool}, "padding", std::string("valid"));
        QVERIFY(document.canConnect({net.conv, pool, 0}).has_value());
        QVERIFY(document.connectWire({net.conv, pool, 0}));
        QVERIFY(document.analysis().layers.at(pool).broken);
    }

    void aDeviceIsCopiedWithItsLayerAndAWrongOneIsMended()
    {
        Net net;
        ProjectDocument &document = net.document;
        document.setDevice({net.conv}, "cuda:1");
        const auto copies = document.duplicate({net.conv});
        QCOMPARE(document.graph().find(copies.at(0))->device, std::string("cuda:1"));
        document.undoStack()->undo();
        const int index = document.undoStack()->index();
        document.setDevice({net.conv}, "cuda:1");  // it is there already
        QCOMPARE(document.undoStack()->index(), index);
        document.setDevice({net.conv}, "the big one");
        QCOMPARE(document.analysis().problems.size(), size_t{1});
        document.applyFix(Fix(*document.analysis().problems[0].fix));
        QVERIFY(document.analysis().runnable());
        QVERIFY(net.layer(net.conv).device.empty());
        QVERIFY(!net.layer(net.conv).parameters.contains(kDeviceKey));
    }

    void aFixMendsWhatItSays()
    {
        Net net;
        ProjectDocument &document = net.document;
        DataSignature signature;
        signature.sampleShape = Shape{8, 8, 1};
        signature.classes = 3;
        QSignalSpy analysis(&document, &ProjectDocument::analysisChanged), graph(&document, &ProjectDocument::graphChanged);
        document.setDataSignature(signature);
        QCOMPARE(analysis.count(), 1);
        QCOMPARE(graph.count(), 0);
        QCOMPARE(document.analysis().problems.size(), size_t{1});
        const std::optional<Fix> fix = document.analysis().problems[0].fix;
        QVERIFY(fix.has_value());
        document.applyFix(*fix);
        QVERIFY(document.analysis().runnable());
        QCOMPARE(stepText(document), QString::fromStdString(fix->label));
        QCOMPARE(std::get<std::int64_t>(net.layer(net.dense).parameters.at("units")), std::int64_t{3});
        document.undoStack()->undo();
        QVERIFY(!document.analysis().runnable());
    }

    void copiesKeepTheirWiresAndLieBeside()
    {
        Net net;
        ProjectDocument &document = net.document;
        const auto copies = document.duplicate({net.conv, net.flatten, net.loss});
        QCOMPARE(copies.size(), size_t{3});
        QVERIFY(has(document.graph(), {copies[0], copies[1], 0}));
        QCOMPARE(document.graph().wiresInto(copies[2]).size(), size_t{0});  // its source was not copied
        QCOMPARE(net.layer(copies[0]).name, "conv2d_2");
        QVERIFY(net.layer(copies[0]).x > net.layer(net.conv).x);
        const auto again = document.duplicate({net.conv});
        QCOMPARE(net.layer(again[0]).name, "conv2d_3");
        QVERIFY(net.layer(again[0]).x != net.layer(copies[0]).x);
        const auto ofCopy = document.duplicate({copies[0]});
        QCOMPARE(net.layer(ofCopy[0]).name, "conv2d_4");
    }

    void pastingCentresTheLayersWhereAsked()
    {
        Net net;
        ProjectDocument &document = net.document;
        const QByteArray text = document.copy({net.conv, net.dense});
        const auto pasted = *document.paste(text, QPointF(500, 600));
        const Layer &a = net.layer(pasted[0]), &b = net.layer(pasted[1]);
        QCOMPARE((a.x + b.x + kLayerCardSize.width()) / 2, 500.0);
        QCOMPARE((a.y + b.y + kLayerCardSize.height()) / 2, 600.0);
        QCOMPARE(b.parameters, net.layer(net.dense).parameters);
        ProjectDocument other;  // and into another project
        QCOMPARE(other.paste(text, std::nullopt)->size(), size_t{2});
        QCOMPARE(other.graph().layers()[0].name, "conv2d");
    }

    void foreignTextIsNotPasted()
    {
        Net net;
        QVERIFY(net.document.copy({}).isEmpty());
        QVERIFY(net.document.copy({4711}).isEmpty());
        const QByteArray good = net.document.copy({net.conv});
        QByteArray damaged = good;
        damaged.replace("\"filters\":16", "\"filters\":{}").replace("\"conv2d\"", "7");
        for (const QByteArray &text :
             {QByteArray(), QByteArray("hello"), QByteArray("[1,2]"), QByteArray("{\"trainyard\":5,\"graph\":{}}"),
              QByteArray("{\"trainyard\":\"layers\"}"), QByteArray("{\"trainyard\":\"layers\",\"graph\":7}"),
              QByteArray("{\"trainyard\":\"layers\",\"graph\":{\"layers\":[]},\"layout\":3}"), QByteArray("\xff\xfe\x00garbage", 10),
              damaged, good.left(good.size() / 2)}) {
            const int index = net.document.undoStack()->index();
            QVERIFY2(!net.document.paste(text, std::nullopt), text.constData());
            QCOMPARE(net.document.undoStack()->index(), index);
        }
        QCOMPARE(net.document.paste(good, std::nullopt)->size(), size_t{1});
    }

    void aLayerOfAnUnknownTypeSurvivesCopying()
    {
        const auto project = projectFromText(R"({"format": 1, "name": "p", "graph": {"layers": [{"id": 1, "type": "lstm9",
            "name": "memory", "parameters": {"cells": 7}}], "wires": []}})");
        QVERIFY(project.has_value());
        ProjectDocument document;
        document.reset(*project);
        QVERIFY(document.analysis().layers.at(1).broken);
        const auto copies = document.duplicate({1});
        QCOMPARE(copies.size(), size_t{1});
        QCOMPARE(document.graph().find(copies[0])->unknownJson, document.graph().find(1)->unknownJson);
    }

    void signalsSayWhatChangedAndNothingElse()
    {
        const Project empty;
        Net net;
        ProjectDocument &document = net.document;
        QSignalSpy graph(&document, &ProjectDocument::graphChanged), analysis(&document, &ProjectDocument::analysisChanged),
            data(&document, &ProjectDocument::dataChanged), training(&document, &ProjectDocument::trainingChanged),
            name(&document, &ProjectDocument::nameChanged), reset(&document, &ProjectDocument::projectReset);
        const auto counts = [&] {
            const QList<int> now{int(graph.count()), int(analysis.count()), int(data.count()), int(training.count()),
                                 int(name.count()), int(reset.count())};
            for (QSignalSpy *spy : {&graph, &analysis, &data, &training, &name, &reset})
                spy->clear();
            return now;
        };
        document.rename(net.dense, "head");
        QCOMPARE(counts(), (QList<int>{1, 1, 0, 0, 0, 0}));
        DataConfig config;
        config.file = "a.csv";
        document.setData(config, "Source");
        QCOMPARE(counts(), (QList<int>{0, 0, 1, 0, 0, 0}));
        TrainingConfig trainingConfig;
        trainingConfig.epochs = 3;
        document.setTraining(trainingConfig, "Epochs");
        QCOMPARE(counts(), (QList<int>{0, 0, 0, 1, 0, 0}));
        document.setName("Digits");
        QCOMPARE(counts(), (QList<int>{0, 0, 0, 0, 1, 0}));
        document.undoStack()->undo();
        QCOMPARE(counts(), (QList<int>{0, 0, 0, 0, 1, 0}));
        document.reset(empty);
        QCOMPARE(counts(), (QList<int>{1, 1, 1, 1, 1, 1}));
    }

    void theAnalysisIsNewWhenTheGraphSignalFires()
    {
        Net net;
        bool fits = false;
        connect(&net.document, &ProjectDocument::graphChanged, this,
                [&] { fits = net.document.analysis().layers.at(net.dense).output == Shape{5}; });
        net.document.setParameter({net.dense}, "units", std::int64_t{5});
        QVERIFY(fits);
    }

    void modifiedFollowsSavingAndUndo()
    {
        Net net;
        ProjectDocument &document = net.document;
        const Project empty;
        QVERIFY(document.isModified());
        QSignalSpy modified(&document, &ProjectDocument::modifiedChanged);
        document.markSaved();
        QVERIFY(!document.isModified());
        QCOMPARE(modified.takeFirst().at(0).toBool(), false);
        document.setParameter({net.dense}, "units", std::int64_t{11});
        QVERIFY(document.isModified());
        document.undoStack()->undo();
        QVERIFY(!document.isModified());
        document.reset(empty, true);
        QVERIFY(document.isModified());
        QVERIFY(!document.undoStack()->canUndo());
        document.markSaved();
        QVERIFY(!document.isModified());
        document.reset(empty);
        QVERIFY(!document.isModified());
    }

    void typingAfterSavingIsAStepOfItsOwn()
    {
        Net net;
        net.document.setParameter({net.dense}, "units", std::int64_t{11});
        net.document.markSaved();
        net.document.setParameter({net.dense}, "units", std::int64_t{111});
        QVERIFY(net.document.isModified());
        net.document.undoStack()->undo();
        QVERIFY(!net.document.isModified());
        QCOMPARE(std::get<std::int64_t>(net.layer(net.dense).parameters.at("units")), std::int64_t{11});
    }

    void theFolderIsNoEditAndSurvivesUndo()
    {
        Net net;
        net.document.setName("a");
        net.document.setFolder("/somewhere/else");
        net.document.undoStack()->undo();
        QCOMPARE(net.document.project().folder, std::filesystem::path("/somewhere/else"));
    }
};

QTEST_GUILESS_MAIN(TestProjectDocument)
#include "tst_project_document.moc"
