// Networks drawn at random, with skip connections, values used several times and every kind of join: what a planner and
// the passes have to survive.
#pragma once

#include <random>

#include "engine/graph/graph.h"

namespace trainyard::tests {

inline LayerId addAfter(Graph &graph, const std::string &type, const std::vector<LayerId> &sources, const ParameterMap &settings = {})
{
    const LayerId id = graph.add(type);
    graph.edit(id)->parameters = settings;
    int port = 0;
    for (const LayerId source : sources)
        (void)graph.connect({source, id, port++});
    return id;
}

// About `size` layers over images of 6x5x4, closed by a dense layer of 3 units and the loss given.
inline Graph randomGraph(unsigned seed, int size, const std::string &loss = "softmax_cross_entropy")
{
    using List = std::vector<std::int64_t>;
    static const std::vector<std::pair<std::string, ParameterMap>> kKeepShape{
        {"relu", {}},   {"relu", {}},    {"leaky_relu", {}}, {"gelu", {}},     {"silu", {}},
        {"tanh", {}},   {"sigmoid", {}}, {"batch_norm", {}}, {"batch_norm", {}}, {"dropout", {{"rate", 0.25}}},
        {"conv2d", {{"filters", std::int64_t{4}}}}, {"conv2d", {{"filters", std::int64_t{4}}, {"kernel", List{1, 1}}, {"bias", false}}},
        {"max_pool2d", {{"kernel", List{3, 3}}, {"stride", List{1, 1}}, {"padding", std::string("same")}}},
        {"avg_pool2d", {{"kernel", List{3, 3}}, {"stride", List{1, 1}}, {"padding", std::string("same")}}},
        {"reshape", {{"shape", List{6, 5, 4}}}}, {"dense", {{"units", std::int64_t{4}}}}, {"softmax", {}}};
    std::mt19937 random(seed);
    const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
    Graph graph;
    std::vector<LayerId> made{addAfter(graph, "input", {}, {{"shape", List{6, 5, 4}}})};
    for (int i = 0; i < size; ++i) {
        const LayerId recent = made[made.size() - 1 - below(std::min<std::size_t>(made.size(), 4))];
        const LayerId a = below(3) == 0 ? recent : made.back(), b = made[below(made.size())];
        const std::size_t choice = below(10);
        if (choice == 0)
            made.push_back(addAfter(graph, "add", {a, b}));
        else if (choice == 1)
            made.push_back(addAfter(graph, "multiply", {a, b, made[below(made.size())]}));
        else if (choice == 2)
            made.push_back(addAfter(graph, "conv2d", {addAfter(graph, "concat", {a, b})}, {{"filters", std::int64_t{4}}}));
        else {
            const auto &[type, settings] = kKeepShape[below(kKeepShape.size())];
            made.push_back(addAfter(graph, type, {a}, settings));
        }
    }
    std::vector<LayerId> open;
    for (const LayerId id : made)
        if (graph.wiresOutOf(id).empty())
            open.push_back(id);
    while (open.size() > 1) {
        const std::vector<LayerId> joined(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(open.size(), 8)));
        open.erase(open.begin(), open.begin() + static_cast<std::ptrdiff_t>(joined.size()));
        open.push_back(addAfter(graph, "add", joined));
    }
    const LayerId flat = addAfter(graph, random() % 2 ? "flatten" : "global_avg_pool", {open[0]});
    addAfter(graph, loss, {addAfter(graph, "dense", {flat}, {{"units", std::int64_t{3}}})});
    return graph;
}

}  // namespace trainyard::tests
