#include <QTemporaryDir>
#include <QtTest>

#include <fstream>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/philox.h"
#include "engine/data/dataset.h"
#include "engine/data/preview.h"

using namespace trainyard;

class TestData : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    void write(const char *name, const std::string &text) { std::ofstream(folder() / name, std::ios::binary) << text; }

    Result<Dataset> load(const std::string &text, DataConfig config = {})
    {
        write("t.csv", text);
        config.file = "t.csv";
        return loadDataset(config, folder());
    }

    void expectError(const Result<Dataset> &result, const char *part)
    {
        QVERIFY(!result);
        QVERIFY2(result.error().message.find(part) != std::string::npos, result.error().message.c_str());
    }

    static std::string idx(char type, std::initializer_list<int> sizes, const std::string &data)
    {
        std::string out{0, 0, type, static_cast<char>(sizes.size())};
        for (int size : sizes)
            for (int shift : {24, 16, 8, 0})
                out += static_cast<char>(size >> shift);
        return out + data;
    }

    static std::string table()
    {
        std::string text = "a,b,kind\r\n";
        for (int i = 0; i < 40; ++i)
            text += std::to_string(i) + "," + (i % 3 ? "x" : "\"y,z\"") + "," + (i % 4 ? "p" : "q") + "\r\n";
        return text;
    }

private slots:
    void aTableBecomesFeaturesAndClasses()
    {
        const auto data = load("\xEF\xBB\xBF" + table());
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->sampleShape().text(), std::string("3"));
        QCOMPARE(data->featureNames[2], std::string("b=y,z"));
        QCOMPARE(data->classNames, (std::vector<std::string>{"p", "q"}));
        QCOMPARE(data->train.size(), 28u);
        QCOMPARE(data->validation.size(), 6u);
        QCOMPARE(data->test.size(), 6u);
    }

    void brokenTablesAreRefusedWithTheReason()
    {
        expectError(load("a,b\n1,2\n3\n"), "line 3: expected 2 fields, found 1");
        expectError(load("a,b\n"), "no rows");
        expectError(load(""), "no rows");
        expectError(load("a,b\n1,0\n2,0\n"), "one class only");
        expectError(load("a,b\n1,0\n2,\n"), "Line 3, target column \"b\"");
        expectError(load("a,b\n1,0\n\"2,1\n"), "never closed");
        expectError(load(std::string("a\0b", 3)), "not a text file");
        DataConfig config;
        config.columns = {{"a"}, {"b", ColumnRole::Target}};
        config.split.validationShare = config.split.testShare = 0;
        expectError(load("a,b\n1,0\nred,1\n", config), "Line 3, column \"a\": \"red\"");
        config = {};
        config.split.validationShare = 0.6;
        config.split.testShare = 0.4;
        expectError(load(table(), config), "leave nothing to train on");
        config.split.validationShare = 0.001;
        expectError(load(table(), config), "validation part is empty");
        config = {};
        config.sampleShape = {8, 8, 1};
        expectError(load(table(), config), "8x8x1");
        config.file = "absent.csv";
        expectError(loadDataset(config, folder()), "is not there");
        config.file = ".";
        expectError(loadDataset(config, folder()), "is a folder");
    }

    void idxFilesAreReadAndChecked()
    {
        DataConfig config;
        config.format = DataFormat::Idx;
        config.file = "i";
        config.labelsFile = "l";
        write("i", idx(8, {20, 2, 2}, std::string(80, '\x10')));
        write("l", idx(8, {20}, "\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2"));
        const auto data = loadDataset(config, folder());
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->sampleShape().text(), std::string("2x2x1"));
        QCOMPARE(data->features.type.dtype, DType::U8);
        QCOMPARE(data->classNames[0], std::string("1"));
        write("l", idx(8, {3}, "\1\2\1"));
        expectError(loadDataset(config, folder()), "do not belong together");
        write("i", idx(8, {20, 2, 2}, "abc"));
        expectError(loadDataset(config, folder()), "asks for 96 bytes, the file has 19");
        write("i", idx(8, {2147483647, 2147483647, 2147483647}, "abc"));
        expectError(loadDataset(config, folder()), "too large to be true");
        write("i", "PNG image");
        expectError(loadDataset(config, folder()), "not an IDX file");
    }

    void aPackedFileCutShortOrDamagedIsRefused()
    {
        const std::filesystem::path sample = std::filesystem::path(TRAINYARD_PROJECTS_DIR) / "digits-mlp/data/digits.csv.gz";
        const std::string whole = readFile(sample).value();
        DataConfig config;
        config.file = "t.csv.gz";
        write("t.csv.gz", whole);
        QVERIFY(loadDataset(config, folder()));
        for (const std::size_t length : {std::size_t{1}, std::size_t{10}, whole.size() / 2, whole.size() - 1}) {
            write("t.csv.gz", whole.substr(0, length));
            const auto cut = loadDataset(config, folder());
            QVERIFY2(!cut, std::to_string(length).c_str());
            QVERIFY2(cut.error().message.find("t.csv.gz") != std::string::npos, cut.error().message.c_str());
        }
        std::string damaged = whole;
        damaged[whole.size() / 2] = static_cast<char>(~damaged[whole.size() / 2]);
        write("t.csv.gz", damaged);
        QVERIFY(!loadDataset(config, folder()));
    }

    void settingsSurviveJson()
    {
        DataConfig config;
        config.delimiter = ';';
        config.columns = {{"a"}, {"b", ColumnRole::Target, ColumnKind::Categorical}};
        config.sampleShape = {8, 8, 1};
        config.split.seed = 7;
        QVERIFY(dataFromJson(dataToJson(config)).value() == config);
        auto json = dataToJson(config);
        json["scaling"] = 3;
        QVERIFY(dataFromJson(json).error().message.find("\"scaling\"") != std::string::npos);
    }

    void augmentationIsWrittenWhereItIsOnAndReadBack()
    {
        DataConfig config;
        QVERIFY(!dataToJson(config).contains("augment"));
        for (const AugmentConfig augment : {AugmentConfig{true, 0}, AugmentConfig{false, 4}, AugmentConfig{true, 2}}) {
            config.augment = augment;
            QVERIFY(dataFromJson(dataToJson(config)).value() == config);
        }
        auto json = dataToJson(config);
        const auto refused = [&](const char *key, const nlohmann::ordered_json &value) {
            json["augment"] = {{"flip_horizontal", true}, {"max_shift", 2}};
            json["augment"][key] = value;
            const auto read = dataFromJson(json);
            return !read && read.error().message.find(key) != std::string::npos;
        };
        QVERIFY(refused("flip_horizontal", 1));
        for (const nlohmann::ordered_json &shift : {nlohmann::ordered_json(-1), nlohmann::ordered_json(1.5), nlohmann::ordered_json("2"),
                                                    nlohmann::ordered_json(18446744073709551615u)})
            QVERIFY(refused("max_shift", shift));
        json["augment"] = true;
        QVERIFY(!dataFromJson(json));
    }

    void augmentationIsForImagesAndFitsThem()
    {
        DataConfig config;
        config.augment = {true, 0};
        expectError(load(table(), config), "Augmentation is for images");
        config.format = DataFormat::Idx;
        config.file = "augmented-images";
        config.labelsFile = "augmented-labels";
        write("augmented-images", idx(8, {20, 6, 4}, std::string(480, '\x10')));
        write("augmented-labels", idx(8, {20}, "\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2\1\2"));
        config.augment.maxShift = 2;
        const auto data = loadDataset(config, folder());
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QVERIFY(data->augment == config.augment);
        config.augment.maxShift = 3;
        expectError(loadDataset(config, folder()), "by 0 to 2 pixels, not by 3");
        config.augment.maxShift = -1;
        expectError(loadDataset(config, folder()), "not by -1");
        config.augment.maxShift = 2;
        config.sampleShape = {24};
        expectError(loadDataset(config, folder()), "a sample is 24");
    }

    void sampleProjectsLoad()
    {
        const std::filesystem::path projects = TRAINYARD_PROJECTS_DIR;
        for (const auto &[file, rows] : {std::pair{"digits-cnn/data/digits.csv.gz", 1797}, {"iris/data/iris.csv", 150},
                                         {"breast-cancer/data/breast_cancer.csv", 569}, {"diabetes/data/diabetes.csv", 442}}) {
            auto config = inferColumns(projects / file);
            QVERIFY(config);
            config->file = file;
            const auto preview = previewData(*config, projects);
            QVERIFY2(preview, preview ? "" : preview.error().message.c_str());
            QCOMPARE(preview->rowCount, rows);
            QCOMPARE(config->target == TargetKind::Value, rows == 442);
        }
    }

    void mutatedFilesNeverCrash()
    {
        PhiloxSequence random(5, RandomStream::Shuffle, 0);
        int refused = 0;
        for (int round = 0; round < 400; ++round) {
            std::string text = table();
            for (std::uint32_t n = random.below(6) + 1; n > 0; --n)
                text[random.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(random.below(256));
            refused += !load(text.substr(0, random.below(static_cast<std::uint32_t>(text.size()) + 1)));
            std::string bytes = idx(8, {20, 2, 2}, std::string(80, '\x10'));
            bytes[random.below(16)] = static_cast<char>(random.below(256));
            write("i", bytes);
            DataConfig config;
            config.format = DataFormat::Idx;
            config.file = config.labelsFile = "i";
            refused += !loadDataset(config, folder());
        }
        QVERIFY(refused > 400);
    }
};

QTEST_GUILESS_MAIN(TestData)
#include "tst_data.moc"
