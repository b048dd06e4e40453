// The ways through the kernels that only large or many tensors take: several blocks and their partial sums, rows as wide
// as a block, tables that do not hold all tensors, windows whose positions do not fit a byte. Against the CPU backend, as
// tst_op_parity.cpp does with the small ones.
#include <QtTest>

#include "tests/engine/backends/error_norms.h"
#include "tests/engine/backends/low_precision_cases.h"
#include "tests/gpu/gpu_device.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

class LargeCases {
public:
    std::vector<OpCase> all()
    {
        addRows();
        addSums();
        addChannels();
        addImages();
        addManyTensors();
        addElements();
        return std::move(m_cases);
    }

private:
    Tensor64 random(Shape shape, double low = -1, double high = 1, DType dtype = DType::F32)
    {
        return randomTensor(std::move(shape), testSeed() + static_cast<unsigned>(++m_made), low, high, dtype);
    }
    Tensor64 sums(Shape shape) { return random(std::move(shape), 0, 9, DType::F64); }
    OpCase &add(OpKind kind, const std::string &name, OpAttributes attributes, std::vector<Tensor64> inputs, std::vector<std::size_t> mutates = {})
    {
        const std::int64_t rows = inputs.front().type.shape[0];
        m_cases.push_back({kind, std::string(opSpec(kind).name) + " " + name, std::move(attributes), std::move(inputs), std::move(mutates),
                           scalarsFor(rows), {}, {}});
        return m_cases.back();
    }

    void addRows()
    {
        // Teams of 8 lanes, of 32 and of a block; many blocks; widths that packs divide and that they do not.
        for (const Shape &shape : {Shape{2000, 12}, Shape{1500, 31}, Shape{600, 704}, Shape{520, 301}, Shape{3, 4096}, Shape{5, 3001}}) {
            add(OpKind::Softmax, shape.text(), NoAttributes{}, {random(shape, -4, 4)});
            add(OpKind::SoftmaxGrad, shape.text(), NoAttributes{}, {random(shape, 0, 1), random(shape)});
            const Tensor64 gamma = random({shape[1]}, 0.5, 1.5);
            add(OpKind::LayerNorm, shape.text(), LayerNormAttributes{}, {random(shape, 3, 5), gamma, random({shape[1]})});
            add(OpKind::LayerNormGrad, shape.text(), LayerNormAttributes{},
                {random(shape), random(shape), gamma, random({shape[0]}), random({shape[0]}, 0.5, 2)});
            const auto classes = static_cast<double>(shape[1]);
            for (const bool indices : {true, false}) {
                const Tensor64 targets = indices ? random({shape[0]}, 0, classes, DType::I32) : random(shape, 0, 2 / classes);
                const std::string name = shape.text() + (indices ? " indices" : " weights");
                const auto valid = static_cast<std::int32_t>(shape[0] * 2 / 3 + 1);
                add(OpKind::SoftmaxCrossEntropy, name, LossAttributes{}, {random(shape, -3, 3), targets}).scalars.validRows = valid;
                add(OpKind::SoftmaxCrossEntropyGrad, name, LossAttributes{}, {random(shape, 0, 1), targets}).scalars.validRows = valid;
                add(OpKind::SoftmaxCrossEntropyWithGrad, name, LossAttributes{0.5f}, {random(shape, -3, 3), targets}).scalars.validRows = valid;
                add(OpKind::AccumulateTopK, name, TopKAttributes{1 + shape[1] / 40}, {random(shape), targets, sums({2})}, {2}).scalars.validRows = valid;
                for (const RowLossKind kind : {RowLossKind::Hinge, RowLossKind::Focal, RowLossKind::CosineSimilarity}) {
                    const RowLossAttributes a{kind, 1.0f, 1.5f, 0.5f};
                    const std::string both = fmt::format("{} {}", static_cast<int>(kind), name);
                    add(OpKind::RowLoss, both, a, {random(shape, -3, 3), targets}).scalars.validRows = valid;
                    add(OpKind::RowLossGrad, both, a, {random(shape, -3, 3), targets}).scalars.validRows = valid;
                }
            }
        }
    }

    void addSums()
    {
        for (const Shape &shape : {Shape{3000, 7}, Shape{700, 64}, Shape{9000, 1}}) {
            const std::int64_t valid = shape[0] - 13;
            add(OpKind::MeanSquaredError, shape.text(), LossAttributes{}, {random(shape), random(shape)}).scalars.validRows = static_cast<std::int32_t>(valid);
            add(OpKind::AccumulateError, shape.text(), ErrorAttributes{},
                {random(shape), random(shape), random({shape[1]}, 0.5, 2), sums({2})}, {3}).scalars.validRows = static_cast<std::int32_t>(valid);
            add(OpKind::AccumulateR2, shape.text(), NoAttributes{}, {random(shape), random(shape), sums({4, shape[1]})}, {2})
                .scalars.validRows = static_cast<std::int32_t>(valid);
        }
    }

    void addChannels()
    {
        // Several parts, several tiles of channels side by side, channels that packs divide and that they do not.
        for (const Shape &x : {Shape{5, 37, 41, 20}, Shape{9000, 3}, Shape{700, 304}, Shape{4, 30, 30, 136}, Shape{65, 33}}) {
            const Shape channels{x.back()};
            for (const bool relu : {false, true}) {
                const BatchNormAttributes a{1e-5f, 0.1f, relu};
                const std::string name = x.text() + (relu ? " with relu" : "");
                Tensor64 image = random(x, 1, 4);
                for (double &value : image.data)  // nothing so near the ReLU's kink that rounding decides
                    value = relu && value > 1.5 && value < 3.5 ? value > 2.5 ? 3.75 : 1.25 : value;
                const Tensor64 gamma = random(channels, 0.5, 1.5), beta = random(channels, -0.1, 0.1);
                const Tensor64 mean = random(channels), variance = random(channels, 0.5, 2);
                add(OpKind::BatchNormInference, name, a, {image, gamma, beta, mean, variance});
                if (!relu)
                    add(OpKind::BatchNorm, name, a, {image, gamma, beta, mean, variance}, {3, 4});
                add(OpKind::BatchNormGrad, name, a, {image, random(x), gamma, beta, mean, variance}).emitter =
                    [a](OpBuilder &builder, const std::vector<ValueId> &in) -> Result<std::vector<ValueId>> {
                    TRAINYARD_TRY(auto normed, builder.add(OpKind::BatchNorm, a, {in[0], in[2], in[3], in[4], in[5]}));
                    const ValueId mask = a.fusedRelu ? builder.addValue({DType::U8, builder.shape(in[0])}, Role::Workspace) : kNoValue;
                    if (a.fusedRelu)
                        builder.list().ops.back().outputs.push_back(mask);
                    return builder.add(OpKind::BatchNormGrad, a, {in[0], in[1], in[2], in[3], normed[1], normed[2], mask});
                };
            }
        }
    }

    void addPool(const Shape &x, const Window2d &window)
    {
        Pool2dAttributes a{window, false, x[1], x[2]};
        const Shape y{x[0], window.outputH(x[1]), window.outputW(x[2]), x[3]};
        const std::string name = fmt::format("{} under {}x{}", x.text(), window.kernelH, window.kernelW);
        add(OpKind::MaxPool2d, name, a, {random(x)});
        add(OpKind::AvgPool2d, name, a, {random(x)});
        add(OpKind::AvgPool2dGrad, name, a, {random(y)});
        add(OpKind::MaxPool2dGrad, name, a, {random(x), random(y)}).emitter = [a](OpBuilder &builder, const std::vector<ValueId> &inputs)
            -> Result<std::vector<ValueId>> {
            TRAINYARD_TRY(const auto pooled, builder.add(OpKind::MaxPool2d, a, {inputs[0]}));
            return builder.add(OpKind::MaxPool2dGrad, a, {inputs[1], pooled[1]});
        };
    }

    void addImages()
    {
        addPool({3, 30, 26, 24}, {3, 3, 2, 2, 1, 1, 1, 1});
        addPool({2, 40, 41, 8}, {17, 17, 5, 4, 3, 2, 1, 0});  // positions do not fit a byte
        addPool({2, 40, 41, 3}, {17, 17, 5, 4, 3, 2, 1, 0});
        addPool({4, 13, 11, 264}, {13, 11, 1, 1});
        add(OpKind::GatherRows, "bytes of wide rows", NoAttributes{}, {random({40, 16, 24, 4}, 0, 256, DType::U8), random({33}, 0, 40, DType::I32),
                                                                       random({1}), random({1})}).scalars.validRows = 30;
        add(OpKind::GatherRows, "bytes of moved images", GatherAttributes{true, 4, 0}, {random({40, 16, 24, 3}, 0, 256, DType::U8),
                                                                                        random({33}, 0, 40, DType::I32), random({1}), random({1})})
            .scalars.validRows = 30;
        add(OpKind::GatherRows, "floats of wide rows", NoAttributes{}, {random({40, 648}), random({33}, 0, 40, DType::I32), random({648}),
                                                                        random({648})}).scalars.validRows = 33;
    }

    void addManyTensors()
    {
        std::vector<Tensor64> pieces;
        for (int i = 0; i < 75; ++i)
            pieces.push_back(random({6, 4 * (i % 5) + 4, 2}));
        add(OpKind::Concat, "75 inputs", ConcatAttributes{1}, pieces);

        std::vector<Tensor64> adam, sgd, unscale{random({4}, 2, 3)}, cast;
        std::vector<std::size_t> adamChanged, sgdChanged, unscaleChanged{0};
        for (int i = 0; i < 150; ++i) {
            const Shape shape{1 + 977 * (i % 11), 1 + i % 3};
            adamChanged.insert(adamChanged.end(), {adam.size(), adam.size() + 2, adam.size() + 3});
            adam.insert(adam.end(), {random(shape), random(shape), random(shape), random(shape, 0.01, 1)});
            sgdChanged.insert(sgdChanged.end(), {sgd.size(), sgd.size() + 2});
            sgd.insert(sgd.end(), {random(shape), random(shape), random(shape)});
            unscaleChanged.push_back(unscale.size());
            unscale.push_back(random(shape));
            cast.push_back(random(shape, -1, 1, i % 4 == 0 ? DType::F16 : DType::F32));
        }
        unscale[0][2] = 0;
        unscale[140].data.back() = std::numeric_limits<double>::infinity();
        add(OpKind::AdamUpdate, "150 tensors", AdamAttributes{0.9f, 0.999f, 1e-8f, 0.1f, true}, adam, adamChanged);
        add(OpKind::AdamUpdate, "first step", AdamAttributes{}, adam, adamChanged).scalars.step = 0;
        add(OpKind::AdamUpdate, "step 300000", AdamAttributes{}, adam, adamChanged).scalars.step = 300000;
        add(OpKind::SgdUpdate, "150 tensors", SgdAttributes{0.9f, 0.01f, true}, sgd, sgdChanged);
        add(OpKind::UnscaleGradients, "150 tensors", NoAttributes{}, unscale, unscaleChanged);
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < cast.size(); ++i)
            all.push_back(i);
        std::vector<Tensor64> gradients(unscale.begin() + 1, unscale.end());
        gradients[139].data.back() = 0.5;
        add(OpKind::ClipGradients, "150 tensors", ClipAttributes{1.5f, 0.75f}, gradients, all);
        add(OpKind::Cast, "150 tensors", CastAttributes{DType::BF16}, cast);
    }

    void addElements()
    {
        // More than all threads of the largest grid take in one round.
        const Shape large{5000, 1001};
        add(OpKind::Add, large.text(), ActivationAttributes{ActivationKind::Relu}, {random(large), random(large)});
        add(OpKind::Dropout, large.text(), DropoutAttributes{0.4f, 7}, {random(large)});
        std::vector<ElementwiseInstruction> longest;
        for (std::uint8_t k = 0; k < kMaxChainInstructions; ++k) {
            const auto code = k % 2 == 0 ? ElementwiseCode::Add : ElementwiseCode::Multiply;
            longest.push_back({code, static_cast<std::uint8_t>(k + 1), static_cast<std::uint8_t>(k % 2), ActivationKind::Identity, 0, 0});
        }
        add(OpKind::ElementwiseChain, "as long as may be", ElementwiseChainAttributes{longest, {25, 13}, {DType::F32, DType::F32}},
            {random({999, 7}), random({999, 7})});
    }

    std::vector<OpCase> m_cases;
    int m_made = 0;
};

std::vector<Tensor64> results(DeviceRun &run, const OneOp &made, const OpCase &one)
{
    for (std::size_t i = 0; i < one.inputs.size(); ++i)
        if (made.inputs[i] != kNoValue)
            run.write(made.inputs[i], one.inputs[i]);
    run.run(one.scalars);
    std::vector<Tensor64> read;
    for (const ValueId id : made.results)
        read.push_back(run.read(id));
    return read;
}

}  // namespace

class TestKernelPaths : public QObject {
    Q_OBJECT

    std::vector<OpCase> m_cases = LargeCases().all();

    void compare(const OpCase &one, Role role, DType dtype)
    {
        auto reference = oneOp(asFloat32(one), Role::Data);
        auto made = oneLowOp(one, role, dtype);
        QVERIFY2(reference && made, reference ? made ? "" : made.error().message.c_str() : reference.error().message.c_str());
        CpuRun onTheCpu(reference->program);
        const std::vector<Tensor64> wanted = results(onTheCpu, *reference, asFloat32(one));
        DeviceRun run(made->program, *gpuDevice().backend, {});
        const std::vector<Tensor64> got = results(run, *made, one);
        for (std::size_t k = 0; k < got.size(); ++k) {
            const ErrorNorms norms = errorNorms(got[k], wanted[k]), allowed = allowedNorms(got[k].type.dtype == DType::F64 ? dtype : got[k].type.dtype);
            QVERIFY2(within(norms, allowed), qPrintable(QString("%1, result %2, in place: %3: L2 %4 (allowed %5), largest %6 (allowed %7)")
                                                            .arg(one.name.c_str()).arg(k).arg(role == Role::Activation).arg(norms.l2)
                                                            .arg(allowed.l2).arg(norms.largest).arg(allowed.largest)));
        }
    }

private slots:
    void initTestCase() { TRAINYARD_NEEDS_GPU(); }

    void largeTensorsGiveWhatTheCpuGives_data()
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i].name.c_str()) << static_cast<int>(i);
    }

    void largeTensorsGiveWhatTheCpuGives()
    {
        QFETCH(int, index);
        const OpCase &one = m_cases[static_cast<std::size_t>(index)];
        for (const DType dtype : {DType::F32, DType::BF16}) {
            const auto lowered = dtype == DType::F32 ? std::optional(one) : inLowPrecision(one, dtype);
            if (!lowered)
                continue;
            compare(*lowered, Role::Data, dtype);
            if (!QTest::currentTestFailed() && !one.emitter)
                compare(*lowered, Role::Activation, dtype);
            if (QTest::currentTestFailed())
                return;
        }
    }

    // What squares alone would lose: with a mean of 3000 and a deviation of 1, float32 has no digit left of the variance.
    void statisticsOfValuesFarFromZeroKeepTheirDigits()
    {
        for (const Shape &shape : {Shape{20000, 4}, Shape{300, 5}}) {
            Tensor64 x(TensorType{DType::F32, shape});
            std::mt19937 random(testSeed());
            std::normal_distribution<double> normal(3000, 1);
            for (double &value : x.data)
                value = reference::rounded(DType::F32, normal(random));
            const Shape channels{shape[1]};
            const OpCase one{OpKind::BatchNorm, "far from zero", BatchNormAttributes{},
                             {x, randomTensor(channels, 1, 1, 1), randomTensor(channels, 1), randomTensor(channels, 1), randomTensor(channels, 1)},
                             {3, 4}, scalarsFor(shape[0]), {}, {}};
            auto made = oneOp(one, Role::Data);
            DeviceRun run(made->program, *gpuDevice().backend, {});
            const Tensor64 variance = results(run, *made, one)[2];
            for (std::int64_t c = 0; c < shape[1]; ++c) {
                double sum = 0, squares = 0;
                for (std::int64_t r = 0; r < shape[0]; ++r)
                    sum += x[static_cast<std::size_t>(r * shape[1] + c)];
                const double mean = sum / static_cast<double>(shape[0]);
                for (std::int64_t r = 0; r < shape[0]; ++r)
                    squares += std::pow(x[static_cast<std::size_t>(r * shape[1] + c)] - mean, 2);
                const double exact = squares / static_cast<double>(shape[0]);
                QVERIFY2(std::abs(variance[static_cast<std::size_t>(c)] - exact) < 1e-4 * exact,
                         qPrintable(QString("%1 instead of %2").arg(variance[static_cast<std::size_t>(c)]).arg(exact)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestKernelPaths)
#include "tst_kernel_paths.moc"
