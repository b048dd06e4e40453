#include "engine/layers/shape_checks.h"

#include "engine/base/format.h"

namespace trainyard {

std::optional<std::int64_t> productUpTo(std::span<const std::int64_t> factors, std::int64_t limit)
{
    std::int64_t product = 1;
    for (const std::int64_t factor : factors) {
        if (factor < 1 || factor > limit / product)
            return std::nullopt;
        product *= factor;
    }
    return product;
}

ShapeResult boundedShape(const std::string &title, Shape shape, const std::string &key)
{
    if (!productUpTo(shape.sizes(), kMaxSampleElements))
        return problem(fmt::format("{} would make {} values of each sample, more than the limit of {}. Use smaller sizes.",
                                   title, shape.text(), formatCount(kMaxSampleElements)),
                       key);
    return shape;
}

std::optional<LayerProblem> checkWeights(const std::string &title, std::span<const std::int64_t> sizes, const std::string &key)
{
    if (productUpTo(sizes, kMaxWeights))
        return std::nullopt;
    return LayerProblem{fmt::format("{} would need {} weights, more than the limit of {}. Use smaller sizes.", title,
                                    fmt::join(sizes, "x"), formatCount(kMaxWeights)),
                        key, std::nullopt};
}

std::optional<LayerProblem> checkGroups(const std::string &title, std::int64_t groups, std::int64_t channels, std::int64_t filters)
{
    if (channels % groups == 0 && filters % groups == 0)
        return std::nullopt;
    return LayerProblem{fmt::format("{} with {} groups expects channels and filters that are multiples of {}, got {} channels and {} filters. "
                                    "Set groups to 1 or to a common divisor.",
                                    title, groups, groups, channels, filters),
                        "groups", ParameterFix{"groups", std::int64_t{1}, "Set groups to 1"}};
}

std::optional<LayerProblem> checkImage(const std::string &title, const Shape &shape)
{
    if (shape.rank() == 3)
        return std::nullopt;
    return LayerProblem{fmt::format("{} expects an image of height x width x channels, got {}. Add a reshape layer before "
                                    "it, or connect a layer that puts out images.",
                                    title, shape.text()),
                        {}, std::nullopt};
}

std::optional<LayerProblem> checkSameShapes(const std::string &title, std::span<const Shape> shapes)
{
    for (std::size_t i = 1; i < shapes.size(); ++i)
        if (shapes[i] != shapes[0])
            return LayerProblem{fmt::format("{} expects inputs of one shape, got {} at input 1 and {} at input {}. Make "
                                            "them equal, or join them with concat.",
                                            title, shapes[0].text(), shapes[i].text(), i + 1),
                                {}, std::nullopt};
    return std::nullopt;
}

ShapeResult sameAsInput(const LayerSettings &, std::span<const Shape> inputs)
{
    return inputs[0];
}

std::string noLabel(const LayerSettings &)
{
    return {};
}

}  // namespace trainyard
