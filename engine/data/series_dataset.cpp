#include "engine/data/series_dataset.h"

#include <algorithm>
#include <numeric>

#include "engine/base/format.h"
#include "engine/data/assemble.h"
#include "engine/data/scaling.h"
#include "engine/data/table_values.h"
#include "engine/data/windows.h"

namespace trainyard {

namespace {

using Columns = std::vector<BoundColumn>;

// Some columns of the series, [rows, columns].
HostTensor matrixOf(const std::vector<std::vector<float>> &values, const std::vector<std::size_t> &columns)
{
    const std::size_t rows = values[0].size();
    HostTensor matrix({DType::F32, Shape{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns.size())}});
    float *out = matrix.as<float>().data();
    for (std::size_t row = 0; row < rows; ++row)
        for (const std::size_t column : columns)
            *out++ = values[column][row];
    return matrix;
}

// Rows from start + skip on of each window, flat.
HostTensor windowsOf(const HostTensor &matrix, const std::vector<std::int64_t> &starts, std::int64_t skip, std::int64_t rows)
{
    const std::int64_t width = matrix.type.shape[1];
    HostTensor windows({DType::F32, Shape{static_cast<std::int64_t>(starts.size()), rows * width}});
    auto out = windows.as<float>().begin();
    for (const std::int64_t start : starts)
        out = std::copy_n(matrix.as<float>().begin() + (start + skip) * width, rows * width, out);
    return windows;
}

// The columns' own entries for every row of a window.
ScalingFit repeated(const ScalingFit &fit, std::int64_t rows)
{
    ScalingFit all;
    for (std::int64_t row = 0; row < rows; ++row) {
        all.offset.insert(all.offset.end(), fit.offset.begin(), fit.offset.end());
        all.scale.insert(all.scale.end(), fit.scale.begin(), fit.scale.end());
    }
    return all;
}

Status checkSeries(const Columns &columns, const DataConfig &config)
{
    if (config.target != TargetKind::Value && config.target != TargetKind::None)
        return fail(ErrorCode::InvalidData, "The targets of a series are numbers, not classes. Choose numbers as the target on the Data page.");
    for (const BoundColumn &column : columns)
        if (column.config.kind == ColumnKind::Categorical)
            return columnError(column, "The column \"{}\" holds categories, but a series is made of numbers. Ignore the column.", column.config.name);
    if (columns.empty())
        return checkRole(columns, ColumnRole::Feature);
    return config.target == TargetKind::Value ? checkRole(columns, ColumnRole::Target) : Status();
}

}  // namespace

std::vector<ColumnConfig> inferSeriesColumns(const CsvTable &table)
{
    std::vector<ColumnConfig> columns = inferColumnConfigs(table);
    ColumnConfig *last = nullptr;
    for (ColumnConfig &column : columns) {
        column.role = column.kind == ColumnKind::Numeric ? ColumnRole::Feature : ColumnRole::Ignore;
        last = column.kind == ColumnKind::Numeric ? &column : last;
    }
    if (last)
        last->role = ColumnRole::Target;
    return columns;
}

Result<Dataset> datasetFromSeries(const CsvTable &table, const DataConfig &config)
{
    TRAINYARD_TRY(const Columns columns, bindColumns(table, config.columns.empty() ? inferSeriesColumns(table) : config.columns));
    TRAINYARD_CHECK(checkSeries(columns, config));
    TRAINYARD_TRY(const std::vector<std::size_t> rows, rowsToKeep(table, columns, config.missing));
    const bool values = config.target == TargetKind::Value;
    const WindowConfig &window = config.window;
    TRAINYARD_TRY(const WindowRows cut,
                  cutWindows(static_cast<std::int64_t>(rows.size()), values ? window.horizon : 0, window, config.split, "rows"));

    Dataset dataset;
    dataset.droppedRows = static_cast<std::int64_t>(table.rows() - rows.size());
    std::vector<std::int32_t> trainRows(static_cast<std::size_t>(cut.trainPositions));
    std::iota(trainRows.begin(), trainRows.end(), 0);
    std::vector<std::vector<float>> series;
    std::vector<std::size_t> all, predicted;
    for (const BoundColumn &column : columns) {
        TRAINYARD_TRY(series.emplace_back(), numbersOf(table, rows, column, trainRows, dataset.filledValues));
        all.push_back(series.size() - 1);
        if (column.config.role == ColumnRole::Target && values)
            predicted.push_back(all.back());
        dataset.featureNames.push_back(column.config.name);
    }
    const auto width = static_cast<std::int64_t>(all.size()), targets = static_cast<std::int64_t>(predicted.size());
    TRAINYARD_CHECK(checkWindowBytes(cut, sizeof(float) * static_cast<std::uint64_t>(window.length * width + window.horizon * targets)));
    const Shape own{window.length, width};
    TRAINYARD_TRY(const Shape shape, checkedSampleShape(config.sampleShape, own));
    TRAINYARD_TRY(dataset.augment, checkedAugmentation(config, shape));

    const HostTensor matrix = matrixOf(series, all);
    dataset.features = windowsOf(matrix, cut.starts, 0, window.length);
    dataset.features.type.shape = shape.withBatch(dataset.features.type.shape[0]);
    const ScalingFit features = repeated(fitScaling(matrix, trainRows, config.scaling, true), window.length);
    dataset.featureOffset = features.offset;
    dataset.featureScale = features.scale;
    setWindowParts(dataset, cut);
    if (!values)
        return dataset;
    const HostTensor targetMatrix = matrixOf(series, predicted);
    dataset.targets = windowsOf(targetMatrix, cut.starts, window.length, window.horizon);
    const ScalingFit fit = repeated(fitScaling(targetMatrix, trainRows, config.targetScaling, true), window.horizon);
    dataset.targetOffset = fit.offset;
    dataset.targetScale = fit.scale;
    for (std::int64_t step = 1; step <= window.horizon; ++step)
        for (const std::size_t column : predicted)
            dataset.targetNames.push_back(fmt::format("{} +{}", dataset.featureNames[column], step));
    return dataset;
}

}  // namespace trainyard
