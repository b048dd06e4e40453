// Settings that no run may begin with, each put into a project that is sound but for it. The engine, the command line and the
// window are tested with the same.
#pragma once

#include <functional>

#include "tests/engine/api/sample_project.h"

namespace trainyard::test {

struct BadSetting {
    const char *name;
    std::function<void(Project &)> make;
    std::string layer;  // which is at fault; of a training setting its place in the file
    std::string says;
    bool ofNetwork = true;
    std::string inList = {};  // how the list of problems names it; empty: as the layer
};

// A classifier of iris flowers, four numbers each, with something between the input and the scores.
inline Graph flowers(const std::function<LayerId(Graph &, LayerId input)> &between)
{
    Graph graph;
    const LayerId input = graph.add("input");
    graph.edit(input)->parameters = {{"shape", std::vector<std::int64_t>{4}}};
    const LayerId flat = graph.add("flatten"), scores = graph.add("dense"), loss = graph.add("softmax_cross_entropy");
    graph.edit(scores)->parameters = {{"units", std::int64_t{3}}};
    graph.edit(loss)->name = "loss";
    const auto connect = [&graph](LayerId from, LayerId to) { return graph.connect({from, to, 0}).has_value(); };
    if (!connect(between(graph, input), flat) || !connect(flat, scores) || !connect(scores, loss))
        throw std::logic_error("the network of the test cannot be connected");
    return graph;
}

// A layer of this type and name behind others, in the order of its ports.
inline LayerId behind(Graph &graph, const std::string &type, const std::string &name, const std::vector<LayerId> &sources, ParameterMap settings = {})
{
    const LayerId layer = graph.add(type);
    graph.edit(layer)->name = name;
    graph.edit(layer)->parameters = std::move(settings);
    for (std::size_t port = 0; port < sources.size(); ++port)
        if (!graph.connect({sources[port], layer, static_cast<int>(port)}))
            throw std::logic_error("the network of the test cannot be connected");
    return layer;
}

inline LayerId reshaped(Graph &graph, LayerId input, std::vector<std::int64_t> shape)
{
    return behind(graph, "reshape", "reshape", {input}, {{"shape", std::move(shape)}});
}

inline std::vector<BadSetting> badSettings()
{
    using List = std::vector<std::int64_t>;
    const auto kernel = [](Project &project) {
        project.graph = flowers([](Graph &graph, LayerId input) {
            return behind(graph, "conv2d", "edges", {reshaped(graph, input, {2, 2, 1})}, {{"kernel", List{5, 5}}, {"padding", std::string("valid")}});
        });
    };
    const auto heads = [](Project &project) {
        project.graph = flowers([](Graph &graph, LayerId input) {
            return behind(graph, "multi_head_attention", "looks", {reshaped(graph, input, {2, 2})}, {{"heads", std::int64_t{3}}});
        });
    };
    const auto itself = [](Project &project) {
        project.graph = flowers([](Graph &graph, LayerId input) { return behind(graph, kBlockType, "first stage", {input}); });
        Graph body;
        const LayerId in = behind(body, kBlockInputType, "in", {});
        const LayerId again = behind(body, kBlockType, "again", {in});
        body.edit(again)->block = "stage";
        behind(body, kBlockOutputType, "out", {again});
        project.graph.setBlock("stage", body);
        project.graph.edit(project.graph.findByName("first stage")->id)->block = "stage";
    };
    const auto mask = [](Project &project) {
        project.graph = flowers([](Graph &graph, LayerId input) {
            const LayerId positions = reshaped(graph, input, {2, 2});
            return behind(graph, "multi_head_attention", "looks", {positions, positions, input}, {{"heads", std::int64_t{1}}});
        });
    };
    return {
        {"a kernel larger than the input", kernel, "edges", "5x5"},
        {"heads that do not divide the width", heads, "looks", "3 heads for a width of 2"},
        {"a block that contains itself", itself, "first stage", "The block stage contains itself: stage -> stage.", true, "again in stage"},
        {"a mask of the wrong shape", mask, "looks", "one number for each of the 2 keys at its third input, got 4"},
        {"a learning rate of 0", [](Project &project) { project.training.optimizer.learningRate = 0; }, "optimizer.learning_rate",
         "The learning rate must be above 0 and finite, got 0.", false},
        {"k greater than the classes", [](Project &project) { project.training.metrics = {"accuracy", "top_5_accuracy"}; }, "loss",
         "it looks at 5 of 3 classes", false},
    };
}

}  // namespace trainyard::test
