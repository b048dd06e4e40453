#include "engine/layers/volume_window.h"

#include <algorithm>

#include "engine/layers/image_window.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

constexpr double kMaxSize = 63;

}  // namespace

ParameterSpec tripleParameter(std::string key, std::string label, std::int64_t size, std::int64_t minimum, std::string help)
{
    ParameterSpec spec = shapeParameter(std::move(key), std::move(label), {size, size, size}, std::move(help));
    spec.minimum = static_cast<double>(minimum);
    spec.maximum = kMaxSize;
    return spec;
}

tl::expected<Conv3dAttributes, LayerProblem> volumeWindow(const std::string &title, const LayerSettings &settings, const Shape &volume)
{
    if (volume.rank() != 4)
        return problem(fmt::format("{} expects a volume of depth x height x width x channels, got {}. Add a reshape layer before it, or connect a layer that "
                                   "puts out volumes.",
                                   title, volume.text()));
    Conv3dAttributes window;
    struct Setting {
        const char *key;
        std::array<std::int64_t, 3> *to;
    };
    for (const auto &[key, to] : {Setting{"kernel", &window.kernel}, Setting{"stride", &window.stride}, Setting{"dilation", &window.dilation},
                                  Setting{"padding_size", &window.padBefore}}) {
        const auto *sizes = std::get_if<std::vector<std::int64_t>>(&settings.value(key));
        if (!sizes || (std::string_view(key) == "padding_size" && settings.choice("padding") != "explicit"))
            continue;
        if (sizes->size() != 1 && sizes->size() != 3)
            return problem(fmt::format("{} takes one size for all three directions, or three such as 1x3x3, got {}.", title, sizesText(*sizes)), key,
                           ParameterFix{key, std::vector<std::int64_t>{sizes->front()}, fmt::format("Set to {} in all directions", sizes->front())});
        for (std::size_t i = 0; i < 3; ++i)
            (*to)[i] = sizes->size() == 3 ? (*sizes)[i] : sizes->front();
    }
    window.padAfter = window.padBefore;
    std::array<std::int64_t, 3> reach{};
    bool fits = true;
    for (std::size_t i = 0; i < 3; ++i) {
        reach[i] = (window.kernel[i] - 1) * window.dilation[i] + 1;
        if (settings.choice("padding") == "same") {
            const std::int64_t total = samePadding(volume[i], reach[i], window.stride[i]);
            window.padBefore[i] = total / 2;
            window.padAfter[i] = total - total / 2;
        }
        fits = fits && volume[i] + window.padBefore[i] + window.padAfter[i] >= reach[i];
    }
    if (!fits)
        return problem(fmt::format("{} with a kernel that reaches over {} voxels expects a volume of at least that size, got {}. Set padding to same or use a "
                                   "smaller kernel.",
                                   title, fmt::join(reach, "x"), volume.text()),
                       "kernel", ParameterFix{"padding", std::string("same"), "Set padding to same"});
    return window;
}

Shape volumeAfter(const Conv3dAttributes &window, const Shape &volume, std::int64_t channels)
{
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t reach = (window.kernel[i] - 1) * window.dilation[i] + 1;
        sizes.push_back((volume[i] + window.padBefore[i] + window.padAfter[i] - reach) / window.stride[i] + 1);
    }
    sizes.push_back(channels);
    return Shape(sizes);
}

std::string volumeLabel(const LayerSettings &settings, const std::vector<std::int64_t> &usualStride)
{
    const auto &stride = settings.list("stride");
    std::string label = sizesText(settings.list("kernel"));
    if (stride != usualStride)
        label += " / " + sizesText(stride);
    return label;
}

}  // namespace trainyard
