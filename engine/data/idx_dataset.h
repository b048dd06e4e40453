// IDX files as a data set: samples with one label each, with images of labels, or with none.
#pragma once

#include "engine/base/result.h"
#include "engine/data/dataset.h"

namespace trainyard {

// Labels of one number per sample give targets [N]; images of labels, of the samples' height and width, give I32
// [N, height, width] class indices. Errors: those of readIdx; InvalidData where the files do not fit each other or the
// target kind.
Result<Dataset> loadIdx(const DataConfig &config, const std::filesystem::path &projectFolder);

}  // namespace trainyard
