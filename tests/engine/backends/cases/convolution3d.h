// Cases of conv3d and its backward ops.
#pragma once

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

inline void addConvolution3d(OpCaseTable &table, const std::string &name, const Shape &x, Conv3dAttributes a)
{
    std::vector<std::int64_t> result{x[0]};
    for (std::size_t i = 0; i < 3; ++i)
        result.push_back((x[i + 1] + a.padBefore[i] + a.padAfter[i] - (a.kernel[i] - 1) * a.dilation[i] - 1) / a.stride[i] + 1);
    result.push_back(a.filters);
    const Shape y(result), weights{a.kernel[0], a.kernel[1], a.kernel[2], x[4] / a.groups, a.filters};
    table.add(OpKind::Conv3d, name, a, {table.random(x), table.random(weights), a.bias ? table.random({a.filters}) : Tensor64()},
              a.bias ? std::vector<std::size_t>{0, 1, 2} : std::vector<std::size_t>{0, 1});
    a.inputSize = {x[1], x[2], x[3]};
    table.add(OpKind::Conv3dGradData, name, a, {table.random(y), table.random(weights)});
    table.add(OpKind::Conv3dGradWeights, name, a, {table.random(x), table.random(y)});
}

inline void addConvolution3dCases(OpCaseTable &table)
{
    const auto with = [](std::array<std::int64_t, 3> kernel, std::int64_t filters, std::array<std::int64_t, 3> pad = {}, std::array<std::int64_t, 3> stride = {1, 1, 1}) {
        Conv3dAttributes a;
        a.kernel = kernel;
        a.filters = filters;
        a.padBefore = a.padAfter = pad;
        a.stride = stride;
        return a;
    };
    addConvolution3d(table, "3x3x3 same", {2, 4, 5, 6, 3}, with({3, 3, 3}, 4, {1, 1, 1}));
    Conv3dAttributes a = with({1, 1, 1}, 5);
    a.bias = false;
    addConvolution3d(table, "1x1x1, batch 1", {1, 3, 2, 4, 7}, a);
    addConvolution3d(table, "one voxel", {1, 1, 1, 1, 1}, with({1, 1, 1}, 1));
    addConvolution3d(table, "stride 1x2x2", {1, 5, 7, 6, 2}, with({2, 3, 2}, 3, {}, {1, 2, 2}));
    a = with({3, 2, 3}, 3, {}, {2, 1, 1});
    a.padBefore = {0, 1, 1};
    a.padAfter = {1, 0, 2};
    addConvolution3d(table, "uneven padding", {2, 4, 3, 5, 3}, a);
    a = with({2, 2, 2}, 4, {1, 1, 1});
    a.dilation = {2, 1, 3};
    addConvolution3d(table, "dilation", {1, 5, 4, 6, 2}, a);
    a = with({2, 3, 3}, 4, {0, 1, 1});
    a.groups = 2;
    addConvolution3d(table, "2 groups", {2, 3, 4, 4, 6}, a);
    a = with({3, 3, 3}, 4, {1, 1, 1});
    a.groups = 4;
    a.bias = false;
    addConvolution3d(table, "depthwise", {2, 3, 4, 5, 4}, a);
    addConvolution3d(table, "16 to 24 channels", {2, 4, 6, 5, 16}, with({3, 3, 3}, 24, {1, 1, 1}));
}

}  // namespace trainyard::tests
