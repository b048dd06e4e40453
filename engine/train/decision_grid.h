// What a network of two features says all over the plane of its data: a class with how sure it is, or a value, at the points
// of a grid. A plain value, made on the engine thread and read on any.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace trainyard {

struct Dataset;
class Model;

// The points of the data, thinned where there are more than can be told apart. The same for all grids of a run.
struct PlanePoints {
    std::array<std::string, 2> axes;       // the features' names
    std::vector<std::string> classNames;   // empty: the targets are values
    std::string valueName;
    std::vector<float> x, y;               // as in the file, before any scaling
    std::vector<std::int32_t> classes;     // of each point, where there are classes
    std::vector<float> values;             // of each point, where there are none
    std::vector<bool> inTraining;          // else of the validation or the test part
    float left = 0, right = 1, bottom = 0, top = 1;  // the data's range, with a margin
};

struct DecisionGrid {
    static constexpr int kSide = 96;       // cells along each axis

    std::int64_t step = 0;                 // steps done by the weights
    std::shared_ptr<const PlanePoints> points;
    // kSide * kSide, row after row from the bottom, at the middle of each cell.
    std::vector<std::int32_t> classes;     // empty where there are values
    std::vector<float> sureness;           // probability of the class, 0 to 1
    std::vector<float> values;             // in the targets' own unit
};

std::shared_ptr<const PlanePoints> planePoints(const Dataset &dataset);

// The model's look must be ProbeKind::DecisionGrid. Errors: the executable's; Unsupported, where the loss reads the
// predictions in no way that makes a picture.
Result<DecisionGrid> decisionGrid(Model &model, const Dataset &dataset, std::shared_ptr<const PlanePoints> points);

}  // namespace trainyard
