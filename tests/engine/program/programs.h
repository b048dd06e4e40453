// Programs for tests: built or thrown about, and what is looked for in them.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "engine/program/build.h"

namespace trainyard::tests {

// Images of 6x5x4 with three classes, or with three numbers each; what random_graph.h draws networks for.
inline DataTypes smallImages(std::int64_t rows, bool ofNumbers = false)
{
    DataTypes data;
    data.features = {DType::F32, Shape{rows, 6, 5, 4}};
    data.targets = ofNumbers ? TensorType{DType::F32, Shape{rows, 3}} : TensorType{DType::I32, Shape{rows}};
    data.scaledTargets = ofNumbers;
    return data;
}

inline Program builtOrThrown(const Graph &graph, const DataTypes &data, const BuildOptions &options)
{
    auto program = buildProgram(graph, data, options);
    if (!program)
        throw std::runtime_error(program.error().message);
    return std::move(*program);
}

inline std::size_t count(const Program &program, OpKind kind)
{
    return static_cast<std::size_t>(std::count_if(program.list.ops.begin(), program.list.ops.end(), [&](const Op &op) { return op.kind == kind; }));
}

// The one op of its kind; throws where there are none or several.
inline const Op &only(const Program &program, OpKind kind)
{
    if (const std::size_t found = count(program, kind); found != 1)
        throw std::runtime_error(std::to_string(found) + " of " + opSpec(kind).name);
    return *std::find_if(program.list.ops.begin(), program.list.ops.end(), [&](const Op &op) { return op.kind == kind; });
}

}  // namespace trainyard::tests
