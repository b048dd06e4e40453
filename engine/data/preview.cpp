#include "engine/data/preview.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "engine/data/columns.h"
#include "engine/data/csv_dataset.h"
#include "engine/data/series_dataset.h"
#include "engine/data/text_dataset.h"
#include "engine/data/text_file.h"

namespace trainyard {

namespace {

constexpr std::size_t kRows = 200;
constexpr std::size_t kImages = 64;
constexpr std::size_t kTextBytes = 20'000;
constexpr std::size_t kMostInferredClasses = 100;

// The class of a row that has one.
std::int32_t labelAt(const Dataset &dataset, std::size_t row)
{
    if (dataset.targets.type.dtype == DType::I32)
        return dataset.targets.as<std::int32_t>()[row];
    const auto classes = static_cast<std::size_t>(dataset.classes());
    const auto values = dataset.targets.as<float>().subspan(row * classes, classes);
    return static_cast<std::int32_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

// Whether each pixel or token has a class of its own.
bool hasPositions(const Dataset &dataset)
{
    return dataset.hasTargets() && dataset.targets.type.dtype == DType::I32 && dataset.targetShape().rank() > 0;
}

void countClasses(const Dataset &dataset, DataPreview &preview)
{
    for (const std::string &name : dataset.classNames)
        preview.classes.push_back({dataset.vocabulary.empty() ? name : tokenText(name)});
    if (preview.classes.empty())
        return;
    const auto positions = static_cast<std::size_t>(hasPositions(dataset) ? dataset.targetShape().elements() : 1);
    const auto count = [&](const std::vector<std::int32_t> &rows, std::int64_t ClassCount::*part) {
        for (const std::int32_t row : rows) {
            for (std::size_t i = 0; i < positions; ++i) {
                ClassCount &entry = preview.classes[static_cast<std::size_t>(labelAt(dataset, static_cast<std::size_t>(row) * positions + i))];
                ++(entry.*part);
                ++entry.total;
            }
        }
    };
    count(dataset.train, &ClassCount::train);
    count(dataset.validation, &ClassCount::validation);
    count(dataset.test, &ClassCount::test);
}

// Of the image's own pixels: nothing where the targets are no mask of it.
std::vector<std::uint8_t> maskAt(const Dataset &dataset, std::size_t row)
{
    const Shape positions = dataset.targetShape(), sample = dataset.sampleShape();
    if (!hasPositions(dataset) || positions.rank() != 2 || positions[0] != sample[0] || positions[1] != sample[1])
        return {};
    const auto pixels = static_cast<std::size_t>(positions.elements());
    std::vector<std::uint8_t> mask;
    for (const std::int32_t index : dataset.targets.as<std::int32_t>().subspan(row * pixels, pixels))
        mask.push_back(static_cast<std::uint8_t>(std::min(index, std::int32_t{255})));
    return mask;
}

void takeImages(const Dataset &dataset, DataPreview &preview)
{
    const Shape shape = dataset.sampleShape();
    const bool image = shape.rank() == 2 || (shape.rank() == 3 && (shape[2] == 1 || shape[2] == 3));
    if (!image || shape[0] > 4096 || shape[1] > 4096)
        return;
    const auto size = static_cast<std::size_t>(shape.elements());
    const std::size_t images = std::min(kImages, static_cast<std::size_t>(dataset.rows()));
    const bool bytes = dataset.features.type.dtype == DType::U8;
    const auto raw = [&](std::size_t i) {
        return bytes ? static_cast<float>(dataset.features.as<std::uint8_t>()[i]) : dataset.features.as<float>()[i];
    };
    float low = raw(0), high = low;
    for (std::size_t i = 1; i < images * size; ++i) {
        low = std::min(low, raw(i));
        high = std::max(high, raw(i));
    }
    const double scale = high > low ? 255.0 / (static_cast<double>(high) - low) : 0.0;
    for (std::size_t n = 0; n < images; ++n) {
        SampleImage out{static_cast<int>(shape[1]), static_cast<int>(shape[0]), shape.rank() == 3 ? static_cast<int>(shape[2]) : 1};
        for (std::size_t i = n * size; i < (n + 1) * size; ++i)
            out.pixels.push_back(static_cast<std::uint8_t>(std::lround((static_cast<double>(raw(i)) - low) * scale)));
        out.mask = maskAt(dataset, n);
        if (dataset.classes() > 0 && !hasPositions(dataset))
            out.label = dataset.classNames[static_cast<std::size_t>(labelAt(dataset, n))];
        preview.images.push_back(std::move(out));
    }
}

void describeColumns(const CsvTable &table, const DataConfig &config, DataPreview &preview)
{
    const auto inferred = config.format == DataFormat::Series ? inferSeriesColumns(table) : inferColumnConfigs(table);
    for (std::size_t i = 0; i < table.columns(); ++i) {
        ColumnPreview column{table.names[i], inferred[i].kind, inferred[i].kind, inferred[i].role};
        if (!config.columns.empty()) {
            const auto found = std::find_if(config.columns.begin(), config.columns.end(), [&](const ColumnConfig &entry) {
                return table.hasHeader ? entry.name == column.name : &entry == &config.columns[0] + i;
            });
            column.role = found != config.columns.end() ? found->role : ColumnRole::Ignore;
            column.kind = found != config.columns.end() ? found->kind : column.kind;
        }
        for (std::size_t row = 0; row < table.rows(); ++row)
            column.missing += isMissing(table.cell(row, i));
        preview.columns.push_back(std::move(column));
    }
    for (std::size_t row = 0; row < std::min(kRows, table.rows()); ++row) {
        auto &texts = preview.rows.emplace_back();
        for (std::size_t i = 0; i < table.columns(); ++i)
            texts.emplace_back(table.cell(row, i));
    }
}

// What can be shown of any file: bytes that are no text become dots.
std::string textBeginning(const std::vector<char> &text, const std::filesystem::path &path)
{
    std::size_t length = std::min(kTextBytes, text.size());
    while (length < text.size() && length > 0 && (static_cast<std::uint8_t>(text[length]) & 0xC0) == 0x80)
        --length;  // not inside a character
    std::vector<char> beginning(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length));
    if (const auto utf8 = toUtf8(beginning, path))
        return {utf8->begin(), utf8->end()};
    for (char &c : beginning)
        c = (c >= ' ' && c <= '~') || c == '\n' || c == '\t' ? c : '.';
    return {beginning.begin(), beginning.end()};
}

void describe(const Dataset &dataset, const DataConfig &config, DataPreview &preview)
{
    preview.rowCount = dataset.rows();
    preview.droppedRows = dataset.droppedRows;
    preview.filledValues = dataset.filledValues;
    preview.trainRows = static_cast<std::int64_t>(dataset.train.size());
    preview.validationRows = static_cast<std::int64_t>(dataset.validation.size());
    preview.testRows = static_cast<std::int64_t>(dataset.test.size());
    preview.sampleShape = dataset.sampleShape();
    countClasses(dataset, preview);
    if (config.format != DataFormat::Series)  // whose windows are no images, although they have two axes
        takeImages(dataset, preview);
}

}  // namespace

Result<DataPreview> previewData(const DataConfig &config, const std::filesystem::path &projectFolder)
{
    DataPreview preview;
    try {
        if (config.format == DataFormat::Idx || config.file.empty()) {
            TRAINYARD_TRY(const Dataset dataset, loadDataset(config, projectFolder));
            describe(dataset, config, preview);
            return preview;
        }
        if (config.format == DataFormat::Text) {
            TRAINYARD_TRY(const std::vector<char> text, readText(config, projectFolder));
            TRAINYARD_TRY(const Dataset dataset, datasetFromText(text, config));
            TRAINYARD_TRY(const TokenText content, tokenize(text, config.window.tokens));
            preview.text = TextPreview{textBeginning(text, config.file), static_cast<std::int64_t>(content.tokens.size()),
                                       static_cast<std::int64_t>(content.vocabulary.size())};
            describe(dataset, config, preview);
            return preview;
        }
        TRAINYARD_TRY(const CsvTable table, readCsv(projectFolder / config.file, config.header, config.delimiter));
        describeColumns(table, config, preview);
        TRAINYARD_TRY(const Dataset dataset, config.format == DataFormat::Series ? datasetFromSeries(table, config) : datasetFromTable(table, config));
        describe(dataset, config, preview);
        return preview;
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to show {}.", config.file);
    }
}

namespace {

DataConfig configOf(const CsvTable &table, const std::filesystem::path &file)
{
    DataConfig config;
    config.file = file.filename().string();
    config.header = table.hasHeader ? HeaderRow::Yes : HeaderRow::No;
    config.delimiter = table.delimiter;
    return config;
}

}  // namespace

Result<DataConfig> inferSeries(const std::filesystem::path &file)
{
    TRAINYARD_TRY(const CsvTable table, readCsv(file, HeaderRow::Auto, 0));
    DataConfig config = configOf(table, file);
    config.format = DataFormat::Series;
    config.columns = inferSeriesColumns(table);
    config.target = TargetKind::Value;
    return config;
}

Result<DataConfig> inferColumns(const std::filesystem::path &file)
{
    TRAINYARD_TRY(const CsvTable table, readCsv(file, HeaderRow::Auto, 0));
    DataConfig config = configOf(table, file);
    config.columns = inferColumnConfigs(table);
    if (config.columns.back().kind == ColumnKind::Categorical)
        return config;
    std::set<double> values;
    bool whole = true;
    for (std::size_t row = 0; row < table.rows() && values.size() <= kMostInferredClasses; ++row) {
        if (const auto value = parseNumber(table.cell(row, table.columns() - 1))) {
            values.insert(*value);
            whole = whole && *value == std::floor(*value);
        }
    }
    config.target = whole && values.size() <= kMostInferredClasses ? TargetKind::ClassIndex : TargetKind::Value;
    return config;
}

}  // namespace trainyard
