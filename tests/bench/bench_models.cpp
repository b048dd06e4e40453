#include "tests/bench/bench_models.h"

#include "engine/base/philox.h"

namespace trainyard::bench {

namespace {

constexpr std::int64_t kClasses = 10;
constexpr std::int64_t kCharacters = 65;  // different ones in the works of Shakespeare

// Appends layers one behind the other; the first error is kept and told at the end.
class Chain {
public:
    explicit Chain(const std::vector<std::int64_t> &sampleShape) : m_last(m_graph.add("input")) { set("shape", sampleShape); }

    Chain &then(const std::string &type) { return after(m_last, type); }
    Chain &after(LayerId from, const std::string &type)
    {
        m_last = m_graph.add(type);
        return wire(from, 0);
    }
    Chain &wire(LayerId from, int port)
    {
        if (Status status = m_graph.connect({from, m_last, port}); !status && m_status)
            m_status = status;
        return *this;
    }
    Chain &set(const std::string &key, ParameterValue value)
    {
        m_graph.edit(m_last)->parameters[key] = std::move(value);
        return *this;
    }
    LayerId last() const { return m_last; }

    Chain &dense(std::int64_t units) { return then("dense").set("units", units); }
    Chain &conv(std::int64_t filters, std::int64_t kernel, const char *padding)
    {
        return then("conv2d").set("filters", filters).set("kernel", std::vector{kernel, kernel}).set("padding", std::string(padding));
    }
    // Without bias, before a batch norm, padded like PyTorch's padding=kernel/2.
    Chain &normalizedConv(LayerId from, std::int64_t filters, std::int64_t kernel, std::int64_t stride)
    {
        after(from, "conv2d").set("filters", filters).set("kernel", std::vector{kernel, kernel}).set("stride", std::vector{stride, stride});
        set("padding", std::string("explicit")).set("padding_size", std::vector{kernel / 2, kernel / 2}).set("bias", false);
        return then("batch_norm");
    }
    // Two 3x3 convolutions around a skip connection (He et al. 2016).
    Chain &block(std::int64_t filters, std::int64_t stride, bool projected)
    {
        const LayerId in = m_last;
        const LayerId middle = normalizedConv(in, filters, 3, stride).then("relu").last();
        const LayerId main = normalizedConv(middle, filters, 3, 1).last();
        const LayerId skip = projected ? normalizedConv(in, filters, 1, stride).last() : in;
        return after(main, "add").wire(skip, 1).then("relu");
    }

    // 1x1, 3x3, 1x1 around a skip connection, four times as wide outside; the stride is the 3x3's, as in torchvision.
    Chain &bottleneck(std::int64_t filters, std::int64_t stride, bool projected)
    {
        const LayerId in = m_last;
        LayerId main = normalizedConv(in, filters, 1, 1).then("relu").last();
        main = normalizedConv(main, filters, 3, stride).then("relu").last();
        main = normalizedConv(main, 4 * filters, 1, 1).last();
        const LayerId skip = projected ? normalizedConv(in, 4 * filters, 1, stride).last() : in;
        return after(main, "add").wire(skip, 1).then("relu");
    }

    // Norm, what is done, and what came added to it (as GPT-2 does it).
    Chain &residual(auto done)
    {
        const LayerId in = m_last;
        done(then("layer_norm"));
        return then("add").wire(in, 1);
    }

    Result<Graph> finish(std::int64_t outputs = kClasses)
    {
        dense(outputs).then("softmax_cross_entropy");
        TRAINYARD_CHECK(m_status);
        return m_graph;
    }

private:
    Graph m_graph;
    LayerId m_last = 0;
    Status m_status;
};

Result<Graph> makeMlp(const std::vector<std::int64_t> &sampleShape)
{
    return Chain(sampleShape).dense(512).then("relu").dense(512).then("relu").finish();
}

Result<Graph> makeLeNet5(const std::vector<std::int64_t> &sampleShape)
{
    Chain chain(sampleShape);
    chain.conv(6, 5, "same").then("relu").then("max_pool2d").conv(16, 5, "valid").then("relu").then("max_pool2d");
    return chain.then("flatten").dense(120).then("relu").dense(84).then("relu").finish();
}

Result<Graph> makeResNet8(const std::vector<std::int64_t> &sampleShape)
{
    Chain chain(sampleShape);
    chain.normalizedConv(chain.last(), 16, 3, 1).then("relu");
    return chain.block(16, 1, false).block(32, 2, true).block(64, 2, true).then("global_avg_pool").finish();
}

// The form for 32x32 images: a 3x3 first layer without pooling.
Result<Graph> makeResNet18(const std::vector<std::int64_t> &sampleShape)
{
    Chain chain(sampleShape);
    chain.normalizedConv(chain.last(), 64, 3, 1).then("relu");
    for (const std::int64_t filters : {64, 128, 256, 512})
        chain.block(filters, filters == 64 ? 1 : 2, filters != 64).block(filters, 1, false);
    return chain.then("global_avg_pool").finish();
}

Result<Graph> makeResNet50(const std::vector<std::int64_t> &sampleShape)
{
    Chain chain(sampleShape);
    chain.normalizedConv(chain.last(), 64, 7, 2).then("relu");
    chain.then("max_pool2d").set("kernel", std::vector<std::int64_t>{3, 3}).set("stride", std::vector<std::int64_t>{2, 2});
    chain.set("padding", std::string("same"));  // one row and column on one side, where PyTorch's model has one on each: the same work
    constexpr struct {
        std::int64_t filters;
        int blocks;
    } kStages[] = {{64, 3}, {128, 4}, {256, 6}, {512, 3}};
    for (const auto &[filters, blocks] : kStages)
        for (int i = 0; i < blocks; ++i)
            chain.bottleneck(filters, i == 0 && filters != 64 ? 2 : 1, i == 0);
    return chain.then("global_avg_pool").finish();
}

// Two layers over a sequence, and a classifier behind the last states.
Result<Graph> makeLstm(const std::vector<std::int64_t> &sampleShape)
{
    return Chain(sampleShape).then("lstm").set("units", std::int64_t{512}).set("layers", std::int64_t{2}).finish();
}

// Six layers of width 384 with six heads, GELU, learned positions, norms before: the character model of nanoGPT without dropout.
Result<Graph> makeGpt(const std::vector<std::int64_t> &sampleShape)
{
    constexpr std::int64_t kWidth = 384;
    Chain chain(sampleShape);
    chain.then("embedding").set("tokens", kCharacters).set("width", kWidth).then("positional_embedding");
    for (int layer = 0; layer < 6; ++layer) {
        chain.residual([](Chain &x) { x.then("multi_head_attention").set("heads", std::int64_t{6}).set("causal", true); });
        chain.residual([](Chain &x) { x.dense(4 * kWidth).then("gelu").dense(kWidth); });
    }
    return chain.then("layer_norm").finish(kCharacters);
}

}  // namespace

const std::vector<BenchModel> &benchModels()
{
    static const std::vector<BenchModel> models{
        {"mlp", {784}, 128, 128, Precision::Float32, 4096, 0, makeMlp},
        {"lenet5", {28, 28, 1}, 128, 128, Precision::Float32, 4096, 0, makeLeNet5},
        {"resnet8", {32, 32, 3}, 64, 64, Precision::Float32, 4096, 0, makeResNet8},
        {"resnet18", {32, 32, 3}, 512, 64, Precision::BFloat16, 4096, 0, makeResNet18},
        {"resnet50", {224, 224, 3}, 128, 16, Precision::BFloat16, 512, 0, makeResNet50},
        {"lstm", {128, 64}, 64, 64, Precision::BFloat16, 512, 0, makeLstm},
        {"gpt", {256}, 64, 16, Precision::BFloat16, 512, kCharacters, makeGpt}};
    return models;
}

Result<Dataset> randomDataset(const BenchModel &model, std::uint64_t seed)
{
    const Shape features = Shape(model.sampleShape).withBatch(model.rows);
    PhiloxSequence random(seed, RandomStream::Initialize, 0);
    const auto indices = [&](const Shape &shape, std::int64_t below) {
        HostTensor tensor({DType::I32, shape});
        for (std::int32_t &index : tensor.as<std::int32_t>())
            index = static_cast<std::int32_t>(random.next() % static_cast<std::uint32_t>(below));
        return tensor;
    };
    DataConfig config;
    config.sampleShape = model.sampleShape;
    config.scaling = Scaling::None;
    config.split = {0.1, 0.1, 1, false};
    if (model.vocabulary != 0) {
        std::vector<std::string> names;
        for (std::int64_t token = 0; token < model.vocabulary; ++token)
            names.push_back(std::to_string(token));
        HostTensor tokens = indices(features, model.vocabulary);
        return makeDataset(std::move(tokens), indices(features, model.vocabulary), config, std::move(names));
    }
    HostTensor values({DType::F32, features});
    for (float &value : values.as<float>())
        value = 2.0f * random.uniform() - 1.0f;
    return makeDataset(std::move(values), indices(Shape{model.rows}, kClasses), config, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
}

}  // namespace trainyard::bench
