#include "engine/data/dataset.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "engine/base/format.h"
#include "engine/data/csv_dataset.h"
#include "engine/data/idx_reader.h"
#include "engine/data/assemble.h"

namespace trainyard {

namespace {

double valueAt(const HostTensor &tensor, std::size_t i)
{
    return tensor.type.dtype == DType::U8 ? tensor.as<std::uint8_t>()[i] : static_cast<double>(tensor.as<float>()[i]);
}

Status append(HostTensor &images, const HostTensor &more, const std::string &name)
{
    if (images.type.dtype != more.type.dtype || images.type.shape.withoutBatch() != more.type.shape.withoutBatch())
        return fail(ErrorCode::InvalidData, "The test file {} holds samples of {} {}, the training file {} {}. They must be alike.", name,
                    more.type.shape.withoutBatch().text(), dtypeName(more.type.dtype), images.type.shape.withoutBatch().text(),
                    dtypeName(images.type.dtype));
    images.data.insert(images.data.end(), more.data.begin(), more.data.end());
    images.type.shape = images.type.shape.withoutBatch().withBatch(images.type.shape[0] + more.type.shape[0]);
    return {};
}

struct IdxPart {
    HostTensor images, labels;
};

Result<IdxPart> readPart(const std::filesystem::path &folder, const std::string &file, const std::string &labelsFile)
{
    if (file.empty() || labelsFile.empty())
        return fail(ErrorCode::InvalidData, "IDX data needs two files, one with samples and one with labels. Choose both.");
    TRAINYARD_TRY(HostTensor images, readIdx(folder / file));
    TRAINYARD_TRY(HostTensor labels, readIdx(folder / labelsFile));
    if (images.type.shape.rank() < 2)
        return fail(ErrorCode::InvalidData, "{} holds single numbers, not samples. Is it the labels file?", file);
    if (labels.type.shape.rank() != 1)
        return fail(ErrorCode::InvalidData, "{} has the shape {}, but labels are one number per row. Is it the images file?", labelsFile,
                    labels.type.shape.text());
    if (labels.type.shape[0] != images.type.shape[0])
        return fail(ErrorCode::InvalidData, "{} holds {} samples, {} holds {} labels. The files do not belong together.", file,
                    formatCount(images.type.shape[0]), labelsFile, formatCount(labels.type.shape[0]));
    return IdxPart{std::move(images), std::move(labels)};
}

// Shared by IDX files and arrays: config's shape, target, split and scaling; testRows at the end are the test part.
Result<Dataset> assemble(HostTensor features, HostTensor targets, const DataConfig &config, std::vector<std::string> classNames,
                         std::int64_t testRows)
{
    Dataset dataset;
    const std::int64_t rows = features.type.shape[0];
    TRAINYARD_TRY(const Shape shape, checkedSampleShape(config.sampleShape, features.type.shape.withoutBatch()));
    TRAINYARD_TRY(dataset.augment, checkedAugmentation(config, shape));
    features.type.shape = shape.withBatch(rows);
    dataset.features = std::move(features);
    for (std::int64_t i = 0; shape.rank() == 1 && i < shape[0]; ++i)
        dataset.featureNames.push_back(fmt::format("feature_{}", i + 1));
    dataset.targetNames = {"target"};
    std::vector<std::int32_t> labels;
    if (config.target == TargetKind::Value) {
        if (targets.type.shape.rank() == 1)
            targets.type.shape = Shape{rows, 1};
        dataset.targets = std::move(targets);
        for (std::int64_t i = 1; i < dataset.targets.type.shape[1]; ++i)
            dataset.targetNames.push_back(fmt::format("target_{}", i + 1));
    } else {
        const auto given = std::as_const(targets).as<std::int32_t>();
        labels.assign(given.begin(), given.end());
        dataset.classNames = std::move(classNames);
        TRAINYARD_CHECK(setClassTargets(dataset, labels, config.target));
    }
    SplitConfig split = config.split;
    if (testRows > 0)
        split.testShare = 0;
    TRAINYARD_CHECK(splitDataset(dataset, rows - testRows, labels, split));
    for (std::int64_t row = rows - testRows; testRows > 0 && row < rows; ++row)
        dataset.test.push_back(static_cast<std::int32_t>(row));
    fitDataset(dataset, config);
    return dataset;
}

Result<Dataset> loadIdx(const DataConfig &config, const std::filesystem::path &folder)
{
    TRAINYARD_TRY(IdxPart part, readPart(folder, config.file, config.labelsFile));
    std::int64_t testRows = 0;
    if (!config.testFile.empty() || !config.testLabelsFile.empty()) {
        TRAINYARD_TRY(const IdxPart test, readPart(folder, config.testFile, config.testLabelsFile));
        testRows = test.images.type.shape[0];
        TRAINYARD_CHECK(append(part.images, test.images, config.testFile));
        TRAINYARD_CHECK(append(part.labels, test.labels, config.testLabelsFile));
    }
    const std::int64_t rows = part.images.type.shape[0];
    if (rows > std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCode::InvalidData, "The files hold {} rows. At most 2,147,483,647 can be used.", formatCount(rows));
    if (part.images.type.shape.rank() == 3) {  // grayscale images: one channel
        auto sizes = part.images.type.shape.sizes();
        sizes.push_back(1);
        part.images.type.shape = Shape(sizes);
    }
    if (config.target == TargetKind::Value) {
        HostTensor values({DType::F32, Shape{rows}});
        for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
            values.as<float>()[i] = static_cast<float>(valueAt(part.labels, i));
        return assemble(std::move(part.images), std::move(values), config, {}, testRows);
    }
    std::set<double> distinct;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        const double value = valueAt(part.labels, i);
        if (value != std::floor(value))
            return fail(ErrorCode::InvalidData, "{}: label {} is {}, not a whole number. Predict values instead of classes.",
                        config.labelsFile, formatCount(static_cast<std::int64_t>(i)), formatSignificant(value));
        distinct.insert(value);
        if (distinct.size() > 10'000)
            return fail(ErrorCode::InvalidData, "{} holds more than 10,000 classes. Predict values instead.", config.labelsFile);
    }
    std::vector<std::string> names;
    for (const double value : distinct)
        names.push_back(fmt::format("{:.0f}", value));
    HostTensor labels({DType::I32, Shape{rows}});
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
        labels.as<std::int32_t>()[i] =
            static_cast<std::int32_t>(std::distance(distinct.begin(), distinct.find(valueAt(part.labels, i))));
    return assemble(std::move(part.images), std::move(labels), config, std::move(names), testRows);
}

}  // namespace

Shape Dataset::sampleShape() const { return features.type.shape.rank() > 0 ? features.type.shape.withoutBatch() : Shape(); }
Shape Dataset::targetShape() const { return targets.type.shape.rank() > 0 ? targets.type.shape.withoutBatch() : Shape(); }
std::int64_t Dataset::rows() const { return features.type.shape.rank() > 0 ? features.type.shape[0] : 0; }
std::int64_t Dataset::classes() const { return static_cast<std::int64_t>(classNames.size()); }

std::size_t Dataset::bytes() const
{
    const std::size_t scaling = featureOffset.size() + featureScale.size() + targetOffset.size() + targetScale.size();
    return features.data.size() + targets.data.size() + sizeof(float) * scaling
           + sizeof(std::int32_t) * (train.size() + validation.size() + test.size());
}

Result<Dataset> loadDataset(const DataConfig &config, const std::filesystem::path &projectFolder)
{
    if (config.file.empty())
        return fail(ErrorCode::InvalidData, "The project has no data file yet. Choose one on the Data page.");
    try {
        if (config.format == DataFormat::Idx)
            return loadIdx(config, projectFolder);
        TRAINYARD_TRY(const CsvTable table, readCsv(projectFolder / config.file, config.header, config.delimiter));
        return datasetFromTable(table, config);
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to load {}.", config.file);
    }
}

Result<Dataset> makeDataset(HostTensor features, HostTensor targets, const DataConfig &config, std::vector<std::string> classNames)
{
    const bool values = config.target == TargetKind::Value;
    const bool typesFit = (features.type.dtype == DType::F32 || features.type.dtype == DType::U8)
                          && targets.type.dtype == (values ? DType::F32 : DType::I32);
    const Shape &shape = targets.type.shape;
    if (!typesFit || features.type.shape.rank() < 2 || shape.rank() < 1 || shape.rank() > (values ? 2u : 1u)
        || shape[0] != features.type.shape[0] || shape[0] < 1 || shape[0] > std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCode::InvalidData, "Features {} {} and targets {} {} do not make a data set.", dtypeName(features.type.dtype),
                    features.type.shape.text(), dtypeName(targets.type.dtype), shape.text());
    if (!values) {
        const auto labels = std::as_const(targets).as<std::int32_t>();
        const auto [low, high] = std::minmax_element(labels.begin(), labels.end());
        if (*low < 0 || *high >= (classNames.empty() ? 10'000 : static_cast<std::int64_t>(classNames.size())))
            return fail(ErrorCode::InvalidData, "Class indices run from {} to {}, outside the classes.", *low, *high);
        for (std::int32_t i = 0; classNames.size() <= static_cast<std::size_t>(*high); i = static_cast<std::int32_t>(classNames.size()))
            classNames.push_back(std::to_string(i));
    }
    return assemble(std::move(features), std::move(targets), config, std::move(classNames), 0);
}

}  // namespace trainyard
