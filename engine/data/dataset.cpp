#include "engine/data/dataset.h"

#include <algorithm>
#include <limits>

#include "engine/base/format.h"
#include "engine/data/assemble.h"
#include "engine/data/csv_dataset.h"
#include "engine/data/idx_dataset.h"
#include "engine/data/series_dataset.h"
#include "engine/data/text_dataset.h"

namespace trainyard {

Shape Dataset::sampleShape() const { return features.type.shape.rank() > 0 ? features.type.shape.withoutBatch() : Shape(); }
bool Dataset::hasTargets() const { return targets.type.shape.rank() > 0; }
Shape Dataset::targetShape() const { return hasTargets() ? targets.type.shape.withoutBatch() : sampleShape(); }
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
        if (config.format == DataFormat::Text) {
            TRAINYARD_TRY(const std::vector<char> text, readText(config, projectFolder));
            return datasetFromText(text, config);
        }
        TRAINYARD_TRY(const CsvTable table, readCsv(projectFolder / config.file, config.header, config.delimiter));
        return config.format == DataFormat::Series ? datasetFromSeries(table, config) : datasetFromTable(table, config);
    } catch (const std::bad_alloc &) {
        return fail(ErrorCode::OutOfMemory, "There is not enough memory to load {}.", config.file);
    }
}

namespace {

// The lowest and highest number of an I32 tensor.
std::pair<std::int32_t, std::int32_t> rangeOf(const HostTensor &tensor)
{
    const auto values = tensor.as<std::int32_t>();
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high};
}

void nameUpTo(std::vector<std::string> &names, std::int32_t last)
{
    while (names.size() <= static_cast<std::size_t>(last))
        names.push_back(std::to_string(names.size()));
}

}  // namespace

Result<Dataset> makeDataset(HostTensor features, HostTensor targets, const DataConfig &config, std::vector<std::string> classNames)
{
    constexpr std::int32_t kMostNumbered = 1'000'000;
    const bool values = config.target == TargetKind::Value, none = config.target == TargetKind::None;
    const bool tokens = features.type.dtype == DType::I32;
    const Shape &shape = targets.type.shape;
    const std::size_t mostRank = values ? 2 : config.target == TargetKind::ClassIndex ? 8 : 1;
    const bool featuresFit = (tokens || features.type.dtype == DType::F32 || features.type.dtype == DType::U8) && features.type.shape.rank() > 1
                             && features.type.shape[0] >= 1 && features.type.shape[0] <= std::numeric_limits<std::int32_t>::max();
    const bool targetsFit = none ? shape.rank() == 0
                                 : targets.type.dtype == (values ? DType::F32 : DType::I32) && shape.rank() >= 1 && shape.rank() <= mostRank
                                       && featuresFit && shape[0] == features.type.shape[0];
    if (!featuresFit || !targetsFit || features.type.shape.elements() < 1 || shape.elements() < 1)
        return fail(ErrorCode::InvalidData, "Features {} {} and targets {} {} do not make a data set.", dtypeName(features.type.dtype),
                    features.type.shape.text(), dtypeName(targets.type.dtype), shape.text());
    if (!values && !none) {
        const auto [low, high] = rangeOf(targets);
        if (low < 0 || high >= (classNames.empty() ? kMostNumbered : static_cast<std::int64_t>(classNames.size())))
            return fail(ErrorCode::InvalidData, "Class indices run from {} to {}, outside the classes.", low, high);
        nameUpTo(classNames, high);
    }
    std::vector<std::string> vocabulary;
    if (tokens) {
        const auto [low, high] = rangeOf(features);
        if (low < 0 || high >= kMostNumbered)
            return fail(ErrorCode::InvalidData, "Tokens run from {} to {}, but they count from 0 to less than {}.", low, high, formatCount(kMostNumbered));
        nameUpTo(vocabulary, std::max(high, static_cast<std::int32_t>(classNames.size()) - 1));
        std::copy(classNames.begin(), classNames.end(), vocabulary.begin());
    }
    TRAINYARD_TRY(Dataset dataset, assembleArrays(std::move(features), std::move(targets), config, std::move(classNames), 0));
    dataset.vocabulary = std::move(vocabulary);
    return dataset;
}

}  // namespace trainyard
