// A small GPT over a text that repeats itself, for tests: what each next token is can be learned to certainty.
#pragma once

#include "tests/engine/backends/net_check.h"

namespace trainyard::tests {

inline constexpr std::int64_t kVocabulary = 13, kContext = 9, kTexts = 12;

struct LanguageModel {
    Graph graph;
    DataTypes data;
    Tensor64 features, targets;
};

// Blocks as in GPT-2: norm, attention, add; norm, dense, GELU, dense, add. positions: whether a layer adds them, or attention
// turns by them.
inline LanguageModel smallGpt(bool positions, const std::string &norm = "layer_norm")
{
    LanguageModel model;
    Graph &graph = model.graph;
    constexpr std::int64_t kWidth = 24;
    const auto dense = [&](LayerId x, std::int64_t units) { return addAfter(graph, "dense", {x}, {{"units", units}}); };
    LayerId x = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{kContext}}});
    x = addAfter(graph, "embedding", {x}, {{"tokens", kVocabulary}, {"width", kWidth}, {"deviation", 0.3}});
    if (positions)
        x = addAfter(graph, "positional_embedding", {x}, {{"deviation", 0.1}});
    for (int block = 0; block < 2; ++block) {
        const ParameterMap attention{{"heads", std::int64_t{4}}, {"key_heads", std::int64_t{block == 0 ? 4 : 2}}, {"causal", true}, {"rotary", !positions}};
        x = addAfter(graph, "add", {x, addAfter(graph, "multi_head_attention", {addAfter(graph, norm, {x})}, attention)});
        const LayerId hidden = addAfter(graph, "gelu", {dense(addAfter(graph, norm, {x}), 2 * kWidth)});
        x = addAfter(graph, "add", {x, dense(hidden, kWidth)});
    }
    addAfter(graph, "softmax_cross_entropy", {dense(addAfter(graph, norm, {x}), kVocabulary)});

    // Each text begins elsewhere in the same cycle of 17 tokens, some of which come twice: the last one does not tell the next.
    constexpr int kCycle[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 12, 0, 11};
    model.data.features = model.data.targets = {DType::I32, Shape{kTexts, kContext}};
    model.features = model.targets = Tensor64(model.data.features);
    for (std::size_t text = 0; text < kTexts; ++text)
        for (std::size_t t = 0; t < kContext; ++t) {
            model.features[text * kContext + t] = kCycle[(text * 5 + t) % 17];
            model.targets[text * kContext + t] = kCycle[(text * 5 + t + 1) % 17];
        }
    return model;
}

// The loss of each step; batches of 4 texts, one after the other.
inline std::vector<double> trainedOn(Backend &backend, const LanguageModel &model, BuildOptions options, int steps, float rate)
{
    options.batchSize = 4;
    options.optimizer = OptimizerConfig{};
    options.optimizer.type = "adam";
    const Program program = builtOrThrown(model.graph, model.data, options);
    DeviceRun run(program, backend, withThreads(2));
    Values64 start = startOf(program);
    start[static_cast<std::size_t>(program.features)] = model.features;
    start[static_cast<std::size_t>(program.targets)] = model.targets;
    writeStart(run, start);
    std::vector<double> losses;
    Tensor64 rows(TensorType{DType::I32, Shape{4}});
    for (int step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < 4; ++i)
            rows[i] = static_cast<double>((static_cast<std::size_t>(step) * 4 + i) % kTexts);
        run.write(program.indices, rows);
        run.run({3, static_cast<std::uint64_t>(step), rate, 4});
        losses.push_back(run.read(program.loss)[0]);
    }
    return losses;
}

}  // namespace trainyard::tests
