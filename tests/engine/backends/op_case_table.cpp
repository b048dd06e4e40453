#include "tests/engine/backends/op_case_table.h"

#include <fmt/format.h>

namespace trainyard::tests {

void keepOffTheKink(std::vector<Tensor64> &inputs, double epsilon)
{
    constexpr double kNear = 1e-5;
    const Tensor64 &x = inputs[0];
    for (std::size_t c = 0; c < x.columns(); ++c) {
        double mean = 0, variance = 0;
        for (std::size_t r = 0; r < x.rows(); ++r)
            mean += x[r * x.columns() + c] / static_cast<double>(x.rows());
        for (std::size_t r = 0; r < x.rows(); ++r)
            variance += std::pow(x[r * x.columns() + c] - mean, 2) / static_cast<double>(x.rows());
        const auto nearest = [&] {
            double least = 1;
            for (std::size_t r = 0; r < x.rows(); ++r)
                least = std::min(least, std::abs(inputs[2][c] * (x[r * x.columns() + c] - mean) / std::sqrt(variance + epsilon) + inputs[3][c]));
            return least;
        };
        for (int tries = 0; tries < 100 && nearest() < kNear; ++tries)
            inputs[3][c] = static_cast<double>(static_cast<float>(inputs[3][c] + 7 * kNear));
    }
}

// Families of cases in files of their own, included at the end.
class OpCaseTable;
inline void addShapeCases(OpCaseTable &table);
inline void addSequenceCases(OpCaseTable &table);
inline void addRecurrentCases(OpCaseTable &table);
inline void addLossCases(OpCaseTable &table);
inline void addOptimizerCases(OpCaseTable &table);
inline void addElementwiseCases(OpCaseTable &table);
inline void addConvolution3dCases(OpCaseTable &table);

class OpCaseTable {
public:
    static std::vector<OpCase> all(unsigned seed)
    {
        OpCaseTable table;
        table.m_seed = seed;
        table.addDense();
        table.addConvolutions();
        table.addPooling();
        table.addBatchNorm();
        table.addLayerNorm();
        table.addActivations();
        table.addElementwise();
        table.addSoftmaxAndLosses();
        table.addLayout();
        table.addMetrics();
        addLossCases(table);
        table.addClipping();
        table.addUpdates();
        table.addCasts();
        table.addLossScaling();
        table.addChains();
        addShapeCases(table);
        addSequenceCases(table);
        addRecurrentCases(table);
        addOptimizerCases(table);
        addElementwiseCases(table);
        addConvolution3dCases(table);
        table.addWinogradConvolutions();
        return std::move(table.m_cases);
    }

    // What the families in cases/ are made of.
    Tensor64 random(Shape shape, double low = -1, double high = 1) { return randomTensor(std::move(shape), ++m_seed, low, high); }
    Tensor64 integers(Shape shape, int bound, DType dtype = DType::I32) { return randomTensor(std::move(shape), ++m_seed, 0, bound, dtype); }
    // All different, and at least 1/64 apart: no finite difference changes which one is the largest.
    Tensor64 spread(Shape shape)
    {
        Tensor64 tensor(TensorType{DType::F32, std::move(shape)});
        for (std::size_t i = 0; i < tensor.size(); ++i)
            tensor[i] = static_cast<double>(i) / 64;
        std::mt19937 engine(++m_seed);
        for (std::size_t i = tensor.size(); i > 1; --i)
            std::swap(tensor[i - 1], tensor[engine() % i]);
        return tensor;
    }
    void add(OpKind kind, std::string name, OpAttributes attributes, std::vector<Tensor64> inputs,
             std::vector<std::size_t> differentiable = {}, std::vector<std::size_t> mutates = {})
    {
        const Tensor64 &first = inputs.front();
        m_cases.push_back({kind, std::string(opSpec(kind).name) + " " + name, std::move(attributes), std::move(inputs), std::move(mutates),
                           scalarsFor(first.type.shape[0]), std::move(differentiable), {}});
    }
    void valid(std::int64_t rows) { m_cases.back().scalars.validRows = static_cast<std::int32_t>(rows); }
    OpCase &last() { return m_cases.back(); }
    void step(std::uint64_t step) { m_cases.back().scalars.step = step; }
    Tensor64 sums(Shape shape)
    {
        Tensor64 tensor = random(std::move(shape), 0, 10);
        tensor.type.dtype = DType::F64;
        return tensor;
    }

    // Those that other ops apply to their result.
    static const std::vector<ActivationAttributes> &fusedActivations()
    {
        static const std::vector<ActivationAttributes> all{{ActivationKind::Relu},         {ActivationKind::LeakyRelu, 0.1f},
                                                           {ActivationKind::LeakyRelu, 0}, {ActivationKind::Gelu},
                                                           {ActivationKind::Silu},         {ActivationKind::Tanh},
                                                           {ActivationKind::Sigmoid},      {ActivationKind::Identity}};
        return all;
    }
    static std::vector<ActivationAttributes> activations()
    {
        std::vector<ActivationAttributes> all = fusedActivations();
        for (const ActivationAttributes &more : {ActivationAttributes{ActivationKind::GeluTanh}, {ActivationKind::Elu, 1}, {ActivationKind::Elu, 0}, {ActivationKind::Elu, 0.3f},
                                                 {ActivationKind::Selu}, {ActivationKind::Softplus}, {ActivationKind::Mish}, {ActivationKind::HardSwish},
                                                 {ActivationKind::HardSigmoid}})
            all.push_back(more);
        return all;
    }
    static std::string named(const ActivationAttributes &a) { return fmt::format("activation {} {}", static_cast<int>(a.kind), a.slope); }

private:

    void addDense()
    {
        struct Sizes {
            std::vector<std::int64_t> before;
            std::int64_t in, out;
        };
        for (const auto &[before, in, out] : {Sizes{{1}, 1, 1}, Sizes{{5}, 7, 3}, Sizes{{1}, 33, 17}, Sizes{{3, 2, 2}, 5, 4}, Sizes{{64}, 130, 70}})
            for (const bool bias : {true, false}) {
                auto xSizes = before, ySizes = before;
                xSizes.push_back(in);
                ySizes.push_back(out);
                const Shape x(xSizes), y(ySizes);
                const std::string name = fmt::format("{} to {}{}", x.text(), out, bias ? " with bias" : "");
                const DenseAttributes a{out, bias, {}};
                add(OpKind::Dense, name, a, {random(x), random({in, out}), bias ? random({out}) : Tensor64()},
                    bias ? std::vector<std::size_t>{0, 1, 2} : std::vector<std::size_t>{0, 1});
                add(OpKind::DenseGradData, name, a, {random(y), random({in, out})});
                add(OpKind::DenseGradWeights, name, a, {random(x), random(y)});
            }
        for (const ActivationAttributes &post : fusedActivations())
            add(OpKind::Dense, "fused " + named(post), DenseAttributes{6, true, post}, {random({3, 5}), random({5, 6}), random({6})});
    }

    void addConvolution(const std::string &name, const Shape &x, std::int64_t filters, std::int64_t groups, const Window2d &w, bool bias)
    {
        Conv2dAttributes a{w, filters, groups, bias, {}, 0, 0};
        const Shape y{x[0], w.outputH(x[1]), w.outputW(x[2]), filters}, weights{w.kernelH, w.kernelW, x[3] / groups, filters};
        add(OpKind::Conv2d, name, a, {random(x), random(weights), bias ? random({filters}) : Tensor64()},
            bias ? std::vector<std::size_t>{0, 1, 2} : std::vector<std::size_t>{0, 1});
        a.inputH = x[1];
        a.inputW = x[2];
        add(OpKind::Conv2dGradData, name, a, {random(y), random(weights)});
        add(OpKind::Conv2dGradWeights, name, a, {random(x), random(y)});
    }

    void addConvolutions()
    {
        addConvolution("3x3 same", {2, 7, 5, 3}, 4, 1, {3, 3, 1, 1, 1, 1, 1, 1}, true);
        addConvolution("1x1", {1, 3, 3, 5}, 7, 1, {}, false);
        addConvolution("one pixel", {1, 1, 1, 1}, 1, 1, {}, true);
        addConvolution("stride 2, batch 1", {1, 9, 8, 2}, 3, 1, {3, 2, 2, 2}, true);
        addConvolution("uneven padding and stride", {2, 6, 7, 3}, 5, 1, {3, 3, 2, 1, 0, 0, 1, 2}, true);
        addConvolution("dilation 2x3", {2, 9, 11, 3}, 4, 1, {3, 2, 1, 1, 2, 1, 2, 2, 2, 3}, true);
        addConvolution("2 groups", {2, 5, 5, 6}, 4, 2, {3, 3, 1, 1, 1, 1, 1, 1}, true);
        addConvolution("depthwise", {2, 6, 5, 8}, 8, 8, {3, 3, 1, 1, 1, 1, 1, 1}, false);
        addConvolution("depthwise, 2 filters each, stride 2", {1, 7, 7, 3}, 6, 3, {3, 3, 2, 2, 1, 1, 1, 1}, true);
        addConvolution("kernel larger than the image", {1, 3, 2, 2}, 3, 1, {5, 5, 1, 1, 2, 2, 2, 2}, true);
        addConvolution("wide row", {1, 1, 17, 4}, 3, 1, {1, 5, 1, 3}, true);
        addConvolution("17 to 33 channels", {3, 8, 8, 17}, 33, 1, {3, 3, 1, 1, 1, 1, 1, 1}, true);
        addConvolution("16 to 32 channels", {8, 12, 12, 16}, 32, 1, {3, 3, 1, 1, 1, 1, 1, 1}, true);
        addConvolution("padding beyond the kernel", {1, 4, 4, 2}, 2, 1, {2, 2, 1, 1, 3, 3, 3, 3}, true);
        for (const ActivationAttributes &post : fusedActivations())
            add(OpKind::Conv2d, "fused " + named(post), Conv2dAttributes{{3, 3, 1, 1, 1, 1, 1, 1}, 4, 1, true, post, 0, 0},
                {random({2, 4, 5, 3}), random({3, 3, 3, 4}), random({4})});
    }

    // What the CPU computes by Winograd's algorithm (backends/cpu/convolution.cpp), and sizes just beside it.
    void addWinogradConvolutions()
    {
        addConvolution("Winograd, odd image", {3, 9, 7, 64}, 64, 1, {3, 3, 1, 1, 1, 1, 1, 1}, true);
        addConvolution("Winograd, batch 1, no padding", {1, 10, 9, 128}, 32, 1, {3, 3}, false);
        addConvolution("Winograd, rows padded", {2, 8, 11, 64}, 80, 1, {3, 3, 1, 1, 1, 0, 1, 0}, true);
        addConvolution("Winograd's sizes, unevenly padded", {2, 9, 8, 64}, 64, 1, {3, 3, 1, 1, 0, 1, 1, 0}, false);
        addConvolution("Winograd's sizes, padded by 2", {2, 7, 6, 64}, 64, 1, {3, 3, 1, 1, 2, 2, 2, 2}, true);
        add(OpKind::Conv2d, "Winograd, fused relu", Conv2dAttributes{{3, 3, 1, 1, 1, 1, 1, 1}, 64, 1, true, {ActivationKind::Relu}, 0, 0},
            {random({2, 8, 8, 64}), random({3, 3, 64, 64}), random({64})});
    }

    void addPool(const std::string &name, const Shape &x, const Window2d &w)
    {
        Pool2dAttributes a{w, false, 0, 0};
        const Shape y{x[0], w.outputH(x[1]), w.outputW(x[2]), x[3]};
        add(OpKind::MaxPool2d, name, a, {spread(x)}, {0});
        for (const bool count : {false, true}) {
            a.countPadding = count;
            const std::string both = name + (count ? ", padding counts" : "");
            add(OpKind::AvgPool2d, both, a, {random(x)}, {0});
            a.inputH = x[1];
            a.inputW = x[2];
            add(OpKind::AvgPool2dGrad, both, a, {random(y)});
        }
        addMaxPoolGrad(name, spread(x), a, y);
    }
    void addMaxPoolGrad(const std::string &name, Tensor64 x, const Pool2dAttributes &a, const Shape &y)
    {
        add(OpKind::MaxPool2dGrad, name, a, {std::move(x), random(y)});
        m_cases.back().emitter = [a](OpBuilder &builder, const std::vector<ValueId> &inputs) -> Result<std::vector<ValueId>> {
            TRAINYARD_TRY(const auto pooled, builder.add(OpKind::MaxPool2d, a, {inputs[0]}));
            return builder.add(OpKind::MaxPool2dGrad, a, {inputs[1], pooled[1]});
        };
    }

    void addPooling()
    {
        addPool("2x2", {2, 6, 4, 3}, {2, 2, 2, 2});
        addPool("what is left over is dropped", {1, 7, 5, 1}, {2, 2, 2, 2});
        addPool("overlapping, padded", {2, 5, 6, 16}, {3, 3, 1, 1, 1, 1, 1, 1});
        addPool("same with stride 2", {1, 6, 7, 5}, {3, 3, 2, 2, 0, 1, 1, 1});
        addPool("row", {2, 1, 9, 2}, {1, 3, 1, 2});
        addPool("whole image", {3, 4, 5, 7}, {4, 5, 1, 1});
        addPool("stride beyond the kernel", {1, 8, 8, 2}, {2, 2, 3, 3});
        // Ties: the first of equal values takes the gradient.
        const Window2d window{3, 3, 2, 2, 0, 0, 1, 1};
        add(OpKind::MaxPool2d, "ties", Pool2dAttributes{window, false, 0, 0}, {integers({2, 6, 6, 3}, 3, DType::F32)});
        for (double &value : m_cases.back().inputs[0].data)
            value = std::floor(value);
        addMaxPoolGrad("ties", m_cases.back().inputs[0], {window, false, 6, 6}, {2, 3, 3, 3});
    }

    void addBatchNorm()
    {
        for (const Shape &x : {Shape{7, 5}, Shape{2, 5, 7, 3}, Shape{1, 4, 3, 6}, Shape{16, 1}, Shape{4, 3, 16}, Shape{1, 3}, Shape{16, 9, 9, 17}}) {
            const Shape channels{x.back()};
            for (const BatchNormAttributes &a : {BatchNormAttributes{}, BatchNormAttributes{0.1f, 0.7f, false}}) {
                const std::string name = fmt::format("{} epsilon {}", x.text(), a.epsilon);
                const Tensor64 image = random(x, 1, 4), gamma = random(channels, 0.5, 1.5), beta = random(channels);
                const Tensor64 mean = random(channels), variance = random(channels, 0.5, 2);
                const bool oneRow = image.rows() == 1;  // its gradient is 0 up to rounding: nothing to compare
                add(OpKind::BatchNorm, name, a, {image, gamma, beta, mean, variance},
                    oneRow ? std::vector<std::size_t>{2} : std::vector<std::size_t>{0, 1, 2}, {3, 4});
                add(OpKind::BatchNormInference, name, a, {image, gamma, beta, mean, variance}, {0});
                add(OpKind::BatchNormInference, name + " without beta and mean", a, {image, gamma, Tensor64(), Tensor64(), variance});
                if (oneRow)
                    continue;
                const Tensor64 batchMean = random(channels, 2, 3), batchVariance = random(channels, 0.5, 2);
                add(OpKind::BatchNormGrad, name, a, {image, random(x), gamma, beta, batchMean, batchVariance, Tensor64()});
                addFusedBatchNorm(name, a, {image, random(x), gamma, beta, mean, variance});
            }
        }
    }
    void addFusedBatchNorm(const std::string &name, BatchNormAttributes a, std::vector<Tensor64> inputs)
    {
        a.fusedRelu = true;
        add(OpKind::BatchNormInference, name + " with relu", a, {inputs[0], inputs[2], inputs[3], inputs[4], inputs[5]});
        keepOffTheKink(inputs, static_cast<double>(a.epsilon));
        add(OpKind::BatchNormGrad, name + " with relu", a, std::move(inputs));
        m_cases.back().emitter = [a](OpBuilder &builder, const std::vector<ValueId> &in) -> Result<std::vector<ValueId>> {
            TRAINYARD_TRY(auto normed, builder.add(OpKind::BatchNorm, a, {in[0], in[2], in[3], in[4], in[5]}));
            const ValueId mask = builder.addValue({DType::U8, builder.shape(in[0])}, Role::Workspace);
            builder.list().ops.back().outputs.push_back(mask);
            return builder.add(OpKind::BatchNormGrad, a, {in[0], in[1], in[2], in[3], normed[1], normed[2], mask});
        };
    }

    void addLayerNorm()
    {
        for (const Shape &x : {Shape{7, 5}, Shape{2, 5, 7, 3}, Shape{1, 64}, Shape{3, 4, 17}, Shape{9, 1000}, Shape{40, 2, 33}}) {
            const Shape channels{x.back()}, rows{x.elements() / x.back()};
            for (const float epsilon : {1e-5f, 0.1f}) {
                const std::string name = fmt::format("{} epsilon {}", x.text(), epsilon);
                const Tensor64 image = random(x, 1, 4), gamma = random(channels, 0.5, 1.5);
                add(OpKind::LayerNorm, name, LayerNormAttributes{epsilon}, {image, gamma, random(channels)}, {0, 1, 2});
                add(OpKind::LayerNormGrad, name, LayerNormAttributes{epsilon},
                    {image, random(x), gamma, random(rows, 2, 3), random(rows, 0.5, 1.5)});
            }
        }
    }

    void addActivations()
    {
        for (const ActivationAttributes &a : activations())
            for (const Shape &shape : {Shape{1, 1}, Shape{3, 37}, Shape{40, 1700}}) {
                const std::string name = named(a) + " " + shape.text();
                Tensor64 x = random(shape, -3, 3);
                for (double &value : x.data)  // no value so near the kink that a finite difference crosses it
                    value = std::abs(value) < 1e-3 || std::abs(value) > 2.999 ? 0.5 : value;
                add(OpKind::Activate, name, a, {x}, {0});
                // What is saved is x or y; both are numbers below 1 for the bounded activations.
                add(OpKind::ActivateGrad, name, a, {random(shape, -0.9, 0.9), random(shape)});
            }
        add(OpKind::Activate, "far out", ActivationAttributes{ActivationKind::Sigmoid}, {random({4, 9}, -80, 80)});
        add(OpKind::Activate, "far out tanh", ActivationAttributes{ActivationKind::Tanh}, {random({4, 9}, -80, 80)});
        add(OpKind::Activate, "far out gelu", ActivationAttributes{ActivationKind::Gelu}, {random({4, 9}, -30, 30)});
        for (const ActivationAttributes &a : activations())
            if (!isFusable(a.kind))
                add(OpKind::Activate, "far out " + named(a), a, {random({4, 37}, -90, 90)});
    }

    void addElementwise()
    {
        for (const Shape &shape : {Shape{1, 1}, Shape{3, 5, 7, 2}, Shape{64, 2000}}) {
            add(OpKind::Add, shape.text(), NoAttributes{}, {random(shape), random(shape)}, {0, 1});
            add(OpKind::Multiply, shape.text(), NoAttributes{}, {random(shape), random(shape)}, {0, 1});
            for (const float rate : {0.0f, 0.3f, 0.95f})
                add(OpKind::Dropout, fmt::format("{} rate {}", shape.text(), rate), DropoutAttributes{rate, 9}, {random(shape)},
                    shape.elements() > 1 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
        }
        for (const ActivationAttributes &post : fusedActivations())
            add(OpKind::Add, "fused " + named(post), post, {random({3, 21}), random({3, 21})});
    }

    void addSoftmaxAndLosses()
    {
        for (const Shape &shape : {Shape{1, 1}, Shape{5, 3}, Shape{2, 3, 4, 10}, Shape{1, 1000}}) {
            add(OpKind::Softmax, shape.text(), NoAttributes{}, {random(shape, -4, 4)},
                shape.back() > 1 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
            add(OpKind::SoftmaxGrad, shape.text(), NoAttributes{}, {random(shape, 0, 1), random(shape)});
        }
        add(OpKind::Softmax, "far out", NoAttributes{}, {random({3, 6}, -900, 900)});
        for (const std::int64_t rows : {5, 3, 0})
            for (const bool indices : {true, false})
                for (const Shape &shape : {Shape{5, 4}, Shape{5, 2, 3}}) {
                    const std::string name = fmt::format("{} {} of {} rows valid", indices ? "indices" : "weights", rows, shape.text());
                    auto sizes = shape.sizes();
                    const auto classes = static_cast<int>(sizes.back());
                    sizes.pop_back();
                    const Tensor64 targets = indices ? integers(Shape(sizes), classes) : random(shape, 0, 1);
                    const LossAttributes a{rows == 3 ? 0.25f : 1.0f};
                    add(OpKind::SoftmaxCrossEntropy, name, a, {random(shape, -3, 3), targets},
                        rows > 0 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
                    valid(rows);
                    add(OpKind::SoftmaxCrossEntropyGrad, name, a, {random(shape, 0, 1), targets});
                    valid(rows);
                    add(OpKind::MeanSquaredError, name, a, {random(shape), random(shape)},
                        rows > 0 ? std::vector<std::size_t>{0} : std::vector<std::size_t>{});
                    valid(rows);
                    add(OpKind::MeanSquaredErrorGrad, name, a, {random(shape), random(shape)});
                    valid(rows);
                }
        add(OpKind::SoftmaxCrossEntropy, "far out", LossAttributes{}, {random({6, 3}, -40, 40), integers({6}, 3)});
    }

    void addLayout()
    {
        for (const DType dtype : {DType::F32, DType::U8}) {
            const auto data = [&](Shape shape) { return dtype == DType::F32 ? random(std::move(shape)) : integers(std::move(shape), 256, dtype); };
            add(OpKind::GatherRows, fmt::format("{} as it is", dtypeName(dtype)), NoAttributes{},
                {data({9, 3, 2}), integers({5}, 9), Tensor64(), Tensor64()});
            valid(5);
            add(OpKind::GatherRows, fmt::format("{} one scale", dtypeName(dtype)), NoAttributes{},
                {data({9, 3, 5, 1}), integers({4}, 9), random({1}), random({1})});
            valid(3);
            add(OpKind::GatherRows, fmt::format("{} scale per element", dtypeName(dtype)), NoAttributes{},
                {data({1, 7}), integers({3}, 1), random({7}), random({7})});
            valid(3);
            for (const GatherAttributes &a : {GatherAttributes{true, 0, 0}, GatherAttributes{false, 2, 1}, GatherAttributes{true, 3, 0}})
                for (const Shape &image : {Shape{9, 7, 6, 3}, Shape{9, 8, 8, 4}}) {
                    const std::string name = fmt::format("{} {} shifted by {}{}", dtypeName(dtype), image.text(), a.maxShift, a.flipHorizontal ? " and mirrored" : "");
                    const std::int64_t features = image.elements() / image[0];
                    add(OpKind::GatherRows, name, a, {data(image), integers({12}, 9), Tensor64(), Tensor64()});
                    valid(12);
                    add(OpKind::GatherRows, name + ", one scale", a, {data(image), integers({12}, 9), random({1}), random({1})});
                    valid(11);
                    add(OpKind::GatherRows, name + ", scale per element", a, {data(image), integers({12}, 9), random({features}), random({features})});
                    valid(12);
                    step(6);
                }
        }
        add(OpKind::GatherRows, "class indices", NoAttributes{}, {integers({9}, 100), integers({6}, 9), Tensor64(), Tensor64()});
        add(OpKind::GatherRows, "tokens", NoAttributes{}, {integers({9, 7}, 100), integers({6}, 9), Tensor64(), Tensor64()});
        add(OpKind::GatherRows, "masks", NoAttributes{}, {integers({9, 4, 2}, 100), integers({6}, 9), Tensor64(), Tensor64()});
        valid(4);
        add(OpKind::Reshape, "image to row", ReshapeAttributes{{24}}, {random({3, 2, 4, 3})}, {0});
        add(OpKind::Reshape, "row to image", ReshapeAttributes{{2, 3, 1}}, {random({1, 6})}, {0});
        add(OpKind::Concat, "channels", ConcatAttributes{-1}, {random({2, 3, 4, 1}), random({2, 3, 4, 5}), random({2, 3, 4, 2})}, {0, 1, 2});
        add(OpKind::Concat, "height", ConcatAttributes{1}, {random({2, 3, 4}), random({2, 1, 4})}, {0, 1});
        add(OpKind::Concat, "one input", ConcatAttributes{1}, {random({1, 4})}, {0});
        add(OpKind::Slice, "channels", SliceAttributes{-1, 2, 3}, {random({2, 3, 2, 6})});
        add(OpKind::Slice, "height", SliceAttributes{1, 0, 2}, {random({2, 3, 4})});
        add(OpKind::Slice, "everything", SliceAttributes{1, 0, 4}, {random({1, 4})});
    }

    void addMetrics()
    {
        add(OpKind::AccumulateLoss, "adds to what is there", NoAttributes{}, {random({1}), sums({2})}, {}, {1});
        valid(7);
        for (const std::int64_t rows : {6, 4, 0}) {
            const std::string name = fmt::format("{} of 6 rows valid", rows);
            add(OpKind::AccumulateR2, name, NoAttributes{}, {random({6, 3}), random({6, 3}), sums({4, 3})}, {}, {2});
            valid(rows);
        }
    }

    // size: of the two parameters; the first is large enough for two threads.
    std::vector<Tensor64> updateInputs(int statesPerParameter, bool withStates)
    {
        std::vector<Tensor64> inputs;
        for (const Shape &shape : {Shape{41, 1000}, Shape{7}}) {
            inputs.push_back(random(shape));
            inputs.push_back(random(shape));
            for (int i = 0; i < statesPerParameter; ++i)
                inputs.push_back(withStates ? random(shape, i == 1 ? 0.01 : -1, 1) : Tensor64());
        }
        return inputs;
    }

    void addClipping()
    {
        const auto both = [&](double size) {  // the first is large enough for two threads, and ends within a piece
            return std::vector<Tensor64>{random({41, 1001}, -size, size), random({7}, -size, size), random({1, 1}, -size, size)};
        };
        const auto clip = [&](const std::string &name, const ClipAttributes &a, std::vector<Tensor64> gradients) {
            std::vector<std::size_t> all;
            for (std::size_t i = 0; i < gradients.size(); ++i)
                all.push_back(i);
            add(OpKind::ClipGradients, name, a, std::move(gradients), {}, std::move(all));
        };
        clip("norm", {1.5f, 0}, both(1));
        clip("norm that is not reached", {1e4f, 0}, both(1));
        clip("value", {0, 0.25f}, both(1));
        clip("value, then norm", {2.5f, 0.25f}, both(1));
        clip("value, then norm that is not reached", {60, 0.25f}, both(1));
        clip("one element", {0.5f, 0}, {random({1}, 2, 3)});
        clip("zeros", {1, 1}, {Tensor64(TensorType{DType::F32, {5, 3}})});
        clip("squares beyond float32", {1, 0}, both(1e30));
        clip("filters", {1, 0.5f}, {random({3, 3, 2, 4}), random({4})});
    }

    void addUpdates()
    {
        for (const bool nesterov : {false, true})
            for (const float decay : {0.0f, 0.1f})
                add(OpKind::SgdUpdate, fmt::format("nesterov {} decay {}", nesterov, decay), SgdAttributes{0.9f, decay, nesterov},
                    updateInputs(1, true), {}, {0, 2, 3, 5});
        add(OpKind::SgdUpdate, "without momentum", SgdAttributes{0.0f, 0.1f, false}, updateInputs(1, false), {}, {0, 3});
        add(OpKind::SgdUpdate, "a tenth of the rate", SgdAttributes{0.9f, 0.1f, false, 0.1f}, updateInputs(1, true), {}, {0, 2, 3, 5});
        add(OpKind::AdamUpdate, "a tenth of the rate", AdamAttributes{0.9f, 0.99f, 1e-6f, 0.1f, true, 0.1f}, updateInputs(2, true), {}, {0, 2, 3, 4, 6, 7});
        for (const bool decoupled : {false, true})
            for (const std::uint64_t done : {0u, 9u}) {
                add(OpKind::AdamUpdate, fmt::format("decoupled {} step {}", decoupled, done), AdamAttributes{0.9f, 0.99f, 1e-6f, 0.1f, decoupled},
                    updateInputs(2, true), {}, {0, 2, 3, 4, 6, 7});
                step(done);
            }
    }

    Tensor64 random16(Shape shape, DType dtype, double low = -1, double high = 1)
    {
        return randomTensor(std::move(shape), ++m_seed, low, high, dtype);
    }
    Tensor64 lossScale(double scale, double goodSteps, double flag, double skipped)
    {
        Tensor64 state(TensorType{DType::F32, {4}});
        state.data = {scale, goodSteps, flag, skipped};
        return state;
    }

    void addCasts()
    {
        for (const DType low : {DType::BF16, DType::F16}) {
            const std::string name = dtypeName(low);
            add(OpKind::Cast, "to " + name, CastAttributes{low}, {random({3, 37}, -70000, 70000)});
            if (low == DType::F16)  // within its range
                for (double &value : m_cases.back().inputs[0].data)
                    value = static_cast<double>(static_cast<float>(value * 0.9));
            add(OpKind::Cast, "small numbers to " + name, CastAttributes{low}, {random({5, 7}, -1e-6, 1e-6)});
            add(OpKind::Cast, "from " + name, CastAttributes{DType::F32}, {random16({2, 9, 3}, low)});
            add(OpKind::Cast, "one type into the other, from " + name, CastAttributes{low == DType::F16 ? DType::BF16 : DType::F16}, {random16({4, 5}, low)});
            add(OpKind::Cast, "large tensors to " + name, CastAttributes{low}, {random({300, 701}), random({1, 1}), random({2, 3, 3, 4})});
        }
    }

    void addLossScaling()
    {
        add(OpKind::ScaleGradient, "float32", CastAttributes{DType::F32}, {random({5, 7}, -1e-3, 1e-3), lossScale(1024, 3, 0, 0)});
        add(OpKind::UnscaleGradients, "two gradients", NoAttributes{}, {lossScale(256, 3, 0, 1), random({41, 100}, -99, 99), random({3})}, {}, {0, 1, 2});
        add(OpKind::UnscaleGradients, "the flag stays", NoAttributes{}, {lossScale(2, 0, 1, 0), random({1, 1})}, {}, {0, 1});
        const LossScaleAttributes a{2.0f, 0.5f, 10, 1.0f, 4096.0f};
        const std::pair<const char *, Tensor64> states[] = {
            {"a good step", lossScale(512, 3, 0, 7)},     {"growth", lossScale(512, 9, 0, 7)},          {"growth to the limit", lossScale(4096, 9, 0, 7)},
            {"a bad step", lossScale(512, 9, 1, 7)},      {"a bad step at the limit", lossScale(1, 2, 1, 7)}};
        for (const auto &[name, state] : states)
            add(OpKind::UpdateLossScale, name, a, {state}, {}, {0});
        for (const double flag : {0.0, 1.0}) {
            const std::string name = flag > 0 ? "skipped" : "not skipped";
            auto inputs = updateInputs(1, true);
            inputs.push_back(lossScale(1024, 3, flag, 0));
            add(OpKind::SgdUpdate, name, SgdAttributes{0.9f, 0.1f, false}, inputs, {}, {0, 2, 3, 5});
            inputs = updateInputs(2, true);
            inputs.push_back(lossScale(1024, 3, flag, 0));
            add(OpKind::AdamUpdate, name, AdamAttributes{0.9f, 0.99f, 1e-6f, 0.1f, false}, inputs, {}, {0, 2, 3, 4, 6, 7});
        }
        for (const std::int64_t rows : {5, 3, 0})
            for (const bool indices : {true, false})
                for (const Shape &shape : {Shape{5, 4}, Shape{5, 2, 3}, Shape{5, 1000}})
                    addLossWithGrad(rows, indices, shape);
    }
    void addLossWithGrad(std::int64_t rows, bool indices, const Shape &shape)
    {
        auto sizes = shape.sizes();
        const auto classes = static_cast<int>(sizes.back());
        sizes.pop_back();
        const Tensor64 targets = indices ? integers(Shape(sizes), classes) : random(shape, 0, 1);
        const std::string name = fmt::format("{} {} of {} rows valid", indices ? "indices" : "weights", rows, shape.text());
        const LossAttributes a{rows == 3 ? 0.25f : 1.0f};
        add(OpKind::SoftmaxCrossEntropyWithGrad, name, a, {random(shape, -3, 3), targets});
        valid(rows);
        add(OpKind::SoftmaxCrossEntropyWithGrad, name + " scaled", a, {random(shape, -3, 3), targets, lossScale(128, 0, 0, 0)});
        valid(rows);
    }

    // inputs of these types; the instructions; the registers that come out, as float32 unless types says otherwise.
    void addChain(const std::string &name, const Shape &shape, const std::vector<DType> &inputs, std::vector<ElementwiseInstruction> instructions,
                  std::vector<std::uint8_t> results, std::vector<DType> types = {})
    {
        types.resize(results.size(), DType::F32);
        std::vector<Tensor64> tensors;
        for (const DType dtype : inputs)
            tensors.push_back(random16(shape, dtype, -3, 3));
        add(OpKind::ElementwiseChain, name + " " + shape.text(), ElementwiseChainAttributes{std::move(instructions), std::move(results), std::move(types)},
            std::move(tensors));
    }

    void addChains()
    {
        using enum ElementwiseCode;
        const auto plain = [](ElementwiseCode code, std::uint8_t a, std::uint8_t b, float parameter = 0, std::uint32_t key = 0) {
            return ElementwiseInstruction{code, a, b, ActivationKind::Identity, parameter, key};
        };
        constexpr DType F32 = DType::F32, BF16 = DType::BF16, F16 = DType::F16;
        for (const Shape &shape : {Shape{1, 1}, Shape{3, 7}, Shape{2, 5, 7, 3}, Shape{50, 2003}}) {
            addChain("sum and product", shape, {F32, F32, F32}, {plain(Add, 0, 1), plain(Multiply, 3, 2)}, {4});
            addChain("dropout of a scaled sum", shape, {F32, F32}, {plain(Add, 0, 1), plain(Scale, 2, 0, 0.25f), plain(Dropout, 3, 0, 0.3f, 9)}, {4});
            addChain("two dropouts, all values wanted", shape, {F32}, {plain(Dropout, 0, 0, 0.5f, 1), plain(Dropout, 1, 0, 0.1f, 2)}, {2, 1, 0});
            addChain("square of one input", shape, {F32}, {plain(Multiply, 0, 0)}, {1});
            for (const DType low : {BF16, F16}) {
                addChain(std::string("16 bit in and out ") + dtypeName(low), shape, {low, low}, {plain(Multiply, 0, 1)}, {2}, {low});
                addChain(std::string("mixed ") + dtypeName(low), shape, {low, F32}, {plain(Add, 0, 1), plain(Add, 0, 2)}, {2, 0}, {F32, low});
                addChain(std::string("a cast alone to ") + dtypeName(low), shape, {F32}, {}, {0}, {low});
            }
        }
        for (const ActivationAttributes &a : activations()) {
            const ElementwiseInstruction forward{Activate, 2, 0, a.kind, a.slope, 0}, backward{ActivateGrad, 0, 1, a.kind, a.slope, 0};
            for (const Shape &shape : {Shape{3, 37}, Shape{40, 1700}}) {
                addChain(named(a) + " of a sum", shape, {F32, F32}, {plain(Add, 0, 1), forward}, {3, 2});
                addChain(named(a) + " backwards", shape, {F32, F32, F32}, {backward, plain(Add, 3, 2)}, {4});
                for (double &value : m_cases.back().inputs[0].data)  // what is saved of the bounded ones is below 1
                    value /= 4;
            }
        }
        // As large as a chain may be.
        std::vector<ElementwiseInstruction> longest;
        for (std::size_t k = 0; k < kMaxChainInstructions; ++k)
            longest.push_back(plain(k % 3 == 2 ? Multiply : Add, static_cast<std::uint8_t>(k + kMaxChainInputs - 1), static_cast<std::uint8_t>(k % kMaxChainInputs)));
        constexpr auto last = static_cast<std::uint8_t>(kMaxChainRegisters - 1);
        addChain("as long as may be", {5, 11}, std::vector<DType>(kMaxChainInputs, F32), longest, {last, last - 1, last - 7, last - 20});
    }

private:
    std::vector<OpCase> m_cases;
    unsigned m_seed = 0;
};

}  // namespace trainyard::tests

#include "tests/engine/backends/cases/shape.h"
#include "tests/engine/backends/cases/sequence.h"
#include "tests/engine/backends/cases/recurrent.h"
#include "tests/engine/backends/cases/losses.h"
#include "tests/engine/backends/cases/optimizers.h"
#include "tests/engine/backends/cases/convolution3d.h"
#include "tests/engine/backends/cases/elementwise.h"

namespace trainyard::tests {

std::vector<OpCase> allOpCases(unsigned seed)
{
    return OpCaseTable::all(seed);
}

}  // namespace trainyard::tests
