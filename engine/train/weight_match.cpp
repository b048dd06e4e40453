#include "engine/train/weight_match.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "engine/base/format.h"
#include "engine/exchange/weight_source.h"
#include "engine/train/checkpoint.h"

namespace trainyard {

namespace {

constexpr std::string_view kOptimizer = "optimizer/", kAverage = "average/", kLossScale = "loss_scale", kClassWeights = "/class_weights";

// "conv2" comes before "conv10": numbers in names count as numbers.
bool comesBefore(std::string_view a, std::string_view b)
{
    std::size_t i = 0, j = 0;
    const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    while (i < a.size() && j < b.size()) {
        if (!digit(a[i]) || !digit(b[j])) {
            if (a[i] != b[j])
                return a[i] < b[j];
            ++i, ++j;
            continue;
        }
        const auto number = [&](std::string_view text, std::size_t &at) {
            while (at < text.size() && text[at] == '0')
                ++at;
            const std::size_t begin = at;
            while (at < text.size() && digit(text[at]))
                ++at;
            return text.substr(begin, at - begin);
        };
        const std::string_view left = number(a, i), right = number(b, j);
        if (left != right)
            return left.size() != right.size() ? left.size() < right.size() : left < right;
    }
    return a.size() - i < b.size() - j;
}

// "conv1.weight" -> "conv1." and "weight": what belongs to one layer, and which part of it.
std::pair<std::string, std::string> divided(const std::string &name)
{
    const auto at = name.find_last_of("./");
    return at == std::string::npos ? std::pair(std::string(), name) : std::pair(name.substr(0, at + 1), name.substr(at + 1));
}

class Matcher {
public:
    Matcher(const std::vector<NetworkTensor> &network, const SafetensorsHeader &source, const StartFrom &options)
        : m_source(source), m_options(options)
    {
        m_match.layout = isCheckpoint(source.metadata) ? SourceLayout::Trainyard : isPytorchLaidOut(source) ? SourceLayout::PyTorch : SourceLayout::Other;
        if (m_match.layout == SourceLayout::PyTorch)
            m_prefix = wrapperPrefix(source);
        for (std::size_t i = 0; i < source.tensors.size(); ++i)
            m_byName.emplace(source.tensors[i].name, i);
        for (const NetworkTensor &tensor : network) {
            TensorMatch one;
            one.target = tensor;
            one.form = m_match.layout == SourceLayout::PyTorch ? pytorchForm(tensor)
                                                               : StoredForm{.name = tensor.name, .stored = tensor.shape, .view = tensor.shape};
            m_match.tensors.push_back(std::move(one));
        }
    }

    WeightMatch match()
    {
        leaveOut();
        for (TensorMatch &one : m_match.tensors)
            if (one.state != MatchState::LeftOut)
                matchByName(one);
        if (m_options.byOrder)
            matchByOrder();
        listUnused();
        if (m_averages)
            m_match.notes.push_back("The running averages of the weights are taken, which the earlier run was evaluated with.");
        if (!m_prefix.empty())
            m_match.notes.push_back(fmt::format("Every name in the file begins with \"{}\", which is passed over.", m_prefix));
        return std::move(m_match);
    }

private:
    // A layer, or a block with all that is in it.
    static bool isOf(const std::string &layer, const std::string &name)
    {
        return layer == name || (layer.starts_with(name) && layer.size() > name.size() && (layer[name.size()] == '/' || layer[name.size()] == '.'));
    }

    void leaveOut()
    {
        for (const std::string &name : m_options.leaveOut) {
            bool known = false;
            for (TensorMatch &one : m_match.tensors)
                if (isOf(one.target.layer, name)) {
                    one.state = MatchState::LeftOut;
                    known = true;
                }
            if (!known)
                m_match.notes.push_back(fmt::format("\"{}\" is to be left out, but no layer with weights has this name.", name));
        }
    }

    void take(TensorMatch &one, std::size_t source)
    {
        const TensorEntry &entry = m_source.tensors[source];
        one.source = source;
        one.from = entry.name;
        one.fromShape = entry.shape;
        one.state = entry.shape != one.form.stored ? MatchState::ShapeDiffers : !isReadableWeight(entry.dtype) ? MatchState::Unreadable : MatchState::Loaded;
        m_used.insert(source);
        if (one.form.added.empty())
            return;
        // Beside it under the same stem, where the module has it.
        const auto found = m_byName.find(divided(entry.name).first + divided(one.form.added).second);
        if (found == m_byName.end())
            return;
        const TensorEntry &second = m_source.tensors[found->second];
        if (second.shape != one.form.stored)
            one.state = MatchState::ShapeDiffers;
        else if (!isReadableWeight(second.dtype))
            one.state = MatchState::Unreadable;
        one.added = found->second;
        m_used.insert(found->second);
    }

    void matchByName(TensorMatch &one)
    {
        auto found = m_byName.find(m_prefix + one.form.name);
        if (m_match.layout == SourceLayout::Trainyard)
            if (const auto average = m_byName.find(std::string(kAverage) + one.form.name); average != m_byName.end()) {
                if (found != m_byName.end())
                    m_used.insert(found->second);
                found = average;
                m_averages = true;
            }
        if (found != m_byName.end())
            take(one, found->second);
    }

    struct Group {
        std::map<std::string, std::size_t> parts;  // index by the last part of the name
        bool taken = false;
    };

    // What is left of the source, layer by layer in the file's order; PyTorch's files are sorted by the letters of their names.
    std::vector<Group> groupsLeft() const
    {
        std::vector<std::size_t> left;
        for (std::size_t i = 0; i < m_source.tensors.size(); ++i)
            if (!m_used.contains(i) && !isKept(m_source.tensors[i].name))
                left.push_back(i);
        if (m_match.layout != SourceLayout::Trainyard)
            std::stable_sort(left.begin(), left.end(),
                             [&](std::size_t a, std::size_t b) { return comesBefore(m_source.tensors[a].name, m_source.tensors[b].name); });
        std::vector<Group> groups;
        std::map<std::string, std::size_t> numbers;
        for (const std::size_t i : left) {
            const auto [stem, part] = divided(m_source.tensors[i].name);
            const auto [number, fresh] = numbers.emplace(stem, groups.size());
            if (fresh)
                groups.emplace_back();
            groups[number->second].parts[part] = i;
        }
        return groups;
    }

    // How many tensors of the source the layer's are made of.
    static std::size_t partsOf(const std::vector<TensorMatch *> &layer)
    {
        std::set<std::string> parts;
        for (const TensorMatch *one : layer) {
            parts.insert(divided(one->form.name).second);
            if (!one->form.added.empty())
                parts.insert(divided(one->form.added).second);
        }
        return parts.size();
    }

    // Each layer of which nothing was found takes the next one left that has all its tensors, in their shapes, and no more.
    void matchByOrder()
    {
        std::vector<Group> groups = groupsLeft();
        std::vector<std::vector<TensorMatch *>> layers;
        std::map<std::string, std::size_t> numbers;
        for (TensorMatch &one : m_match.tensors) {
            const auto [number, fresh] = numbers.emplace(divided(one.form.name).first, layers.size());
            if (fresh)
                layers.emplace_back();
            layers[number->second].push_back(&one);
        }
        for (auto &layer : layers) {
            if (std::any_of(layer.begin(), layer.end(), [](const TensorMatch *one) { return one->state != MatchState::Missing; }))
                continue;
            const auto fits = std::find_if(groups.begin(), groups.end(), [&](const Group &group) {
                const auto counted = std::count_if(group.parts.begin(), group.parts.end(), [](const auto &part) { return !isPytorchCounter(part.first); });
                return !group.taken && static_cast<std::size_t>(counted) == partsOf(layer) && std::all_of(layer.begin(), layer.end(), [&](const TensorMatch *one) {
                    const auto part = group.parts.find(divided(one->form.name).second);
                    return part != group.parts.end() && m_source.tensors[part->second].shape == one->form.stored;
                });
            });
            if (fits == groups.end())
                continue;
            fits->taken = true;
            for (TensorMatch *one : layer) {
                take(*one, fits->parts.at(divided(one->form.name).second));
                one->byOrder = true;
            }
        }
    }

    // Beside the weights: what only a resumed run needs, and what is made of the data.
    bool isKept(const std::string &name) const
    {
        if (m_match.layout == SourceLayout::Trainyard)
            return name.starts_with(kOptimizer) || name == kLossScale || name.ends_with(kClassWeights);
        return m_match.layout == SourceLayout::PyTorch && isPytorchCounter(name);
    }

    void listUnused()
    {
        for (std::size_t i = 0; i < m_source.tensors.size(); ++i)
            if (const TensorEntry &entry = m_source.tensors[i]; !m_used.contains(i) && !isKept(entry.name))
                m_match.unused.push_back({entry.name, entry.shape});
    }

    const SafetensorsHeader &m_source;
    const StartFrom &m_options;
    WeightMatch m_match;
    std::string m_prefix;
    std::map<std::string, std::size_t> m_byName;
    std::set<std::size_t> m_used;
    bool m_averages = false;
};

std::string firstNames(const std::vector<std::string> &names)
{
    constexpr std::size_t kShown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
    return names.size() > kShown ? text + " and so on" : text;
}

}  // namespace

const char *matchStateName(MatchState state)
{
    switch (state) {
    case MatchState::Loaded: return "loaded";
    case MatchState::ShapeDiffers: return "shape_differs";
    case MatchState::Unreadable: return "unreadable";
    case MatchState::Missing: return "missing";
    case MatchState::LeftOut: return "left_out";
    }
    return "";
}

const char *sourceLayoutName(SourceLayout layout)
{
    switch (layout) {
    case SourceLayout::Trainyard: return "trainyard";
    case SourceLayout::PyTorch: return "pytorch";
    case SourceLayout::Other: return "other";
    }
    return "";
}

std::string TensorMatch::note() const
{
    switch (state) {
    case MatchState::Loaded: {
        std::string text = from != target.name ? "from " + from : "";
        if (byOrder)
            text += ", by order and shape";
        if (!form.words.empty())
            text += (text.empty() ? "" : ": ") + form.words;
        return text;
    }
    case MatchState::ShapeDiffers: return fmt::format("the source has {}, {} is needed", fromShape.text(), form.stored.text());
    case MatchState::Unreadable: return "its elements are no floating-point numbers; save it as F32";
    case MatchState::Missing: return "not in the source";
    case MatchState::LeftOut: return "left out";
    }
    return {};
}

std::size_t WeightMatch::loadedTensors() const
{
    return static_cast<std::size_t>(std::count_if(tensors.begin(), tensors.end(), [](const TensorMatch &one) { return one.state == MatchState::Loaded; }));
}

std::int64_t WeightMatch::values() const
{
    std::int64_t sum = 0;
    for (const TensorMatch &one : tensors)
        sum += one.target.shape.elements();
    return sum;
}

std::int64_t WeightMatch::loadedValues() const
{
    std::int64_t sum = 0;
    for (const TensorMatch &one : tensors)
        sum += one.state == MatchState::Loaded ? one.target.shape.elements() : 0;
    return sum;
}

std::vector<std::string> WeightMatch::loadedLayers() const
{
    std::vector<std::string> layers;
    std::set<std::string> partly, seen;
    for (const TensorMatch &one : tensors)
        if (one.state != MatchState::Loaded)
            partly.insert(one.target.layer);
    for (const TensorMatch &one : tensors)
        if (!partly.contains(one.target.layer) && seen.insert(one.target.layer).second)
            layers.push_back(one.target.layer);
    return layers;
}

std::string WeightMatch::summary() const
{
    return fmt::format("{} of {} tensors are loaded, {} of {} values.", formatCount(static_cast<std::int64_t>(loadedTensors())),
                       formatCount(static_cast<std::int64_t>(tensors.size())), formatCount(loadedValues()), formatCount(values()));
}

Status WeightMatch::check(const std::string &source) const
{
    if (loadedTensors() > 0)
        return {};
    if (tensors.empty())
        return fail(ErrorCode::InvalidArgument, "The network has no weights that could start from {}.", source);
    std::vector<std::string> wanted, offered;
    for (const TensorMatch &one : tensors)
        wanted.push_back(one.form.name);
    for (const UnusedTensor &one : unused)
        offered.push_back(one.name);
    const auto differing = std::find_if(tensors.begin(), tensors.end(), [](const TensorMatch &one) { return one.state == MatchState::ShapeDiffers; });
    if (differing != tensors.end())
        return fail(ErrorCode::InvalidArgument,
                    "Nothing of {} fits this network: of {}, {}. Build the network the weights were trained in, or start fresh.", source,
                    differing->target.name, differing->note());
    return fail(ErrorCode::InvalidArgument,
                "Nothing of {} fits this network, which looks for {}; the source has {}. Name the layers alike, match by order, or start fresh.", source,
                firstNames(wanted), offered.empty() ? "nothing else" : firstNames(offered));
}

WeightMatch matchWeights(const std::vector<NetworkTensor> &network, const SafetensorsHeader &source, const StartFrom &options)
{
    return Matcher(network, source, options).match();
}

nlohmann::ordered_json weightMatchToJson(const WeightMatch &match)
{
    nlohmann::ordered_json json{{"layout", sourceLayoutName(match.layout)},
                                {"tensors", match.tensors.size()},
                                {"loaded_tensors", match.loadedTensors()},
                                {"values", match.values()},
                                {"loaded_values", match.loadedValues()},
                                {"notes", match.notes},
                                {"network", nlohmann::ordered_json::array()},
                                {"unused", nlohmann::ordered_json::array()}};
    for (const TensorMatch &one : match.tensors) {
        nlohmann::ordered_json row{{"name", one.target.name}, {"shape", one.target.shape.sizes()}, {"state", matchStateName(one.state)}};
        if (!one.from.empty()) {
            row["from"] = one.from;
            row["from_shape"] = one.fromShape.sizes();
        }
        if (const std::string note = one.note(); !note.empty())
            row["note"] = note;
        json["network"].push_back(std::move(row));
    }
    for (const UnusedTensor &one : match.unused)
        json["unused"].push_back({{"name", one.name}, {"shape", one.shape.sizes()}});
    return json;
}

}  // namespace trainyard
