#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/base/philox.h"
#include "tests/engine/api/sample_project.h"

using namespace trainyard;
using namespace trainyard::test;

// project.json: what is kept, what is refused and in which words.
class TestProject : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    static std::string sampleText() { return readFile(sampleFolder("iris") / "project.json").value(); }
    static nlohmann::ordered_json sampleJson() { return nlohmann::ordered_json::parse(sampleText()); }

    static std::string errorOf(const nlohmann::ordered_json &json)
    {
        const auto project = projectFromText(json.dump());
        return project ? std::string("no error") : project.error().message;
    }

private slots:
    void savingAndLoadingKeepsEverything()
    {
        Project project = projectFromText(sampleText()).value();
        project.folder = folder() / "new" / "deep";
        project.name = "Quotes \" and \xE2\x82\xAC";
        project.graph.edit(2)->x = -12.5;
        project.training.seed = 18446744073709551615u;
        QVERIFY(saveProject(project));
        const Project read = loadProject(project.folder).value();
        QCOMPARE(read.name, project.name);
        QVERIFY(read.graph == project.graph);
        QVERIFY(read.data == project.data);
        QVERIFY(read.training == project.training);
        QCOMPARE(read.folder, project.folder);
        QCOMPARE(loadProject(project.file())->name, project.name);  // by its file as well
    }

    void augmentationIsKeptAndLeavesTheFileWhenItIsSwitchedOff()
    {
        auto json = sampleJson();
        json["data"]["augment"] = {{"flip_horizontal", true}, {"max_shift", 2}};
        Project project = projectFromText(json.dump()).value();
        QVERIFY((project.data.augment == AugmentConfig{true, 2}));
        QCOMPARE(nlohmann::ordered_json::parse(projectToText(project))["data"]["augment"], json["data"]["augment"]);
        project.data.augment = {};
        QVERIFY(!nlohmann::ordered_json::parse(projectToText(project))["data"].contains("augment"));
    }

    void whatThisProgramDoesNotKnowIsKept()
    {
        auto json = sampleJson();
        json["author"] = {{"name", "Ada"}};
        json["data"]["resample"] = {"bicubic"};
        json["data"]["split"]["by_group"] = "patient";
        json["training"]["schedule"] = {{"type", "cosine"}};
        json["training"]["optimizer"]["lookahead"] = 5;
        json["graph"]["groups"] = {1, 2};
        json["graph"]["layers"][1]["color"] = "red";
        json["graph"]["layers"][1]["parameters"]["sparsity"] = 0.5;
        Project project = projectFromText(json.dump()).value();
        project.training.epochs = 77;
        const auto saved = nlohmann::ordered_json::parse(projectToText(project));
        QCOMPARE(saved["author"], json["author"]);
        QCOMPARE(saved["data"]["resample"], json["data"]["resample"]);
        QCOMPARE(saved["data"]["split"]["by_group"], json["data"]["split"]["by_group"]);
        QCOMPARE(saved["training"]["schedule"], json["training"]["schedule"]);
        QCOMPARE(saved["training"]["optimizer"]["lookahead"], json["training"]["optimizer"]["lookahead"]);
        QCOMPARE(saved["graph"]["groups"], json["graph"]["groups"]);
        QCOMPARE(saved["graph"]["layers"][1]["color"], json["graph"]["layers"][1]["color"]);
        QCOMPARE(saved["graph"]["layers"][1]["parameters"]["sparsity"], json["graph"]["layers"][1]["parameters"]["sparsity"]);
        QCOMPARE(saved["training"]["epochs"].get<int>(), 77);
        QCOMPARE(projectToText(projectFromText(projectToText(project)).value()), projectToText(project));
    }

    void anUnknownLayerIsAPlaceholderThatSurvivesSaving()
    {
        auto json = sampleJson();
        json["graph"]["layers"][2]["type"] = "capsule";
        json["graph"]["layers"][2]["parameters"] = {{"routing", {{"rounds", 3}}}};
        const Project project = projectFromText(json.dump()).value();
        QCOMPARE(project.graph.find(3)->type, std::string("capsule"));
        QCOMPARE(project.graph.wires().size(), 4u);
        const auto saved = nlohmann::ordered_json::parse(projectToText(project));
        QCOMPARE(saved["graph"], json["graph"]);
    }

    void aDamagedFileIsRefusedWithItsLineAndNotTouched()
    {
        const auto file = folder() / "project.json";
        std::string text = sampleText();
        text[text.find("\"wires\"")] = '@';
        std::ofstream(file) << text;
        const auto project = loadProject(folder());
        QVERIFY(!project);
        QCOMPARE(project.error().code, ErrorCode::InvalidFile);
        const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("@wires")), '\n') + 1;
        QVERIFY2(project.error().message.find(fmt::format("damaged in line {}:", line)) != std::string::npos, project.error().message.c_str());
        QVERIFY(readFile(file).value() == text);
    }

    void aFileThatNestsWithoutEndIsRefused()
    {
        std::string text = sampleText();
        text.insert(text.find('{') + 1, "\"future\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",");
        const auto project = projectFromText(text);
        QVERIFY(!project);
        QCOMPARE(project.error().code, ErrorCode::InvalidFile);
        QVERIFY2(project.error().message.find("more than 500 deep") != std::string::npos, project.error().message.c_str());
    }

    void aFileOfTheWrongKindIsRefused()
    {
        for (const char *text : {"", "[]", "{}", "null", "42", "{\"format\":\"1\"}", "\xff\xfe", "{\"format\":1.5}"})
            QVERIFY2(!projectFromText(text), text);
        auto json = sampleJson();
        json["format"] = 2;
        const auto newer = projectFromText(json.dump());
        QCOMPARE(newer.error().code, ErrorCode::Unsupported);
        QVERIFY(newer.error().message.find("Update Trainyard") != std::string::npos);
    }

    void aValueOfTheWrongKindIsNamed()
    {
        auto json = sampleJson();
        json["name"] = 5;
        QVERIFY(errorOf(json).find("\"name\"") != std::string::npos);
        json = sampleJson();
        json["graph"]["layers"][1]["parameters"]["units"] = "many";
        QCOMPARE(errorOf(json), std::string("The setting units of dense1 must be a whole number, got \"many\"."));
        json = sampleJson();
        json["data"]["scaling"] = "huge";
        QVERIFY(errorOf(json).find("\"scaling\"") != std::string::npos);
        json = sampleJson();
        json["training"]["epochs"] = nullptr;
        QVERIFY(errorOf(json).find("\"epochs\"") != std::string::npos);
        json = sampleJson();
        json["graph"] = 3;
        QVERIFY(errorOf(json).find("graph must be an object") != std::string::npos);
        json = sampleJson();
        json["layout"]["2"] = "left";
        QVERIFY(errorOf(json).find("position of dense1") != std::string::npos);
    }

    void aCycleInTheFileIsRefusedByName()
    {
        auto json = sampleJson();
        json["graph"]["wires"] = {{3, 2, 0}, {2, 3, 0}, {3, 4, 0}, {4, 5, 0}};
        const std::string message = errorOf(json);
        QVERIFY2(message.find("would close a cycle") != std::string::npos && message.find("dense1") != std::string::npos, message.c_str());
    }

    void aWireToNowhereIsRefusedByNumber()
    {
        auto json = sampleJson();
        json["graph"]["wires"][1] = {2, 99, 0};
        QVERIFY(errorOf(json).find("connects layer 99, which is not in the file") != std::string::npos);
        json["graph"]["wires"][1] = {2, 3};
        QVERIFY(errorOf(json).find("Wire number 2 must be [from, to, port]") != std::string::npos);
    }

    void anInputThatHangsInTheAirOpensButDoesNotTrain()
    {
        auto json = sampleJson();
        json["graph"]["wires"].erase(1);
        Project project = copyOfSample("iris", folder());
        project.graph = projectFromText(json.dump())->graph;
        const EndedRun run = runToTheEnd(project);
        QCOMPARE(run.progress.state, TrainState::Failed);
        QCOMPARE(run.progress.error->message, std::string("tanh1 expects an input, but nothing is connected. Draw a wire to it."));
        QCOMPARE(run.progress.error->node, std::string("tanh1"));
    }

    void aMissingProjectIsNotFound()
    {
        QCOMPARE(loadProject(folder() / "none").error().code, ErrorCode::NotFound);
    }

    void savingWhereNothingCanBeWrittenKeepsTheOldFile()
    {
        Project project = projectFromText(sampleText()).value();
        QVERIFY(!saveProject(project));  // no folder yet
        std::ofstream(folder() / "file") << "x";
        project.folder = folder() / "file" / "below";  // a path below a regular file
        const auto saved = saveProject(project);
        QCOMPARE(saved.error().code, ErrorCode::Io);
        QVERIFY2(saved.error().message.find("Could not create the folder") != std::string::npos, saved.error().message.c_str());
    }

    void mutatedFilesNeverCrash()
    {
        const std::string text = sampleText();
        PhiloxSequence random(11, RandomStream::Shuffle, 0);
        int opened = 0;
        for (int round = 0; round < 600; ++round) {
            std::string changed = text;
            for (std::uint32_t n = random.below(4) + 1; n > 0; --n) {
                const std::uint32_t at = random.below(static_cast<std::uint32_t>(changed.size()));
                if (random.below(2) == 0)
                    changed[at] = static_cast<char>(random.below(256));
                else
                    changed.erase(at, random.below(30));
            }
            if (const auto project = projectFromText(changed)) {
                ++opened;
                QVERIFY(projectFromText(projectToText(*project)));  // what opens can be saved and opened again
            }
        }
        QVERIFY(opened > 0);
    }
};

QTEST_GUILESS_MAIN(TestProject)
#include "tst_project.moc"
