// Op cases of what transformers are made of.
#pragma once

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

inline void addEmbeddingCases(OpCaseTable &table)
{
    struct Sizes {
        Shape indices;
        std::int64_t tokens, width;
    };
    for (const auto &[shape, tokens, width] : {Sizes{{1}, 1, 1}, Sizes{{3, 5}, 7, 3}, Sizes{{1, 9}, 2, 17}, Sizes{{2, 3, 4}, 50, 8}, Sizes{{40, 60}, 11, 36},
                                               Sizes{{2, 700}, 3000, 5}, Sizes{{7, 2}, 9, 130}}) {
        const std::string name = fmt::format("{} of {} x {}", shape.text(), tokens, width);
        const EmbeddingAttributes a{tokens, width};
        auto sizes = shape.sizes();
        sizes.push_back(width);
        // A few indices lie outside the table.
        Tensor64 indices = table.integers(shape, static_cast<int>(tokens));
        for (std::size_t i = 3; i < indices.size(); i += 11)
            indices[i] = i % 2 ? -1 : static_cast<double>(tokens);
        table.add(OpKind::Embedding, name, a, {indices, table.random({tokens, width})}, {1});
        table.add(OpKind::EmbeddingGrad, name, a, {indices, table.random(Shape(sizes))});
    }
    table.add(OpKind::Embedding, "indices far outside", EmbeddingAttributes{4, 3}, {Tensor64(TensorType{DType::I32, {3}}), table.random({4, 3})}, {1});
    table.last().inputs[0].data = {2147483647.0, -2147483648.0, 2};
    table.add(OpKind::EmbeddingGrad, "indices far outside", EmbeddingAttributes{4, 3}, {table.last().inputs[0], table.random({3, 3})});
}

inline void addRotaryCases(OpCaseTable &table)
{
    for (const auto &[shape, size] : {std::pair{Shape{1, 1, 2}, 2}, std::pair{Shape{2, 5, 12}, 4}, std::pair{Shape{3, 7, 6}, 6}, std::pair{Shape{2, 33, 128}, 64}})
        for (const bool inverse : {false, true})
            table.add(OpKind::Rotary, fmt::format("{} heads of {}{}", shape.text(), size, inverse ? " back" : ""), RotaryAttributes{size, inverse ? 500.0f : 10000.0f, inverse},
                      {table.random(shape)}, {0});
}

struct AttentionCase {
    const char *name;
    std::int64_t samples, queries, keys, size, heads, keyHeads;
    bool causal, masked;
};

inline void addAttentionCases(OpCaseTable &table)
{
    const AttentionCase cases[] = {{"one number", 1, 1, 1, 1, 1, 1, false, false},
                                   {"odd sizes", 2, 5, 7, 3, 2, 2, false, false},
                                   {"causal", 2, 9, 9, 4, 3, 3, true, false},
                                   {"causal with more keys", 1, 4, 11, 5, 2, 1, true, false},
                                   {"causal with more queries", 2, 7, 3, 2, 2, 2, true, false},
                                   {"masked", 3, 6, 10, 8, 2, 2, false, true},
                                   {"causal and masked", 2, 13, 13, 7, 4, 2, true, true},
                                   {"grouped queries", 2, 6, 6, 4, 6, 2, false, false},
                                   {"several blocks of queries", 1, 130, 67, 9, 2, 1, false, false},
                                   {"several blocks of keys", 1, 3, 1100, 6, 2, 2, false, true},
                                   {"several blocks, causal", 1, 70, 600, 5, 1, 1, true, true},
                                   {"wide heads", 1, 5, 6, 140, 2, 1, true, false},
                                   {"heads of 64", 2, 40, 40, 64, 2, 2, true, false}};
    for (const AttentionCase &c : cases) {
        const AttentionAttributes a{c.heads, c.keyHeads, c.causal, 1.0f / std::sqrt(static_cast<float>(c.size))};
        const Shape queries{c.samples, c.queries, c.heads * c.size}, keys{c.samples, c.keys, c.keyHeads * c.size};
        Tensor64 mask;
        if (c.masked) {
            mask = table.integers({c.samples, c.keys}, 2, DType::F32);
            for (double &value : mask.data)
                value = std::floor(value);
            std::fill_n(mask.data.begin(), c.samples > 2 ? c.keys : 2, 0.0);  // of three samples the first sees nothing
        }
        const Tensor64 q = table.random(queries, -3, 3), k = table.random(keys, -3, 3), v = table.random(keys);
        // Where a query sees one key only, the slope by q and k is 0: nothing to compare.
        const bool flat = c.queries == 1 && c.keys == 1;
        table.add(OpKind::Attention, c.name, a, {q, k, v, mask}, flat ? std::vector<std::size_t>{2} : std::vector<std::size_t>{0, 1, 2});
        // What the forward op saves is drawn, too: its rounding in 16 bit would be compared otherwise, not the gradient.
        table.add(OpKind::AttentionGrad, c.name, a,
                  {q, k, v, table.random(queries), table.random(queries), table.random({c.samples, c.heads, c.queries}, flat ? -1 : 3, flat ? 0 : 6), mask});
    }
    table.add(OpKind::Attention, "large products", AttentionAttributes{1, 1, false, 1.0f}, {table.random({2, 3, 4}, -40, 40), table.random({2, 5, 4}, -40, 40), table.random({2, 5, 4})});
}

inline void addSequenceNormCases(OpCaseTable &table)
{
    for (const Shape &x : {Shape{7, 5}, Shape{2, 5, 7, 3}, Shape{1, 64}, Shape{3, 4, 17}, Shape{9, 1000}, Shape{40, 2, 33}}) {
        const Shape channels{x.back()}, rows{x.elements() / x.back()};
        for (const float epsilon : {1e-5f, 0.1f}) {
            const std::string name = fmt::format("{} epsilon {}", x.text(), epsilon);
            const Tensor64 image = table.random(x, -2, 3), gamma = table.random(channels, 0.5, 1.5);
            table.add(OpKind::RmsNorm, name, LayerNormAttributes{epsilon}, {image, gamma}, {0, 1});
            table.add(OpKind::RmsNormGrad, name, LayerNormAttributes{epsilon}, {image, table.random(x), gamma, table.random(rows, 0.5, 1.5)});
        }
    }
    struct Sizes {
        Shape x;
        std::int64_t groups;
    };
    for (const auto &[x, groups] : {Sizes{{3, 6}, 2}, Sizes{{2, 5, 7, 3}, 1}, Sizes{{2, 5, 7, 3}, 3}, Sizes{{1, 4, 4, 12}, 4}, Sizes{{2, 9, 13, 40}, 8}, Sizes{{3, 11, 66}, 33},
                                    Sizes{{1, 31, 33, 4}, 2}, Sizes{{2, 3, 200}, 1}, Sizes{{5, 3, 1}, 1}}) {
        const Shape channels{x.back()}, statistics{x[0], groups};
        for (const float epsilon : {1e-5f, 0.1f}) {
            const std::string name = fmt::format("{} in {} groups, epsilon {}", x.text(), groups, epsilon);
            const GroupNormAttributes a{groups, epsilon};
            const Tensor64 image = table.random(x, 1, 4), gamma = table.random(channels, 0.5, 1.5);
            table.add(OpKind::GroupNorm, name, a, {image, gamma, table.random(channels)}, {0, 1, 2});
            table.add(OpKind::GroupNormGrad, name, a, {image, table.random(x), gamma, table.random(statistics, 2, 3), table.random(statistics, 0.5, 1.5)});
        }
    }
}

inline void addSequenceCases(OpCaseTable &table)
{
    addEmbeddingCases(table);
    addRotaryCases(table);
    addAttentionCases(table);
    addSequenceNormCases(table);
}

}  // namespace trainyard::tests
