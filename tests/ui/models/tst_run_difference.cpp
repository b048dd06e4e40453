#include <QtTest>

#include <nlohmann/json.hpp>

#include "engine/graph/graph.h"
#include "ui/models/run_difference.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

// input -> dense (8 units) -> relu -> dense -> loss, as a run keeps it.
Graph smallGraph()
{
    Graph graph;
    LayerId before = graph.add("input");
    for (const char *type : {"dense", "relu", "dense", "softmax_cross_entropy"}) {
        const LayerId next = graph.add(type);
        (void)graph.connect({before, next, 0});
        before = next;
    }
    return graph;
}

RunRecord runWith(const std::string &config, const Graph &graph = {})
{
    RunRecord run;
    run.configJson = config;
    run.graphJson = graphToJson(graph).dump();
    run.device = "cpu";
    run.precision = "float32";
    return run;
}

QStringList keysOf(const std::vector<DifferenceRow> &rows)
{
    QStringList keys;
    for (const DifferenceRow &row : rows)
        keys.append(row.key);
    return keys;
}

}  // namespace

class TestRunDifference : public QObject
{
    Q_OBJECT
private slots:
    void jsonBecomesKeysAndValuesInItsOrder()
    {
        const auto settings = flattenJson(R"({"epochs": 30, "optimizer": {"type": "adam", "nesterov": false},
                                              "shape": [8, 8, 1], "columns": [{"name": "x"}, {"name": "y"}], "note": null})");
        const std::vector<Setting> expected{{"epochs", "30"}, {"optimizer.type", "adam"}, {"optimizer.nesterov", "false"},
                                            {"shape", "[8,8,1]"}, {"columns[0].name", "x"}, {"columns[1].name", "y"},
                                            {"note", "null"}};
        QCOMPARE(settings, expected);
    }

    void damagedJsonGivesNothing()
    {
        QVERIFY(flattenJson("{\"a\": ").empty());
        QVERIFY(flattenJson("").empty());
        QVERIFY(flattenJson("\xff\xfe").empty());
    }

    void jsonThatNestsWithoutEndCountsAsDamaged()
    {
        QByteArray deep;
        for (int i = 0; i < 100'000; ++i)
            deep += "{\"a\":";
        deep += "1";
        deep += QByteArray(100'000, '}');
        QVERIFY(flattenJson(deep).empty());
    }

    void equalRunsDifferInNothing()
    {
        const RunRecord run = runWith(R"({"epochs": 30})", smallGraph());
        QVERIFY(differingSettings({run, run}).empty());
        QVERIFY(differingSettings({run}).empty());
        QVERIFY(differingSettings({}).empty());
    }

    void onlyDifferingSettingsAreListed()
    {
        const auto rows = differingSettings({runWith(R"({"epochs": 30, "optimizer": {"learning_rate": 0.1}})"),
                                             runWith(R"({"epochs": 30, "optimizer": {"learning_rate": 0.01}})"),
                                             runWith(R"({"epochs": 30, "optimizer": {"learning_rate": 0.1}, "extra": 1})")});
        QCOMPARE(keysOf(rows), (QStringList{"optimizer.learning_rate", "extra"}));
        QCOMPARE(rows[0].values, (QStringList{"0.1", "0.01", "0.1"}));
        QCOMPARE(rows[1].values, (QStringList{"", "", "1"}));
    }

    void seedAndDeviceOfTheRunsThemselvesCount()
    {
        RunRecord a = runWith("{}"), b = runWith("{}");
        b.seed = 7;
        b.device = "cuda:0";
        QCOMPARE(keysOf(differingSettings({a, b})), (QStringList{"seed", "device"}));
    }

    void aChangedLayerSettingIsNamedWithItsLayer()
    {
        Graph a = smallGraph(), b = smallGraph();
        const Layer *dense = a.findByName("dense");
        QVERIFY(dense != nullptr);
        a.edit(dense->id)->parameters["units"] = std::int64_t{16};
        b.edit(dense->id)->parameters["units"] = std::int64_t{32};
        const auto rows = differingSettings({runWith("{}", a), runWith("{}", b)});
        QCOMPARE(rows.size(), std::size_t{1});
        QCOMPARE(rows[0].kind, DifferenceKind::LayerChanged);
        QCOMPARE(rows[0].key, QStringLiteral("dense.units"));
        QCOMPARE(rows[0].values, (QStringList{"16", "32"}));
    }

    void aLayerPlacedElsewhereIsADifference()
    {
        Graph a = smallGraph(), b = smallGraph();
        b.edit(b.findByName("dense")->id)->device = "cuda:1";
        const auto rows = differingSettings({runWith("{}", a), runWith("{}", b)});
        QCOMPARE(rows.size(), std::size_t{1});
        QCOMPARE(rows[0].key, QStringLiteral("dense.device"));
        QCOMPARE(rows[0].values, (QStringList{"", "cuda:1"}));
    }

    void aDefaultWrittenOutIsNoDifference()
    {
        Graph a = smallGraph(), b = smallGraph();
        const Layer *dense = b.findByName("dense");
        QVERIFY(dense != nullptr);
        const LayerSpec *spec = findLayer("dense");
        QVERIFY(spec != nullptr);
        for (const ParameterSpec &parameter : spec->parameters)
            b.edit(dense->id)->parameters[parameter.key] = parameter.defaultValue;
        QVERIFY(differingSettings({runWith("{}", a), runWith("{}", b)}).empty());
    }

    void anInsertedLayerIsAddedAndItsFollowerRewired()
    {
        Graph a = smallGraph(), b = smallGraph();
        const LayerId relu = b.findByName("relu")->id, second = b.findByName("dense_2")->id;
        b.disconnect({relu, second, 0});
        const LayerId dropout = b.add("dropout");
        QVERIFY(b.connect({relu, dropout, 0}).has_value());
        QVERIFY(b.connect({dropout, second, 0}).has_value());
        const auto forward = differingSettings({runWith("{}", a), runWith("{}", b)});
        QCOMPARE(keysOf(forward), (QStringList{"dense_2.inputs", "dropout"}));
        QCOMPARE(forward[0].values, (QStringList{"relu", "dropout"}));
        QCOMPARE(forward[1].kind, DifferenceKind::LayerAdded);
        QCOMPARE(forward[1].values, (QStringList{"", "dropout"}));
        const auto backward = differingSettings({runWith("{}", b), runWith("{}", a)});
        QCOMPARE(backward.back().kind, DifferenceKind::LayerRemoved);
    }

    void titlesAreForPeople()
    {
        QCOMPARE(settingTitle(QStringLiteral("optimizer.learning_rate")), QStringLiteral("Optimizer, learning rate"));
        QCOMPARE(settingTitle(QStringLiteral("training.batch_size")), QStringLiteral("Batch size"));
        QCOMPARE(settingTitle(QStringLiteral("data.split.seed")), QStringLiteral("Split, seed"));
    }
};

QTEST_APPLESS_MAIN(TestRunDifference)
#include "tst_run_difference.moc"
