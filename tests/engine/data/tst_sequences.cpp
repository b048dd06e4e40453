#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <numeric>

#include <nlohmann/json.hpp>

#include "engine/base/philox.h"
#include "engine/data/dataset.h"
#include "engine/data/preview.h"
#include "engine/data/text_dataset.h"

using namespace trainyard;

// Data sets beyond one row and one label: texts, series, masks, and samples that are their own targets.
class TestSequences : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }
    void write(const char *name, const std::string &text) { std::ofstream(folder() / name, std::ios::binary) << text; }

    static DataConfig windows(DataFormat format, std::int64_t length, std::int64_t stride, std::int64_t horizon = 1)
    {
        DataConfig config;
        config.format = format;
        config.file = "f";
        config.window = {length, stride, horizon, TokenKind::Characters};
        config.target = format == DataFormat::Text ? TargetKind::ClassIndex : TargetKind::Value;
        return config;
    }

    Result<Dataset> load(const std::string &content, const DataConfig &config)
    {
        write("f", content);
        return loadDataset(config, folder());
    }

    void expectError(const Result<Dataset> &result, const char *part)
    {
        QVERIFY(!result);
        QVERIFY2(result.error().message.find(part) != std::string::npos, result.error().message.c_str());
    }

    static std::string idx(std::initializer_list<int> sizes, const std::string &data)
    {
        std::string out{0, 0, 8, static_cast<char>(sizes.size())};
        for (int size : sizes)
            for (int shift : {24, 16, 8, 0})
                out += static_cast<char>(size >> shift);
        return out + data;
    }

    // Row i holds i, 10 i and a date.
    static std::string counting(int rows)
    {
        std::string text = "date,a,b\n";
        for (int i = 0; i < rows; ++i)
            text += fmt::format("day {},{},{}\n", i, i, 10 * i);
        return text;
    }

private slots:
    void aTextBecomesWindowsAndTheTokenAfterEach()
    {
        DataConfig config = windows(DataFormat::Text, 4, 2);
        config.split.validationShare = config.split.testShare = 0.2;
        const auto data = load("\xEF\xBB\xBF" "abcdefghij\xC3\xA9klmnopqrstuvwxyz abc", config);  // 31 characters
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->vocabulary.size(), std::size_t{28});
        QCOMPARE(data->vocabulary.front(), std::string(" "));
        QCOMPARE(data->vocabulary.back(), std::string("\xC3\xA9"));  // by code point
        QCOMPARE(data->classes(), 28);
        QCOMPARE(data->sampleShape(), (Shape{4}));
        QCOMPARE(data->targetShape(), (Shape{4}));
        QCOMPARE(data->features.type.dtype, DType::I32);
        // 19 characters of training, 6 of validation and of test; a window takes 5 of them.
        QCOMPARE(data->train.size(), std::size_t{8});
        QCOMPARE(data->validation, (std::vector<std::int32_t>{8}));
        QCOMPARE(data->test, (std::vector<std::int32_t>{9}));
        const auto text = [&](const HostTensor &tensor, int row) {
            std::string out;
            for (const std::int32_t token : tensor.as<std::int32_t>().subspan(static_cast<std::size_t>(row) * 4, 4))
                out += data->vocabulary[static_cast<std::size_t>(token)];
            return out;
        };
        QCOMPARE(text(data->features, 0), std::string("abcd"));
        QCOMPARE(text(data->targets, 0), std::string("bcde"));
        QCOMPARE(text(data->features, 1), std::string("cdef"));
        QCOMPARE(text(data->features, 7), std::string("nopq"));
        QCOMPARE(text(data->targets, 7), std::string("opqr"));  // the 19th character; the next one is the validation part's
        QCOMPARE(text(data->features, 8), std::string("stuv"));
        QCOMPARE(text(data->features, 9), std::string("yz a"));
    }

    void bytesAreTokensOfAnyFile()
    {
        DataConfig config = windows(DataFormat::Text, 2, 1);
        config.window.tokens = TokenKind::Bytes;
        const auto data = load(std::string("\0\xFF\1 and more bytes of it", 23), config);
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->vocabulary.size(), std::size_t{256});
        QCOMPARE(data->features.as<std::int32_t>()[1], 255);
        QCOMPARE(tokenText(data->vocabulary[255]), std::string("0xFF"));
        config.window.tokens = TokenKind::Characters;
        expectError(loadDataset(config, folder()), "not a text file");
    }

    void noTokenIsInTwoParts()
    {
        for (const std::int64_t stride : {1, 3, 7, 20}) {
            DataConfig config = windows(DataFormat::Text, 7, stride);
            config.window.tokens = TokenKind::Bytes;
            std::string content(250, '\0');
            std::iota(content.begin(), content.end(), '\0');  // each byte tells its position
            const auto data = load(content, config);
            QVERIFY(data);
            std::vector<int> partOf(256, -1);
            int part = 0;
            for (const auto *rows : {&data->train, &data->validation, &data->test}) {
                QVERIFY(!rows->empty());
                for (const std::int32_t row : *rows)
                    for (const HostTensor *tensor : {&data->features, &data->targets})
                        for (const std::int32_t token : tensor->as<std::int32_t>().subspan(static_cast<std::size_t>(row) * 7, 7)) {
                            QVERIFY(partOf[static_cast<std::size_t>(token)] == -1 || partOf[static_cast<std::size_t>(token)] == part);
                            partOf[static_cast<std::size_t>(token)] = part;
                        }
                ++part;
            }
        }
    }

    void textsThatDoNotFitAreRefusedWithTheReason()
    {
        DataConfig config = windows(DataFormat::Text, 64, 32);
        expectError(load("", config), "is empty");
        expectError(load("short", config), "The training part is too short");
        config.split.validationShare = 0.01;
        expectError(load(std::string(1000, 'a'), config), "The validation part is too short: it has 10 of 1,000 characters, and one window takes 65");
        config.split.validationShare = config.split.testShare = 0.5;
        expectError(load(std::string(1000, 'a'), config), "leave nothing to train on");
        config = windows(DataFormat::Text, 0, 1);
        expectError(load(std::string(100, 'a'), config), "cannot be cut");
        config = windows(DataFormat::Text, 4, 1);
        config.target = TargetKind::Value;
        expectError(load(std::string(100, 'a'), config), "Choose class indices");
        config.target = TargetKind::ClassIndex;
        config.sampleShape = {2, 2};
        expectError(load(std::string(100, 'a'), config), "Clear both");
    }

    void aSeriesBecomesWindowsAndWhatComesAfter()
    {
        DataConfig config = windows(DataFormat::Series, 4, 3, 2);
        config.split.validationShare = config.split.testShare = 0.25;
        const auto data = load(counting(40), config);
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->sampleShape(), (Shape{4, 2}));  // the dates are ignored, the target's past is seen
        QCOMPARE(data->targetShape(), (Shape{2}));
        QCOMPARE(data->targetNames, (std::vector<std::string>{"b +1", "b +2"}));
        QCOMPARE(data->train.size(), std::size_t{5});  // starts 0, 3, 6, 9, 12 of 20 rows
        QCOMPARE(data->validation.size(), std::size_t{2});
        const auto features = data->features.as<float>();
        QCOMPARE(features[0], 0.0f);
        QCOMPARE(features[8 + 1], 30.0f);  // window 1 begins with row 3
        QCOMPARE(data->targets.as<float>()[0], 40.0f);
        QCOMPARE(data->targets.as<float>()[3], 80.0f);  // window 1, two rows on
        QCOMPARE(features[5 * 8], 20.0f);  // the validation part begins with row 20
        // Scaling is the column's, of the training part's 20 rows, the same for each row of a window.
        QCOMPARE(data->featureOffset.size(), std::size_t{8});
        for (std::size_t i = 0; i < 8; ++i)
            QCOMPARE(data->featureOffset[i], i % 2 == 0 ? 9.5f : 95.0f);
        QCOMPARE(data->targetOffset, (std::vector<float>{95.0f, 95.0f}));
        QCOMPARE(data->targetScale[0], data->targetScale[1]);
    }

    void aSeriesHasSeveralTargetsOrNone()
    {
        DataConfig config = windows(DataFormat::Series, 4, 4, 3);
        config.columns = {{"date", ColumnRole::Ignore, ColumnKind::Categorical}, {"a", ColumnRole::Target}, {"b", ColumnRole::Target}};
        const auto both = load(counting(60), config);
        QVERIFY2(both, both ? "" : both.error().message.c_str());
        QCOMPARE(both->targetShape(), (Shape{6}));
        QCOMPARE(both->targetNames[3], std::string("b +2"));
        QCOMPARE(both->targets.as<float>()[1], 40.0f);
        config.target = TargetKind::None;
        const auto none = loadDataset(config, folder());
        QVERIFY2(none, none ? "" : none.error().message.c_str());
        QVERIFY(!none->hasTargets());
        QCOMPARE(none->targetShape(), (Shape{4, 2}));
        config.columns[0].role = ColumnRole::Feature;
        expectError(loadDataset(config, folder()), "\"date\" holds categories");
        config.columns[0].role = ColumnRole::Ignore;
        config.target = TargetKind::ClassIndex;
        expectError(loadDataset(config, folder()), "are numbers, not classes");
        config.target = TargetKind::Value;
        config.columns[1].role = config.columns[2].role = ColumnRole::Feature;
        expectError(loadDataset(config, folder()), "No column is the target");
        config.columns[1].role = config.columns[2].role = ColumnRole::Ignore;
        expectError(loadDataset(config, folder()), "No column is a feature");
    }

    void gapsInASeriesAreFilledFromTheTrainingPartOrDropped()
    {
        DataConfig config = windows(DataFormat::Series, 2, 1);
        config.split.validationShare = config.split.testShare = 0.25;
        std::string text = "a,b\n";
        for (int i = 0; i < 20; ++i)
            text += (i == 12 ? std::string("?") : std::to_string(i)) + ",1" + std::to_string(i) + "\n";
        const auto filled = load(text, config);
        QVERIFY2(filled, filled ? "" : filled.error().message.c_str());
        QCOMPARE(filled->filledValues, 1);
        const std::size_t window = filled->train.size() + 2;  // of the validation part, rows 12 and 13
        QCOMPARE(filled->features.as<float>()[window * 4], 4.5f);  // the mean of 0 to 9
        config.missing = MissingValues::DropRow;
        QCOMPARE(loadDataset(config, folder())->droppedRows, 1);
        config.missing = MissingValues::Error;
        expectError(loadDataset(config, folder()), "Line 14, column \"a\"");
    }

    void masksAreAClassPerPixel()
    {
        DataConfig config;
        config.format = DataFormat::Idx;
        config.file = "images";
        config.labelsFile = "masks";
        std::string mask;
        for (int i = 0; i < 20 * 6; ++i)
            mask += static_cast<char>(i % 3 == 0 ? 0 : i % 3 == 1 ? 7 : 255);
        write("images", idx({20, 2, 3}, std::string(120, '\x10')));
        write("masks", idx({20, 2, 3}, mask));
        const auto data = loadDataset(config, folder());
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->sampleShape(), (Shape{2, 3, 1}));
        QCOMPARE(data->targetShape(), (Shape{2, 3}));
        QCOMPARE(data->targets.type.dtype, DType::I32);
        QCOMPARE(data->classNames, (std::vector<std::string>{"0", "7", "255"}));
        QCOMPARE(data->targets.as<std::int32_t>()[2], 2);
        const auto preview = previewData(config, folder()).value();
        QCOMPARE(preview.images[0].mask, (std::vector<std::uint8_t>{0, 1, 2, 0, 1, 2}));
        QCOMPARE(preview.images[0].label, std::string());
        QCOMPARE(preview.classes[1].total, 40);  // pixels
        config.augment.flipHorizontal = true;
        expectError(loadDataset(config, folder()), "but not the 2x3 labels");
        config.augment = {};
        config.sampleShape = {3, 2, 1};
        expectError(loadDataset(config, folder()), "A sample is 3x2x1, its labels are 2x3");
        config.sampleShape = {};
        config.target = TargetKind::OneHot;
        expectError(loadDataset(config, folder()), "a label for every pixel");
        config.target = TargetKind::ClassIndex;
        write("masks", idx({20, 3, 2}, mask));
        expectError(loadDataset(config, folder()), "Both must have the same height and width");
        write("masks", idx({20, 6}, mask));
        expectError(loadDataset(config, folder()), "Is it the images file?");
        write("masks", idx({20, 2, 3}, std::string(120, '\1')));
        expectError(loadDataset(config, folder()), "one class only");
    }

    void withoutATargetNoLabelsAreNeeded()
    {
        DataConfig config;
        config.format = DataFormat::Idx;
        config.file = "images";
        config.target = TargetKind::None;
        write("images", idx({20, 2, 3}, std::string(120, '\x10')));
        const auto images = loadDataset(config, folder());
        QVERIFY2(images, images ? "" : images.error().message.c_str());
        QVERIFY(!images->hasTargets() && images->classes() == 0 && images->targets.data.empty());
        QCOMPARE(images->targetShape(), (Shape{2, 3, 1}));
        QCOMPARE(images->train.size(), std::size_t{14});
        config.format = DataFormat::Csv;
        config.file = "f";
        config.scaling = Scaling::None;
        config.columns = {{"date", ColumnRole::Target, ColumnKind::Categorical}, {"a"}, {"b"}};
        const auto table = load(counting(20), config);
        QVERIFY2(table, table ? "" : table.error().message.c_str());
        QVERIFY(!table->hasTargets());
        QCOMPARE(table->sampleShape(), (Shape{2}));  // the target's column is left out
        config.columns[1].role = config.columns[2].role = ColumnRole::Ignore;
        expectError(loadDataset(config, folder()), "No column is a feature");
    }

    void theSettingsSurviveJsonAndStandOnlyWhereTheyCount()
    {
        QVERIFY(!dataToJson({}).contains("window"));
        for (const DataFormat format : {DataFormat::Text, DataFormat::Series}) {
            DataConfig config = windows(format, 12, 5, 3);
            config.window.tokens = TokenKind::Bytes;
            QVERIFY(dataFromJson(dataToJson(config)).value() == config);
            for (const nlohmann::ordered_json &value : {nlohmann::ordered_json(0), nlohmann::ordered_json(-3), nlohmann::ordered_json(1.5),
                                                        nlohmann::ordered_json("4"), nlohmann::ordered_json(18446744073709551615u)}) {
                auto json = dataToJson(config);
                json["window"]["stride"] = value;
                const auto read = dataFromJson(json);
                QVERIFY(!read && read.error().message.find("\"stride\"") != std::string::npos);
            }
        }
        DataConfig config;
        config.target = TargetKind::None;
        QVERIFY(dataFromJson(dataToJson(config)).value() == config);
    }

    void thePreviewShowsTextAndSeries()
    {
        DataConfig config = windows(DataFormat::Text, 4, 4);
        std::string text;
        for (int i = 0; i < 9000; ++i)
            text += "\xC3\xA9" "a\n";
        QVERIFY(load(text, config));
        auto preview = previewData(config, folder()).value();
        QVERIFY(preview.text.has_value());
        QCOMPARE(preview.text->tokens, 27'000);
        QCOMPARE(preview.text->vocabulary, 3);
        QCOMPARE(preview.text->beginning, text.substr(0, 20'000));
        QCOMPARE(preview.classes[0].name, std::string("line end"));
        QCOMPARE(preview.classes[0].train + preview.classes[0].validation + preview.classes[0].test, preview.classes[0].total);
        config = windows(DataFormat::Series, 4, 4);
        write("f", counting(60));
        preview = previewData(config, folder()).value();
        QCOMPARE(preview.columns.size(), std::size_t{3});
        QCOMPARE(preview.columns[0].role, ColumnRole::Ignore);
        QCOMPARE(preview.columns[2].role, ColumnRole::Target);
        QCOMPARE(preview.rows.size(), std::size_t{60});
        QVERIFY(preview.images.empty());
        QVERIFY(inferSeries(folder() / "f")->columns[2].role == ColumnRole::Target);
    }

    void arraysOfTokensMakeADataSet()
    {
        const auto tokens = [](std::int32_t first) {
            HostTensor tensor({DType::I32, Shape{10, 3}});
            for (std::size_t i = 0; i < 30; ++i)
                tensor.as<std::int32_t>()[i] = first + static_cast<std::int32_t>(i % 7);
            return tensor;
        };
        const auto data = makeDataset(tokens(0), tokens(1), {});
        QVERIFY2(data, data ? "" : data.error().message.c_str());
        QCOMPARE(data->classes(), 8);
        QCOMPARE(data->vocabulary.size(), std::size_t{8});
        QVERIFY(!makeDataset(tokens(-1), tokens(1), {}));
        DataConfig none;
        none.target = TargetKind::None;
        QVERIFY(!makeDataset(tokens(0), tokens(1), none));
        HostTensor numbers({DType::F32, Shape{10, 4}});
        QVERIFY(!makeDataset(std::move(numbers), {}, none)->hasTargets());
    }

    void mutatedFilesNeverCrash()
    {
        PhiloxSequence random(6, RandomStream::Shuffle, 0);
        for (int round = 0; round < 300; ++round) {
            std::string text = counting(30);
            for (std::uint32_t n = random.below(8) + 1; n > 0; --n)
                text[random.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(random.below(256));
            text.resize(random.below(static_cast<std::uint32_t>(text.size()) + 1));
            write("f", text);
            DataConfig config = windows(round % 2 ? DataFormat::Text : DataFormat::Series, 1 + random.below(6), 1 + random.below(6), 1 + random.below(3));
            config.window.tokens = round % 4 < 2 ? TokenKind::Characters : TokenKind::Bytes;
            const auto data = loadDataset(config, folder());
            QCOMPARE(data.has_value(), previewData(config, folder()).has_value());
        }
    }
};

QTEST_GUILESS_MAIN(TestSequences)
#include "tst_sequences.moc"
