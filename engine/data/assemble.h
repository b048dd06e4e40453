// The steps that every source of data shares: sample shape, class targets, split and scaling.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/dataset.h"

namespace trainyard {

// The configured shape where there is one, checked to hold as many elements as own, else own.
Result<Shape> checkedSampleShape(const std::vector<std::int64_t> &configured, const Shape &own);

// What config asks for, checked to fit the samples. Errors: InvalidData where they are no images or too small.
Result<AugmentConfig> checkedAugmentation(const DataConfig &config, const Shape &sample);

// Fills targets from class indices; classNames is set before. Errors: InvalidData for fewer than two classes.
Status setClassTargets(Dataset &dataset, std::span<const std::int32_t> labels, TargetKind kind);

// The first rows are split; labels may be empty (regression).
Status splitDataset(Dataset &dataset, std::int64_t rows, std::span<const std::int32_t> labels, const SplitConfig &config);

// A data set of whole arrays, with config's shape, target, split and scaling; the last testRows rows are the test part. targets:
// I32 class indices, one per row or one per position of an image, or F32 values; nothing for TargetKind::None.
Result<Dataset> assembleArrays(HostTensor features, HostTensor targets, const DataConfig &config, std::vector<std::string> classNames,
                               std::int64_t testRows);

// Fits feature scaling (per feature for flat samples, one entry for images, none for tokens) and, for values, target scaling.
void fitDataset(Dataset &dataset, const DataConfig &config);

}  // namespace trainyard
