// What convolutions on the GPU do beside what every op is tested for: pad channels for the tensor cores, and take, time
// and keep a kernel.
#include <QTemporaryDir>
#include <QtTest>

#include "tests/engine/backends/error_norms.h"
#include "tests/engine/backends/op_cases.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

constexpr std::int64_t kBatch = 3, kSize = 64, kFilters = 64;

Tensor64 random(Shape shape, DType dtype, double bound = 1)
{
    static std::mt19937 engine(testSeed());
    Tensor64 tensor(TensorType{dtype, std::move(shape)});
    std::uniform_real_distribution<double> draw(-bound, bound);
    for (double &value : tensor.data)
        value = reference::rounded(dtype, draw(engine));
    return tensor;
}

// The first layer of a network on colour images: large enough for its three channels to be padded.
OpCase stem(OpKind kind, DType dtype, ActivationKind post)
{
    Conv2dAttributes attributes{{7, 7, 1, 1, 3, 3, 3, 3}, kFilters, 1, true, {post}, kSize, kSize};
    const Tensor64 x = random({kBatch, kSize, kSize, 3}, dtype), w = random({7, 7, 3, kFilters}, dtype, 0.1);
    OpCase one{kind, opSpec(kind).name, attributes, {}, {}, scalarsFor(kBatch), {}, {}};
    switch (kind) {
    case OpKind::Conv2d: one.inputs = {x, w, random({kFilters}, DType::F32)}; break;
    case OpKind::Conv2dGradData: one.inputs = {random({kBatch, kSize, kSize, kFilters}, dtype), w}; break;
    default: one.inputs = {x, random({kBatch, kSize, kSize, kFilters}, dtype)}; break;
    }
    return one;
}

OpCase asFloat32(OpCase one)
{
    for (Tensor64 &input : one.inputs)
        input.type.dtype = DType::F32;
    return one;
}

template <typename Run>
std::vector<Tensor64> resultsOf(Run &run, const OneOp &made, const OpCase &one)
{
    for (std::size_t i = 0; i < one.inputs.size(); ++i)
        run.write(made.inputs[i], one.inputs[i]);
    run.run(one.scalars);
    std::vector<Tensor64> results;
    for (const ValueId id : made.results)
        results.push_back(run.read(id));
    return results;
}

OneOp programOf(const OpCase &one)
{
    auto made = oneOp(one, Role::Data);
    if (!made)
        throw std::runtime_error(made.error().message);
    return *made;
}

}  // namespace

class TestConvolutionGpu : public QObject {
    Q_OBJECT

    QTemporaryDir m_cache;  // nothing timed before counts

    DeviceRun gpuRun(const OneOp &made, const DeviceSettings &settings = {}) { return DeviceRun(made.program, *gpuDevice().backend, settings); }

private slots:
    void initTestCase()
    {
        qputenv("XDG_CACHE_HOME", m_cache.path().toLocal8Bit());
        TRAINYARD_NEEDS_GPU();
    }

    void paddedChannelsDoNotShowInTheResults_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("dtype");
        QTest::addColumn<int>("post");
        QTest::addColumn<bool>("padded");  // by cuDNN 9.19 for the simulated card; it has kernels of its own for float16
        for (const DType dtype : {DType::BF16, DType::F16}) {
            const auto row = [&](OpKind kind, const char *name, ActivationKind post) {
                QTest::addRow("%s, %s", name, dtypeName(dtype)) << static_cast<int>(kind) << static_cast<int>(dtype) << static_cast<int>(post)
                                                                        << (dtype == DType::BF16 || kind != OpKind::Conv2d);
            };
            row(OpKind::Conv2d, "forward", ActivationKind::Identity);
            row(OpKind::Conv2d, "forward with relu", ActivationKind::Relu);
            row(OpKind::Conv2d, "forward with gelu", ActivationKind::Gelu);
            row(OpKind::Conv2dGradData, "gradient of the image", ActivationKind::Identity);
            row(OpKind::Conv2dGradWeights, "gradient of the weights", ActivationKind::Identity);
        }
    }
    void paddedChannelsDoNotShowInTheResults()
    {
        QFETCH(int, kind);
        QFETCH(int, dtype);
        QFETCH(int, post);
        QFETCH(bool, padded);
        const OpCase one = stem(static_cast<OpKind>(kind), static_cast<DType>(dtype), static_cast<ActivationKind>(post));
        const OneOp made = programOf(one), wide = programOf(asFloat32(one));
        DeviceRun gpu = gpuRun(made);
        CpuRun cpu(wide.program);
        const auto got = resultsOf(gpu, made, one), wanted = resultsOf(cpu, wide, asFloat32(one));
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            const ErrorNorms norms = errorNorms(got[k], wanted[k]);
            QVERIFY2(within(norms, allowedNorms(static_cast<DType>(dtype))),
                     qPrintable(QString("result %1: L2 %2, largest %3").arg(k).arg(norms.l2).arg(norms.largest)));
        }
        if (!gpuDevice().simulated())
            return;  // another card's library may need no padding
        const std::vector<std::string> notes = gpu.executable().notes();
        QCOMPARE(notes.size(), std::size_t{padded ? 1u : 0u});
        if (padded)
            QCOMPARE(QString::fromStdString(notes.front()),
                     QString("%1: 3 input channels are padded to 8 for the tensor cores.").arg(opSpec(one.kind).name));
    }

    void theKernelThatWonIsKeptAndTakenAgain()
    {
        for (const DType dtype : {DType::F32, DType::BF16}) {
            OpCase one{OpKind::Conv2d, "conv2d", Conv2dAttributes{{3, 3, 1, 1, 1, 1, 1, 1}, 32, 1, true, {ActivationKind::Relu}, 0, 0}, {}, {},
                       scalarsFor(4), {}, {}};
            one.inputs = {random({4, 12, 12, 16}, dtype), random({3, 3, 16, 32}, dtype, 0.1), random({32}, DType::F32)};
            const OneOp made = programOf(one);
            DeviceSettings settings;
            settings.autotune = true;
            DeviceRun tuned = gpuRun(made, settings);
            const auto first = resultsOf(tuned, made, one);
            const KernelChoices choices = tuned.executable().choices();
            QCOMPARE(choices.size(), std::size_t{1});
            for (const bool autotune : {false, true}) {
                settings.autotune = autotune;
                settings.choices = choices;
                DeviceRun again = gpuRun(made, settings);
                const auto second = resultsOf(again, made, one);
                QVERIFY(again.executable().choices() == choices);
                QVERIFY(second.front().data == first.front().data);
                QVERIFY(again.executable().notes().empty());
            }
        }
    }

    void likeConvolutionsTakeTheSameKernel()
    {
        OpCase one{OpKind::Conv2d, "conv2d", Conv2dAttributes{{3, 3, 1, 1, 1, 1, 1, 1}, 16, 1, false, {}, 0, 0}, {}, {}, scalarsFor(4), {}, {}};
        one.inputs = {random({4, 12, 12, 16}, DType::BF16), random({3, 3, 16, 16}, DType::BF16, 0.1)};
        one.emitter = [a = one.attributes](OpBuilder &builder, const std::vector<ValueId> &inputs) -> Result<std::vector<ValueId>> {
            TRAINYARD_TRY(const ValueId y, builder.addOne(OpKind::Conv2d, a, {inputs[0], inputs[1], kNoValue}));
            TRAINYARD_TRY(const ValueId z, builder.addOne(OpKind::Conv2d, a, {inputs[0], inputs[1], kNoValue}));
            return std::vector<ValueId>{y, z};
        };
        const OneOp made = programOf(one);
        DeviceSettings settings;
        settings.autotune = true;
        DeviceRun run = gpuRun(made, settings);
        const auto results = resultsOf(run, made, one);
        QCOMPARE(run.executable().choices().size(), std::size_t{1});
        QVERIFY(results[0].data == results[1].data);
    }
};

QTEST_GUILESS_MAIN(TestConvolutionGpu)
#include "tst_convolution_gpu.moc"
