#include <QtTest>

#include <random>

#include <nlohmann/json.hpp>

#include "engine/graph/graph.h"

using namespace trainyard;
using Json = nlohmann::ordered_json;

class TestGraphJson : public QObject {
    Q_OBJECT

    static Graph sample()
    {
        Graph graph;
        const LayerId input = graph.add("input", 12.5, -40), conv = graph.add("conv2d", 0.1, 1e6), add = graph.add("add"), loss = graph.add("mean_squared_error");
        graph.edit(input)->parameters["shape"] = std::vector<std::int64_t>{8, 8, 1};
        graph.edit(conv)->parameters = {{"filters", std::int64_t{32}}, {"kernel", std::vector<std::int64_t>{5, 3}}, {"bias", false},
                                        {"padding", std::string("valid")}, {"deviation", 0.1}};
        graph.edit(conv)->name = "Größe \"1\"";
        (void)graph.connect({input, conv, 0});
        (void)graph.connect({conv, add, 0});
        (void)graph.connect({conv, add, 1});
        (void)graph.connect({add, loss, 0});
        return graph;
    }

    static Result<Graph> read(const char *graph, const char *layout = "{}") { return graphFromJson(Json::parse(graph), Json::parse(layout)); }

private slots:
    void aGraphComesBackAsItWas()
    {
        const Graph graph = sample();
        const auto back = graphFromJson(Json::parse(graphToJson(graph).dump()), Json::parse(layoutToJson(graph).dump()));
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QVERIFY(*back == graph);
        QCOMPARE(graphToJson(*back).dump(), graphToJson(graph).dump());
    }

    void keysComeInAFixedOrderWhateverWasSetFirst()
    {
        Graph graph;
        const LayerId id = graph.add("conv2d");
        graph.edit(id)->parameters = {{"bias", true}, {"filters", std::int64_t{4}}};
        QCOMPARE(graphToJson(graph).dump(),
                 std::string(R"({"layers":[{"id":1,"type":"conv2d","name":"conv2d","parameters":{"filters":4,"bias":true}}],"wires":[]})"));
    }

    void theLayoutStandsApart()
    {
        Graph moved = sample();
        moved.edit(1)->x = 999;
        QCOMPARE(graphToJson(moved).dump(), graphToJson(sample()).dump());
        QVERIFY(layoutToJson(moved) != layoutToJson(sample()));
        const auto bare = graphFromJson(graphToJson(moved), Json());
        QVERIFY(bare);
        QCOMPARE(bare->find(1)->x, 0.0);
    }

    void aLayersDeviceIsWrittenOnlyWhereItIsSet()
    {
        Graph graph = sample();
        QVERIFY(graphToJson(graph).dump().find("device") == std::string::npos);
        graph.edit(2)->device = "cuda:1";
        const Json json = graphToJson(graph);
        QVERIFY(json["layers"][1].dump().ends_with(",\"device\":\"cuda:1\"}"));  // after the parameters
        QVERIFY(!json["layers"][0].contains("device"));
        const auto back = graphFromJson(json, layoutToJson(graph));
        QVERIFY(back);
        QVERIFY(*back == graph);
        // Also of a layer this program does not know, beside what else is unknown.
        const char *strange = R"({"layers":[{"id":3,"type":"attention","name":"a","parameters":{},"device":"cpu","color":"red"}],"wires":[]})";
        const auto kept = read(strange);
        QVERIFY(kept);
        QCOMPARE(kept->find(3)->device, std::string("cpu"));
        QVERIFY(graphToJson(*kept) == Json::parse(strange));
    }

    void onlyWhatIsADeviceIsOne()
    {
        for (const char *good : {"cpu", "cuda:0", "cuda:7", "cuda:15", "cuda:999"})
            QVERIFY2(isDeviceName(good), good);
        for (const char *bad : {"", "auto", "gpu", "CPU", "cuda", "cuda:", "cuda:-1", "cuda:01", "cuda:1000", "cuda:x", "cuda:1 ", " cpu"})
            QVERIFY2(!isDeviceName(bad), bad);
    }

    void whatTheProgramDoesNotKnowIsKept()
    {
        const char *text = R"({"layers":[{"id":3,"type":"attention","name":"a","parameters":{"heads":8,"nested":{"x":[1,null]}},"color":"red"},)"
                           R"({"id":7,"type":"dense","name":"d","parameters":{"units":4,"sparsity":0.5},"note":[1]}],)"
                           R"("wires":[[3,7,0]],"groups":[{"of":[3,7]}]})";
        const auto graph = read(text);
        QVERIFY2(graph, graph ? "" : graph.error().message.c_str());
        QVERIFY(graphToJson(*graph) == Json::parse(text));
        QCOMPARE(graph->find(3)->type, std::string("attention"));
        QCOMPARE(std::get<std::int64_t>(graph->find(7)->parameters.at("units")), std::int64_t{4});
        Graph edited = *graph;
        QCOMPARE(edited.add("relu"), LayerId{8});
    }

    void everyMistakeOfAFileIsNamed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("part");
        const auto layers = [](const char *text) { return QString(R"({"layers":[%1],"wires":[]})").arg(text); };
        QTest::newRow("no object") << "[]" << "object";
        QTest::newRow("no layers") << "{}" << "layers";
        QTest::newRow("layers no list") << R"({"layers":3})" << "list";
        QTest::newRow("layer no object") << layers("3") << "number 1";
        QTest::newRow("no name") << layers(R"({"id":1,"type":"relu"})") << "name";
        QTest::newRow("empty name") << layers(R"({"id":1,"type":"relu","name":""})") << "name";
        QTest::newRow("no type") << layers(R"({"id":1,"name":"a"})") << "type";
        QTest::newRow("no id") << layers(R"({"type":"relu","name":"a"})") << "id";
        QTest::newRow("id 0") << layers(R"({"id":0,"type":"relu","name":"a"})") << "id";
        QTest::newRow("id 1.5") << layers(R"({"id":1.5,"type":"relu","name":"a"})") << "1.5";
        QTest::newRow("huge id") << layers(R"({"id":18446744073709551615,"type":"relu","name":"a"})") << "id";
        QTest::newRow("same id") << layers(R"({"id":1,"type":"relu","name":"a"},{"id":1,"type":"relu","name":"b"})") << "same id";
        QTest::newRow("same name") << layers(R"({"id":1,"type":"relu","name":"a"},{"id":2,"type":"relu","name":"a"})") << "differ";
        QTest::newRow("parameters no object") << layers(R"({"id":1,"type":"relu","name":"a","parameters":[]})") << "parameters of a";
        QTest::newRow("wrong kind") << layers(R"({"id":1,"type":"dense","name":"a","parameters":{"units":"many"}})") << "units of a";
        QTest::newRow("pair of one") << layers(R"({"id":1,"type":"conv2d","name":"a","parameters":{"kernel":[3]}})") << "kernel of a";
        QTest::newRow("infinite") << layers(R"({"id":1,"type":"dense","name":"a","parameters":{"units":1e400}})").replace("1e400", "1e300") << "units of a";
        QTest::newRow("device no text") << layers(R"({"id":1,"type":"relu","name":"a","device":0})") << "device of a";
        QTest::newRow("wires no list") << R"({"layers":[],"wires":{}})" << "wires";
        QTest::newRow("wire of two") << R"({"layers":[],"wires":[[1,2]]})" << "Wire number 1";
        QTest::newRow("wire to nowhere") << R"({"layers":[{"id":1,"type":"relu","name":"a"}],"wires":[[1,9,0]]})" << "9";
        QTest::newRow("two wires in a port")
            << R"({"layers":[{"id":1,"type":"input","name":"a"},{"id":2,"type":"relu","name":"b"}],"wires":[[1,2,0],[1,2,0]]})" << "two wires";
        QTest::newRow("cycle") << R"({"layers":[{"id":1,"type":"relu","name":"a"},{"id":2,"type":"relu","name":"b"}],"wires":[[1,2,0],[2,1,0]]})" << "cycle";
        QTest::newRow("wire into an input") << R"({"layers":[{"id":1,"type":"relu","name":"a"},{"id":2,"type":"input","name":"b"}],"wires":[[1,2,0]]})" << "no input";
    }

    void everyMistakeOfAFileIsNamed()
    {
        QFETCH(QString, text);
        QFETCH(QString, part);
        const auto graph = graphFromJson(Json::parse(text.toStdString()), Json::object());
        QVERIFY(!graph);
        QVERIFY2(QString::fromStdString(graph.error().message).contains(part), graph.error().message.c_str());
    }

    void aBrokenLayoutIsNamed()
    {
        const char *graph = R"({"layers":[{"id":1,"type":"relu","name":"a"}],"wires":[]})";
        for (const char *layout : {"[]", R"({"1":3})", R"({"1":[1]})", R"({"1":["x",2]})"})
            QVERIFY(!read(graph, layout));
        QVERIFY(read(graph, R"({"1":[1,2],"77":"of a layer that is gone"})"));
    }

    // Whatever is in the file: an error or a graph that can be saved again, never a crash.
    void noMutatedFileCrashesTheReader()
    {
        const std::string good = graphToJson(sample()).dump();
        std::mt19937 random(4);
        int parsed = 0;
        for (int i = 0; i < 20000; ++i) {
            std::string text = good;
            for (unsigned k = 0; k < 1 + random() % 3; ++k) {
                const std::size_t at = random() % text.size();
                if (random() % 2)
                    text[at] = "0123456789-.e[]{},:\"ntf"[random() % 23];
                else
                    text.erase(at, 1 + random() % 5);
            }
            const Json json = Json::parse(text, nullptr, false);
            if (json.is_discarded())
                continue;
            ++parsed;
            const auto graph = graphFromJson(json, Json::object());
            if (graph)
                QVERIFY(graphFromJson(graphToJson(*graph), layoutToJson(*graph)));
            else
                QVERIFY(!graph.error().message.empty());
        }
        QVERIFY(parsed > 1000);
    }
};

QTEST_GUILESS_MAIN(TestGraphJson)
#include "tst_graph_json.moc"
