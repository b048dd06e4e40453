// A data set in memory, ready for training: every row once, raw, with the scaling to apply when a batch is
// gathered and the row indices of the three parts. Owns its memory; immutable once loaded, so any thread may
// read it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/data_config.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct Dataset {
    HostTensor features;  // [N, sampleShape...], F32; U8 for IDX images of bytes
    // Value used = (raw - offset) * scale, fitted on the training part. One entry for all, or one per feature.
    std::vector<float> featureOffset{0.0f};
    std::vector<float> featureScale{1.0f};
    HostTensor targets;  // I32 [N] class indices, or F32 [N,k] one-hot rows or raw values
    std::vector<float> targetOffset;  // the same convention, one entry per value; empty for class targets
    std::vector<float> targetScale;
    AugmentConfig augment;            // of training's batches; fits the samples
    std::vector<std::string> classNames;  // empty for regression
    std::vector<std::string> featureNames;
    std::vector<std::string> targetNames;
    std::vector<std::int32_t> train;  // row indices of the parts, ascending
    std::vector<std::int32_t> validation;
    std::vector<std::int32_t> test;
    std::int64_t droppedRows = 0;   // left out for a missing value
    std::int64_t filledValues = 0;  // missing values replaced

    Shape sampleShape() const;     // per sample, e.g. 8x8x1
    Shape targetShape() const;     // per sample: scalar for class indices, else {k}
    std::int64_t rows() const;
    std::int64_t classes() const;  // 0 for regression
    std::size_t bytes() const;     // heap memory of tensors, scaling and indices
};

// Reads, converts, splits and fits. Blocking: for a worker thread. Errors: NotFound, Io, InvalidData (the content
// or a setting does not fit, with line and column where there is one), InvalidFile (not an IDX or gzip file),
// OutOfMemory. Never throws.
Result<Dataset> loadDataset(const DataConfig &config, const std::filesystem::path &projectFolder);

// The same from arrays in memory, of which config's sampleShape, target kind, scaling and split count.
// features: [N, ...] F32 or U8. targets: I32 [N] class indices in [0, classes) for ClassIndex and OneHot; F32 [N]
// or [N,k] for Value. classNames empty: "0", "1"... up to the largest index.
Result<Dataset> makeDataset(HostTensor features, HostTensor targets, const DataConfig &config,
                            std::vector<std::string> classNames = {});

}  // namespace trainyard
