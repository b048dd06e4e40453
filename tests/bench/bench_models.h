// The three networks of the benchmark, drawn as a person would draw them; peer_pytorch.py has the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/dataset.h"
#include "engine/graph/graph.h"

namespace trainyard::bench {

struct BenchModel {
    std::string name;
    std::vector<std::int64_t> sampleShape;  // HWC or a vector
    std::int64_t batchSize = 0;
    Result<Graph> (*makeGraph)(const std::vector<std::int64_t> &sampleShape);
};

const std::vector<BenchModel> &benchModels();

// rows of uniform random features in [-1, 1) with random class indices out of ten: resident, as in a real run.
Result<Dataset> randomDataset(const BenchModel &model, std::int64_t rows, std::uint64_t seed);

}  // namespace trainyard::bench
