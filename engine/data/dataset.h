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
    HostTensor features;  // [N, sampleShape...], F32; U8 for IDX images of bytes; I32 for the tokens of a text
    // Value used = (raw - offset) * scale, fitted on the training part. One entry for all, or one per feature.
    std::vector<float> featureOffset{0.0f};
    std::vector<float> featureScale{1.0f};
    // I32 [N, positions...] class indices, where a sample has one class (no positions) or one per pixel or token; or F32
    // [N,k] one-hot rows or raw values. Rank 0: none, the target is the sample itself.
    HostTensor targets;
    std::vector<float> targetOffset;  // the same convention, one entry per value; empty for class targets
    std::vector<float> targetScale;
    AugmentConfig augment;            // of training's batches; fits the samples
    std::vector<std::string> classNames;  // empty for regression
    std::vector<std::string> vocabulary;  // the text of each token, a character or a byte; empty: features are numbers
    std::vector<std::string> featureNames;
    std::vector<std::string> targetNames;
    std::vector<std::int32_t> train;  // row indices of the parts, ascending
    std::vector<std::int32_t> validation;
    std::vector<std::int32_t> test;
    std::int64_t droppedRows = 0;   // left out for a missing value
    std::int64_t filledValues = 0;  // missing values replaced

    Shape sampleShape() const;     // per sample, e.g. 8x8x1
    bool hasTargets() const;       // false: the target is the sample itself
    Shape targetShape() const;     // per sample: positions of class indices (scalar: one for all), else {k}, or sampleShape()
    std::int64_t rows() const;
    std::int64_t classes() const;  // 0 for regression
    std::size_t bytes() const;     // heap memory of tensors, scaling and indices
};

// Reads, converts, splits and fits. Blocking: for a worker thread. Errors: NotFound, Io, InvalidData (the content
// or a setting does not fit, with line and column where there is one), InvalidFile (not an IDX or gzip file),
// OutOfMemory. Never throws.
Result<Dataset> loadDataset(const DataConfig &config, const std::filesystem::path &projectFolder);

// The same from arrays in memory, of which config's sampleShape, target kind, scaling and split count.
// features: [N, ...] F32 or U8, or I32 tokens from 0. targets: I32 [N] class indices in [0, classes) for ClassIndex and
// OneHot, [N, positions...] for ClassIndex; F32 [N] or [N,k] for Value; an empty tensor for None. classNames empty: "0",
// "1"... up to the largest index. Tokens have the classes as their vocabulary, or numbers where there are none.
Result<Dataset> makeDataset(HostTensor features, HostTensor targets, const DataConfig &config,
                            std::vector<std::string> classNames = {});

}  // namespace trainyard
