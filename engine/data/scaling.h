// Fits offset and scale of a matrix's columns on chosen rows. Value used = (raw - offset) * scale.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/data_config.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

struct ScalingFit {
    std::vector<float> offset, scale;
};

// matrix: [N, ...] F32 or U8. perColumn: one entry per element of a row, else one for all. Standardize gives mean 0
// and (population) deviation 1, MinMax 0..1; a constant column keeps scale 1.
ScalingFit fitScaling(const HostTensor &matrix, std::span<const std::int32_t> rows, Scaling scaling, bool perColumn);

}  // namespace trainyard
