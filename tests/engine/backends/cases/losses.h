// Cases of losses beside the plain cross-entropy and squared error, and of the sums of metrics.
#pragma once

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

// Smoothed targets, weighed classes and a class that does not count, in all three forms.
inline void addCrossEntropyCases(OpCaseTable &table)
{
    struct Form {
        const char *name;
        LossAttributes attributes;
        bool weights;
    };
    const Form forms[] = {{"smoothed", {1.0f, 0.1f}, false},       {"weighed", {0.5f}, true},
                          {"ignoring 1", {1.0f, 0.0f, 1}, false},  {"smoothed, weighed, ignoring 0", {2.0f, 0.3f, 0}, true},
                          {"all spread", {1.0f, 1.0f}, false}};
    for (const Form &form : forms)
        for (const bool indices : {true, false})
            for (const std::int64_t rows : {5, 3, 0})
                for (const Shape &shape : {Shape{5, 4}, Shape{5, 2, 3}, Shape{5, 70}}) {
                    const std::string name = fmt::format("{} {} {} of {} rows valid", form.name, indices ? "indices" : "rows", rows, shape.text());
                    const Tensor64 targets = indices ? table.integers(Shape(std::vector<std::int64_t>(shape.sizes().begin(), shape.sizes().end() - 1)), 3)
                                                     : table.random(shape, 0, 1);
                    const Tensor64 weights = form.weights ? table.random({shape.back()}, 0.2, 3) : Tensor64();
                    table.add(OpKind::SoftmaxCrossEntropy, name, form.attributes, {table.random(shape, -3, 3), targets, weights},
                              rows > 0 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
                    table.valid(rows);
                    table.add(OpKind::SoftmaxCrossEntropyGrad, name, form.attributes, {table.random(shape, 0, 1), targets, weights});
                    table.valid(rows);
                    table.add(OpKind::SoftmaxCrossEntropyWithGrad, name, form.attributes,
                              {table.random(shape, -3, 3), targets, rows == 3 ? table.random({4}, 1, 3) : Tensor64(), weights});
                    table.valid(rows);
                }
    table.add(OpKind::SoftmaxCrossEntropy, "nothing counts", LossAttributes{1.0f, 0.0f, 0},
              {table.random({4, 3}), Tensor64(TensorType{DType::I32, {4}}), Tensor64()});
}

inline void addRowLossCases(OpCaseTable &table)
{
    const RowLossAttributes losses[] = {{RowLossKind::AbsoluteError},
                                        {RowLossKind::Huber, 0.5f, 0.7f},
                                        {RowLossKind::BinaryCrossEntropy, 1.0f, 2.5f},
                                        {RowLossKind::BinaryHinge, 1.0f, 0.8f},
                                        {RowLossKind::BinaryFocal, 1.0f, 2.0f, 0.25f},
                                        {RowLossKind::BinaryFocal, 1.0f, 0.0f, 0.5f},
                                        {RowLossKind::Hinge, 0.25f, 1.0f},
                                        {RowLossKind::KlDivergence, 2.0f},
                                        {RowLossKind::Focal, 1.0f, 2.0f, 0.25f},
                                        {RowLossKind::Focal, 1.0f, 0.5f, 1.0f},
                                        {RowLossKind::CosineSimilarity},
                                        {RowLossKind::Dice, 1.0f, 1.0f}};
    for (const RowLossAttributes &a : losses) {
        const bool probabilities = a.kind == RowLossKind::Dice;
        const auto both = [&](const std::string &name, const Shape &shape, const Tensor64 &targets, std::int64_t rows, float factor = 1) {
            RowLossAttributes scaled = a;
            scaled.scale *= factor;
            const auto x = [&] { return probabilities ? table.random(shape, 0.05, 0.95) : table.random(shape, -3, 3); };
            const std::string full = fmt::format("{} {} {} {} {} of {} rows valid", static_cast<int>(a.kind), a.parameter, name, shape.text(), rows, shape[0]);
            // Of one column a softmax, and the direction of a number, are what they are.
            const bool flat = shape.back() == 1 && (a.kind == RowLossKind::Hinge || a.kind == RowLossKind::KlDivergence || a.kind == RowLossKind::Focal
                                                    || a.kind == RowLossKind::CosineSimilarity);
            table.add(OpKind::RowLoss, full, a, {x(), targets}, rows > 0 && !flat ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
            table.valid(rows);
            table.add(OpKind::RowLossGrad, full, scaled, {x(), targets});
            table.valid(rows);
        };
        for (const Shape &shape : {Shape{1, 1}, Shape{5, 1}, Shape{5, 4}, Shape{4, 2, 3}, Shape{3, 4, 3, 2}, Shape{3, 40}, Shape{2, 300}, Shape{2, 70, 3}}) {
            const std::int64_t rows = shape[0];
            const Shape positions(std::vector<std::int64_t>(shape.sizes().begin(), shape.sizes().end() - 1));
            const int classes = shape.back() == 1 ? 2 : static_cast<int>(shape.back());
            both("numbers", shape, table.random(shape, 0.02, 1), rows);
            both("numbers", shape, table.random(shape, 0.02, 1), rows - 1);
            both("classes", shape, table.integers(positions, classes), rows);
            both("classes", shape, table.integers(positions, classes), rows / 2);
            if (shape.back() == 1)
                both("classes in a column", shape, table.integers(shape, 2), rows);
        }
        // Scaled up, so that the gradient of one of so many lies within the normal numbers of float16.
        both("many", {61, 517}, table.random({61, 517}, 0, 1), 60, 30000);
    }
    for (const RowLossKind kind : {RowLossKind::BinaryCrossEntropy, RowLossKind::BinaryFocal, RowLossKind::Focal, RowLossKind::KlDivergence})
        table.add(OpKind::RowLoss, fmt::format("{} far out", static_cast<int>(kind)), RowLossAttributes{kind, 1.0f, 1.0f, 0.5f},
                  {table.random({6, 3}, -60, 60), table.integers({6}, 3)});
}

inline void addMetricCases(OpCaseTable &table)
{
    for (const std::int64_t rows : {6, 4, 0}) {
        const std::string name = fmt::format("{} of 6 rows valid", rows);
        for (const std::int64_t k : {1, 2, 3}) {
            table.add(OpKind::AccumulateTopK, fmt::format("{} indices {}", k, name), TopKAttributes{k}, {table.random({6, 3}), table.integers({6}, 3), table.sums({2})}, {}, {2});
            table.valid(rows);
            table.add(OpKind::AccumulateTopK, fmt::format("{} rows {}", k, name), TopKAttributes{k}, {table.random({6, 2, 3}), table.random({6, 2, 3}), table.sums({2})}, {}, {2});
            table.valid(rows);
            table.add(OpKind::AccumulateTopK, fmt::format("{} ignoring 1 {}", k, name), TopKAttributes{k, 1}, {table.random({6, 2, 300}), table.integers({6, 2}, 3), table.sums({2})}, {}, {2});
            table.valid(rows);
        }
        for (const std::int32_t ignored : {-1, 1}) {
            table.add(OpKind::AccumulateConfusion, fmt::format("indices ignoring {} {}", ignored, name), ConfusionAttributes{false, ignored},
                      {table.random({6, 2, 3}), table.integers({6, 2}, 3), table.sums({3, 3})}, {}, {2});
            table.valid(rows);
        }
        table.add(OpKind::AccumulateConfusion, "rows " + name, ConfusionAttributes{}, {table.random({6, 40}), table.random({6, 40}), table.sums({40, 40})}, {}, {2});
        table.valid(rows);
        table.add(OpKind::AccumulateConfusion, "answers " + name, ConfusionAttributes{true}, {table.random({6, 4}), table.random({6, 4}, 0, 1), table.sums({2, 2})}, {}, {2});
        table.valid(rows);
        table.add(OpKind::AccumulateConfusion, "answers of classes " + name, ConfusionAttributes{true}, {table.random({6, 4}), table.integers({6}, 4), table.sums({2, 2})}, {}, {2});
        table.valid(rows);
        table.add(OpKind::AccumulateConfusion, "answers of one column " + name, ConfusionAttributes{true}, {table.random({6, 5, 1}), table.integers({6, 5}, 2), table.sums({2, 2})}, {}, {2});
        table.valid(rows);
        for (const bool squared : {false, true}) {
            const std::string both = squared ? "squared " + name : name;
            table.add(OpKind::AccumulateError, both, ErrorAttributes{squared}, {table.random({6, 2}), table.random({6, 2}), Tensor64(), table.sums({2})}, {}, {3});
            table.valid(rows);
            for (const std::int64_t scales : {1, 2}) {
                table.add(OpKind::AccumulateError, fmt::format("{} scales {}", scales, both), ErrorAttributes{squared},
                          {table.random({6, 2}), table.random({6, 2}), table.random({scales}, 0.5, 2), table.sums({2})}, {}, {3});
                table.valid(rows);
            }
        }
        table.add(OpKind::AccumulateR2, "images " + name, NoAttributes{}, {table.random({6, 2, 3, 2}), table.random({6, 2, 3, 2}), table.sums({4, 2})}, {}, {2});
        table.valid(rows);
    }
    table.add(OpKind::AccumulateTopK, "ties take the first", TopKAttributes{1},
              {Tensor64(TensorType{DType::F32, {4, 3}}), table.integers({4}, 2), table.sums({2})}, {}, {2});
}

inline void addLossCases(OpCaseTable &table)
{
    addCrossEntropyCases(table);
    addRowLossCases(table);
    addMetricCases(table);
}

}  // namespace trainyard::tests
