// Checks that several layers' shape rules share.
#pragma once

#include "engine/layers/layer_spec.h"

namespace trainyard {

// 4 GiB of float32 per sample: no layer output may be larger, so that no size computed from it can overflow.
inline constexpr std::int64_t kMaxSampleElements = std::int64_t{1} << 30;
inline constexpr std::int64_t kMaxWeights = std::int64_t{1} << 40;  // of one layer

// The product; nothing when it exceeds limit (or a factor is below 1).
std::optional<std::int64_t> productUpTo(std::span<const std::int64_t> factors, std::int64_t limit);

// The shape itself where it is small enough.
ShapeResult boundedShape(const std::string &title, Shape shape, const std::string &key = {});
// Whether a weight tensor of these sizes is small enough.
std::optional<LayerProblem> checkWeights(const std::string &title, std::span<const std::int64_t> sizes, const std::string &key);

// Whether a grouped convolution divides evenly; the fix sets groups to 1.
std::optional<LayerProblem> checkGroups(const std::string &title, std::int64_t groups, std::int64_t channels, std::int64_t filters);

// An image is height x width x channels.
std::optional<LayerProblem> checkImage(const std::string &title, const Shape &shape);
std::optional<LayerProblem> checkSameShapes(const std::string &title, std::span<const Shape> shapes);

// The shape rule of layers that work on each element.
ShapeResult sameAsInput(const LayerSettings &, std::span<const Shape> inputs);
// The label of layers without a telling setting.
std::string noLabel(const LayerSettings &);

}  // namespace trainyard
