#include "engine/data/csv_dataset.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/base/format.h"
#include "engine/data/assemble.h"
#include "engine/data/scaling.h"
#include "engine/data/split.h"
#include "engine/data/table_values.h"

namespace trainyard {

namespace {

constexpr std::size_t kMostCategories = 1000;
constexpr std::size_t kMostClasses = 10'000;
constexpr std::uint64_t kMostFeatureBytes = 32'000'000'000;

using Columns = std::vector<BoundColumn>;

// Classes in the order of their numbers, or of their texts.
Status readClasses(const CsvTable &table, const std::vector<std::size_t> &rows, const BoundColumn &column, Dataset &dataset,
                   std::vector<std::int32_t> &labels)
{
    std::vector<std::string> texts;
    bool whole = true;
    for (const std::size_t row : rows) {
        const auto text = table.cell(row, column.index);
        if (column.config.kind == ColumnKind::Numeric) {
            TRAINYARD_TRY(const double value, numberAt(table, row, column));
            if (value != std::floor(value) || std::abs(value) > 1e15)
                return columnError(column, "Line {}, column \"{}\": the class {} is not a whole number. Predict values instead of classes, "
                                   "or make the column categorical.", formatCount(table.lines[row]), column.config.name, text);
            texts.push_back(fmt::format("{}", static_cast<std::int64_t>(value)));
        } else {
            const auto number = parseNumber(text);
            whole = whole && number.has_value();
            texts.emplace_back(text);
        }
    }
    auto names = texts;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    if (names.size() > kMostClasses)
        return columnError(column, "The target \"{}\" has {} different classes. At most {} are possible: predict values instead.",
                           column.config.name, formatCount(static_cast<std::int64_t>(names.size())), formatCount(kMostClasses));
    if (whole)
        std::stable_sort(names.begin(), names.end(), [](const auto &a, const auto &b) { return *parseNumber(a) < *parseNumber(b); });
    std::map<std::string_view, std::int32_t> index;
    for (const std::string &name : names)
        index.emplace(name, static_cast<std::int32_t>(index.size()));
    for (const std::string &text : texts)
        labels.push_back(index[text]);
    dataset.classNames = std::move(names);
    return {};
}

struct Block {  // one column's features: [rows, width]
    std::vector<float> values;
    std::size_t width = 1;
    bool scaled = true;  // one-hot features are left as they are
};

Result<Block> numericBlock(const CsvTable &table, const std::vector<std::size_t> &rows, const BoundColumn &column, Dataset &dataset)
{
    Block block;
    TRAINYARD_TRY(block.values, numbersOf(table, rows, column, dataset.train, dataset.filledValues));
    dataset.featureNames.push_back(column.config.name);
    return block;
}

Result<Block> oneHotBlock(const CsvTable &table, const std::vector<std::size_t> &rows, const BoundColumn &column, Dataset &dataset)
{
    std::map<std::string_view, std::size_t> categories;
    for (const std::size_t row : rows) {
        const auto text = table.cell(row, column.index);
        if (!isMissing(text))
            categories.emplace(text, 0);
        if (categories.size() > kMostCategories)
            return columnError(column, "The categorical column \"{}\" has more than {} different values. Ignore the column.",
                               column.config.name, formatCount(kMostCategories));
    }
    if (categories.empty())
        return columnError(column, "The column \"{}\" has no values. Ignore the column.", column.config.name);
    std::size_t next = 0;
    for (auto &[text, index] : categories) {
        index = next++;
        dataset.featureNames.push_back(fmt::format("{}={}", column.config.name, text));
    }
    const auto indexAt = [&](std::size_t row) { return categories.at(table.cell(row, column.index)); };
    std::vector<std::int64_t> counts(categories.size());
    for (const std::int32_t row : dataset.train) {
        if (const std::size_t source = rows[static_cast<std::size_t>(row)]; !isMissing(table.cell(source, column.index)))
            ++counts[indexAt(source)];
    }
    const auto usual = static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
    Block block{std::vector<float>(rows.size() * categories.size()), categories.size(), false};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool gap = isMissing(table.cell(rows[i], column.index));
        dataset.filledValues += gap;
        block.values[i * block.width + (gap ? usual : indexAt(rows[i]))] = 1.0f;
    }
    return block;
}

}  // namespace

Result<Dataset> datasetFromTable(const CsvTable &table, const DataConfig &config)
{
    TRAINYARD_TRY(Columns columns, bindColumns(table, config.columns.empty() ? inferColumnConfigs(table) : config.columns));
    if (config.target == TargetKind::None)  // nothing is predicted from the others: the column is left out
        std::erase_if(columns, [](const BoundColumn &column) { return column.config.role == ColumnRole::Target; });
    else
        TRAINYARD_CHECK(checkRole(columns, ColumnRole::Target));
    TRAINYARD_CHECK(checkRole(columns, ColumnRole::Feature));
    TRAINYARD_TRY(const auto rows, rowsToKeep(table, columns, config.missing));
    const auto count = static_cast<std::int64_t>(rows.size());
    Dataset dataset;
    dataset.droppedRows = static_cast<std::int64_t>(table.rows()) - count;
    Columns targets, features;
    for (const BoundColumn &column : columns)
        (column.config.role == ColumnRole::Target ? targets : features).push_back(column);
    for (const BoundColumn &column : targets)
        dataset.targetNames.push_back(column.config.name);

    std::vector<std::int32_t> labels;
    if (config.target == TargetKind::Value) {
        dataset.targets = HostTensor({DType::F32, Shape{count, static_cast<std::int64_t>(targets.size())}});
        float *out = dataset.targets.as<float>().data();
        for (const std::size_t row : rows) {
            for (const BoundColumn &column : targets) {
                TRAINYARD_TRY(const double value, numberAt(table, row, column));
                *out++ = static_cast<float>(value);
            }
        }
    } else if (config.target != TargetKind::None) {
        if (targets.size() != 1)
            return fail(ErrorCode::InvalidData, "{} columns are targets. Classes come from one column: choose one.", targets.size());
        TRAINYARD_CHECK(readClasses(table, rows, targets[0], dataset, labels));
        TRAINYARD_CHECK(setClassTargets(dataset, labels, config.target));
    }
    TRAINYARD_CHECK(splitDataset(dataset, count, labels, config.split));

    std::vector<Block> blocks;
    std::size_t width = 0;
    for (const BoundColumn &column : features) {
        TRAINYARD_TRY(Block block, column.config.kind == ColumnKind::Numeric ? numericBlock(table, rows, column, dataset)
                                                                             : oneHotBlock(table, rows, column, dataset));
        width += block.width;
        if (static_cast<std::uint64_t>(width) * rows.size() * sizeof(float) > kMostFeatureBytes)
            return fail(ErrorCode::OutOfMemory, "The features need more than {}. Ignore columns with many categories.",
                        formatBytes(kMostFeatureBytes));
        blocks.push_back(std::move(block));
    }
    TRAINYARD_TRY(const Shape shape, checkedSampleShape(config.sampleShape, Shape{static_cast<std::int64_t>(width)}));
    TRAINYARD_TRY(dataset.augment, checkedAugmentation(config, shape));
    dataset.features = HostTensor({DType::F32, shape.withBatch(count)});
    const auto out = dataset.features.as<float>();
    std::size_t start = 0;
    for (const Block &block : blocks) {
        for (std::size_t row = 0; row < rows.size(); ++row)
            std::copy_n(block.values.begin() + static_cast<std::ptrdiff_t>(row * block.width), block.width,
                        out.begin() + static_cast<std::ptrdiff_t>(row * width + start));
        start += block.width;
    }
    fitDataset(dataset, config);
    start = 0;
    for (const Block &block : blocks) {
        for (std::size_t i = start; !block.scaled && dataset.featureScale.size() == width && i < start + block.width; ++i) {
            dataset.featureOffset[i] = 0.0f;
            dataset.featureScale[i] = 1.0f;
        }
        start += block.width;
    }
    return dataset;
}

}  // namespace trainyard
