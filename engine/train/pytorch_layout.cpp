#include "engine/train/pytorch_layout.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

#include <fmt/format.h>

namespace trainyard {

namespace {

constexpr std::array<std::string_view, 6> kEndings{"weight", "bias", "running_mean", "running_var", "num_batches_tracked", "alpha"};
constexpr std::array<std::string_view, 4> kRecurrent{"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"};
constexpr std::string_view kLayer = "layer";  // before the number of one of a recurrent layer's stack
constexpr std::array<std::string_view, 3> kWrappers{"module.", "_orig_mod.", "model."};

std::string_view ending(std::string_view name, char separator)
{
    const auto at = name.rfind(separator);
    return at == std::string_view::npos ? name : name.substr(at + 1);
}

std::string pytorchName(const NetworkTensor &tensor)
{
    std::string name = tensor.name;
    std::replace(name.begin(), name.end(), '/', '.');
    const std::string_view last = ending(tensor.name, '/');
    const std::string stem = name.substr(0, name.size() - last.size());
    if (last == "weights" || last == "gamma" || last == "alpha" || last == "positions")
        return stem + "weight";
    if (last == "beta")
        return stem + "bias";
    return last == "running_variance" ? stem + "running_var" : name;
}

Shape channelsFirst(const Shape &image)
{
    std::vector<std::int64_t> sizes{image.back()};
    sizes.insert(sizes.end(), image.sizes().begin(), image.sizes().end() - 1);
    return Shape(std::move(sizes));
}

bool isOfModule(std::string_view name)
{
    const std::string_view last = ending(name, '.');
    return std::find(kEndings.begin(), kEndings.end(), last) != kEndings.end()
           || std::any_of(kRecurrent.begin(), kRecurrent.end(), [&](std::string_view stem) { return last.starts_with(stem); });
}

// "lstm/layer2_reverse/input_weights" is "lstm.weight_ih_l1_reverse". Both sides have the gates in the same order.
StoredForm recurrentForm(const NetworkTensor &tensor)
{
    const std::string_view part = ending(tensor.name, '/');
    const std::string_view place = std::string_view(tensor.name).substr(tensor.layer.size() + 1, tensor.name.size() - tensor.layer.size() - part.size() - 2);
    const bool reverse = place.ends_with("_reverse");
    const int number = std::atoi(std::string(place.substr(kLayer.size())).c_str()) - 1;  // up to what is no digit
    std::string stem = tensor.layer;
    std::replace(stem.begin(), stem.end(), '/', '.');
    const auto name = [&](const char *what) { return fmt::format("{}.{}_l{}{}", stem, what, number, reverse ? "_reverse" : ""); };
    const bool gru = tensor.layerType == "gru";
    const Shape &shape = tensor.shape;
    if (shape.rank() == 2)
        return {.name = name(part == "input_weights" ? "weight_ih" : "weight_hh"), .stored = {shape[1], shape[0]}, .view = {shape[1], shape[0]}, .axes = {1, 0},
                .words = "out x in turned into in x out"};
    if (part == "recurrent_bias")
        return {.name = name("bias_hh"), .stored = {3 * shape[0]}, .view = {3 * shape[0]}, .from = 2 * shape[0], .words = "its last gate"};
    return {.name = name("bias_ih"), .stored = shape, .view = shape, .added = name("bias_hh"), .addedCount = gru ? shape[0] / 3 * 2 : shape[0],
            .words = gru ? "and bias_hh, but for its last gate" : "and bias_hh"};
}

// Axes of channels x place... in the order place... x channels, counted from `first`.
std::vector<std::size_t> channelsLastAxes(std::size_t rank, std::size_t first)
{
    std::vector<std::size_t> axes(rank);
    std::iota(axes.begin(), axes.end(), first + 1);
    axes.back() = first;
    return axes;
}

}  // namespace

bool isPytorchLaidOut(const SafetensorsHeader &header)
{
    const auto hasSlash = [](const TensorEntry &one) { return one.name.find('/') != std::string::npos; };
    if (header.tensors.empty() || std::any_of(header.tensors.begin(), header.tensors.end(), hasSlash))
        return false;
    if (const auto format = header.metadata.find("format"); format != header.metadata.end() && format->second == "pt")
        return true;
    return std::all_of(header.tensors.begin(), header.tensors.end(), [](const TensorEntry &one) { return isOfModule(one.name); });
}

StoredForm pytorchForm(const NetworkTensor &tensor)
{
    if ((tensor.layerType == "lstm" || tensor.layerType == "gru") && tensor.name.starts_with(tensor.layer + "/layer"))
        return recurrentForm(tensor);
    const Shape &shape = tensor.shape;
    StoredForm form{.name = pytorchName(tensor), .stored = shape, .view = shape};
    const bool weights = ending(tensor.name, '/') == "weights";
    if (shape.rank() == 1 && tensor.flattened.rank() > 0 && tensor.flattened.elements() == shape.elements() && tensor.layerType != "dense") {
        form.view = channelsFirst(tensor.flattened);
        form.axes = channelsLastAxes(form.view.rank(), 0);
        form.words = "channels first turned into channels last";
    } else if (!weights || tensor.layerType == "embedding") {
        return form;
    } else if (tensor.layerType == "conv1d" && shape.rank() == 4 && shape[1] == 1) {
        form.stored = form.view = Shape{shape[3], shape[2], shape[0]};
        form.axes = {2, 1, 0};
        form.words = "out x in x length turned into length x in x out";
    } else if (shape.rank() == 2) {
        form.stored = form.view = Shape{shape[1], shape[0]};
        form.axes = {1, 0};
        form.words = "out x in turned into in x out";
        if (tensor.flattened.rank() > 0 && tensor.flattened.elements() == shape[0]) {
            std::vector<std::int64_t> sizes = channelsFirst(tensor.flattened).sizes();
            sizes.insert(sizes.begin(), shape[1]);
            form.view = Shape(std::move(sizes));
            form.axes = channelsLastAxes(tensor.flattened.rank(), 1);
            form.axes.push_back(0);
            form.words = "out x in turned into in x out, channels first into channels last";
        }
    } else if (shape.rank() >= 3) {
        std::vector<std::int64_t> sizes{shape.back(), shape[shape.rank() - 2]};
        sizes.insert(sizes.end(), shape.sizes().begin(), shape.sizes().end() - 2);
        form.stored = form.view = Shape(std::move(sizes));
        for (std::size_t axis = 2; axis < shape.rank(); ++axis)
            form.axes.push_back(axis);
        form.axes.insert(form.axes.end(), {1, 0});
        form.words = shape.rank() == 4 ? "out x in x height x width turned into height x width x in x out" : "out x in x kernel turned into kernel x in x out";
    }
    return form;
}

std::vector<float> inNetworksOrder(std::span<const float> stored, std::span<const float> added, const StoredForm &form, std::int64_t elements)
{
    if (form.axes.empty()) {
        const auto part = stored.subspan(static_cast<std::size_t>(form.from), static_cast<std::size_t>(elements));
        std::vector<float> values(part.begin(), part.end());
        for (std::size_t i = 0; !added.empty() && i < static_cast<std::size_t>(form.addedCount); ++i)
            values[i] += added[i];
        return values;
    }
    const std::size_t rank = form.view.rank();
    std::vector<std::size_t> strides(rank, 1);
    for (std::size_t axis = rank - 1; axis > 0; --axis)
        strides[axis - 1] = strides[axis] * static_cast<std::size_t>(form.view[axis]);
    std::vector<float> values(stored.size());
    std::vector<std::int64_t> at(rank, 0);  // counts in the order of the result
    std::size_t from = 0;
    for (float &value : values) {
        value = stored[from];
        for (std::size_t i = rank; i-- > 0;) {
            const std::size_t axis = form.axes[i];
            from += strides[axis];
            if (++at[i] < form.view[axis])
                break;
            from -= strides[axis] * static_cast<std::size_t>(form.view[axis]);
            at[i] = 0;
        }
    }
    return values;
}

std::string wrapperPrefix(const SafetensorsHeader &header)
{
    for (const std::string_view wrapper : kWrappers)
        if (!header.tensors.empty()
            && std::all_of(header.tensors.begin(), header.tensors.end(), [&](const TensorEntry &one) { return one.name.starts_with(wrapper); }))
            return std::string(wrapper);
    return {};
}

bool isPytorchCounter(std::string_view name)
{
    return ending(name, '.') == "num_batches_tracked";
}

}  // namespace trainyard
