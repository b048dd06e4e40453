// The networks of the benchmark, drawn as a person would draw them; peer_pytorch.py has the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/dataset.h"
#include "engine/graph/graph.h"
#include "engine/program/precision.h"

namespace trainyard::bench {

struct BenchModel {
    std::string name;
    std::vector<std::int64_t> sampleShape;  // HWC or a vector
    std::int64_t batchSize = 0;     // on a GPU
    std::int64_t cpuBatchSize = 0;  // on the CPU
    Precision precision = Precision::Float32;  // on a GPU; the CPU trains all of them in float32
    std::int64_t rows = 4096;                  // of random data
    std::int64_t vocabulary = 0;               // of tokens, which are then the features, and one the target of each position
    Result<Graph> (*makeGraph)(const std::vector<std::int64_t> &sampleShape) = nullptr;
};

const std::vector<BenchModel> &benchModels();

// model.rows of uniform random features in [-1, 1) with random class indices out of ten, or of random tokens: resident, as
// in a real run.
Result<Dataset> randomDataset(const BenchModel &model, std::uint64_t seed);

}  // namespace trainyard::bench
