#include "engine/data/assemble.h"

#include "engine/data/scaling.h"
#include "engine/data/split.h"

namespace trainyard {

Result<Shape> checkedSampleShape(const std::vector<std::int64_t> &configured, const Shape &own)
{
    if (configured.empty())
        return own;
    std::int64_t product = 1;
    for (const std::int64_t size : configured) {
        // Stops before the product can overflow: it never needs to pass own's.
        if (size < 1 || product > own.elements() / size) {
            product = -1;
            break;
        }
        product *= size;
    }
    if (product != own.elements())
        return fail(ErrorCode::InvalidData, "The sample shape {} does not hold the {} features of a row. Change the shape on the Data page.",
                    Shape(configured).text(), own.elements());
    return Shape(configured);
}

Result<AugmentConfig> checkedAugmentation(const DataConfig &config, const Shape &sample)
{
    const AugmentConfig &augment = config.augment;
    if (!augment.any())
        return augment;
    if (sample.rank() != 3)
        return fail(ErrorCode::InvalidData,
                    "Augmentation is for images of height, width and channels, but a sample is {}. Switch it off or change the sample shape on the Data page.",
                    sample.text());
    const std::int64_t most = std::min(sample[0], sample[1]) / 2;
    if (augment.maxShift < 0 || augment.maxShift > most)
        return fail(ErrorCode::InvalidData, "Images of {} can be shifted by 0 to {} pixels, not by {}. Change the shift on the Data page.",
                    sample.text(), most, augment.maxShift);
    return augment;
}

Status setClassTargets(Dataset &dataset, std::span<const std::int32_t> labels, TargetKind kind)
{
    const auto rows = static_cast<std::int64_t>(labels.size());
    if (dataset.classes() < 2)
        return fail(ErrorCode::InvalidData, "The target has one class only ({}). There must be at least two to tell apart.",
                    dataset.classNames.empty() ? "none" : dataset.classNames[0]);
    if (kind == TargetKind::ClassIndex) {
        dataset.targets = HostTensor({DType::I32, Shape{rows}});
        std::copy(labels.begin(), labels.end(), dataset.targets.as<std::int32_t>().begin());
        return {};
    }
    const auto classes = static_cast<std::size_t>(dataset.classes());
    dataset.targets = HostTensor({DType::F32, Shape{rows, dataset.classes()}});
    for (std::size_t row = 0; row < labels.size(); ++row)
        dataset.targets.as<float>()[row * classes + static_cast<std::size_t>(labels[row])] = 1.0f;
    return {};
}

Status splitDataset(Dataset &dataset, std::int64_t rows, std::span<const std::int32_t> labels, const SplitConfig &config)
{
    const auto first = labels.first(std::min(labels.size(), static_cast<std::size_t>(rows)));
    TRAINYARD_TRY(SplitRows parts, splitRows(rows, config.stratified ? first : std::span<const std::int32_t>(), config));
    dataset.train = std::move(parts.train);
    dataset.validation = std::move(parts.validation);
    dataset.test = std::move(parts.test);
    return {};
}

namespace {

// One class index per position: the images keep their height and width, and cannot be moved without their labels.
Status setPositionTargets(Dataset &dataset, HostTensor targets)
{
    const Shape positions = targets.type.shape.withoutBatch(), sample = dataset.sampleShape();
    if (dataset.classes() < 2)
        return fail(ErrorCode::InvalidData, "The targets have one class only. There must be at least two to tell apart.");
    if (dataset.augment.any())
        return fail(ErrorCode::InvalidData, "Augmentation would move the images but not the {} labels of each. Switch it off on the Data page.",
                    positions.text());
    for (std::size_t axis = 0; axis < positions.rank(); ++axis)
        if (axis >= sample.rank() || sample[axis] != positions[axis])
            return fail(ErrorCode::InvalidData, "A sample is {}, its labels are {}. Let the sample shape begin with that on the Data page.",
                        sample.text(), positions.text());
    dataset.targets = std::move(targets);
    return {};
}

}  // namespace

Result<Dataset> assembleArrays(HostTensor features, HostTensor targets, const DataConfig &config, std::vector<std::string> classNames,
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
    std::vector<std::int32_t> labels;  // one per row, for a stratified split
    if (config.target != TargetKind::None)
        dataset.targetNames = {"target"};
    if (config.target == TargetKind::Value) {
        if (targets.type.shape.rank() == 1)
            targets.type.shape = Shape{rows, 1};
        dataset.targets = std::move(targets);
        for (std::int64_t i = 1; i < dataset.targets.type.shape[1]; ++i)
            dataset.targetNames.push_back(fmt::format("target_{}", i + 1));
    } else if (config.target != TargetKind::None) {
        dataset.classNames = std::move(classNames);
        if (targets.type.shape.rank() > 1) {
            TRAINYARD_CHECK(setPositionTargets(dataset, std::move(targets)));
        } else {
            const auto given = std::as_const(targets).as<std::int32_t>();
            labels.assign(given.begin(), given.end());
            TRAINYARD_CHECK(setClassTargets(dataset, labels, config.target));
        }
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

void fitDataset(Dataset &dataset, const DataConfig &config)
{
    if (dataset.features.type.dtype != DType::I32) {
        // Images share one entry: near-constant border pixels would be blown up by their own.
        auto fit = fitScaling(dataset.features, dataset.train, config.scaling, dataset.sampleShape().rank() < 2);
        dataset.featureOffset = std::move(fit.offset);
        dataset.featureScale = std::move(fit.scale);
    }
    if (config.target != TargetKind::Value)
        return;
    auto fit = fitScaling(dataset.targets, dataset.train, config.targetScaling, true);
    dataset.targetOffset = std::move(fit.offset);
    dataset.targetScale = std::move(fit.scale);
}

}  // namespace trainyard
