// Which values of a program lie as cuDNN wants its filters, and that the way there and back loses nothing.
#include <QtTest>

#include <numeric>

#include "engine/backends/cuda/layouts.h"
#include "engine/program/build.h"

using namespace trainyard;
using namespace trainyard::cuda;

namespace {

using List = std::vector<std::int64_t>;

// Two convolutions and a dense layer; the dense weights have as many elements as a filter, in two dimensions.
Program convolutionProgram(Mode mode, const char *optimizer, Precision precision = Precision::Float32)
{
    Graph graph;
    LayerId before = 0;
    const std::vector<std::pair<std::string, ParameterMap>> layers{{"input", {{"shape", List{8, 8, 3}}}},
                                                                   {"conv2d", {{"filters", std::int64_t{4}}}},
                                                                   {"relu", {}},
                                                                   {"conv2d", {{"filters", std::int64_t{4}}}},
                                                                   {"global_avg_pool", {}},
                                                                   {"dense", {{"units", std::int64_t{5}}}},
                                                                   {"softmax_cross_entropy", {}}};
    for (const auto &[type, parameters] : layers) {
        const LayerId id = graph.add(type);
        graph.edit(id)->parameters = parameters;
        if (before != 0)
            (void)graph.connect({before, id, 0});
        before = id;
    }
    DataTypes data;
    data.features = {DType::U8, Shape{100, 8, 8, 3}};
    data.targets = {DType::I32, Shape{100}};
    BuildOptions options;
    options.mode = mode;
    options.batchSize = 6;
    options.optimizer.type = optimizer;
    options.precision = precision;
    auto program = buildProgram(graph, data, options);
    if (!program)
        qFatal("%s", program.error().message.c_str());
    return std::move(*program);
}

bool isFilter(const std::vector<ValueLayout> &layouts, ValueId id)
{
    return layouts[static_cast<std::size_t>(id)] == ValueLayout::FilterKrsc;
}

std::vector<std::byte> counted(std::size_t elements, std::size_t elementBytes)
{
    std::vector<std::byte> bytes(elements * elementBytes);
    for (std::size_t i = 0; i < elements; ++i)
        std::memcpy(bytes.data() + i * elementBytes, &i, std::min(elementBytes, sizeof i));
    return bytes;
}

}  // namespace

class TestLayouts : public QObject {
    Q_OBJECT

private slots:
    void filtersWithAllThatBelongsToThemAreKrsc_data()
    {
        QTest::addColumn<QString>("optimizer");
        QTest::addColumn<int>("precision");
        for (const char *optimizer : {"sgd", "adam"})
            for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16})
                QTest::newRow(fmt::format("{} {}", optimizer, precisionName(precision)).c_str()) << QString(optimizer) << static_cast<int>(precision);
    }
    void filtersWithAllThatBelongsToThemAreKrsc()
    {
        QFETCH(QString, optimizer);
        QFETCH(int, precision);
        const Program program = convolutionProgram(Mode::Train, optimizer.toUtf8().constData(), static_cast<Precision>(precision));
        const Program *only = &program;
        const auto layouts = chooseLayouts(std::span(&only, 1)).front();
        int filters = 0;
        for (std::size_t i = 0; i < program.list.values.size(); ++i) {
            const Value &value = program.list.values[i];
            const auto id = static_cast<ValueId>(i);
            const bool ofFilter = value.type.shape.rank() == 4 && value.role != Role::Activation && value.role != Role::Dataset
                                  && value.role != Role::Data && value.role != Role::Workspace;
            if (ofFilter)
                QVERIFY2(isFilter(layouts, id), value.name.c_str());
            filters += isFilter(layouts, id);
        }
        for (const Op &op : program.list.ops) {
            if (op.kind == OpKind::Conv2d || op.kind == OpKind::Conv2dGradData) {
                QVERIFY(isFilter(layouts, op.inputs[1]));
                QVERIFY(!isFilter(layouts, op.inputs[0]));
                QVERIFY(!isFilter(layouts, op.outputs[0]));
            } else if (op.kind == OpKind::Conv2dGradWeights) {
                QVERIFY(isFilter(layouts, op.outputs[0]));
                QVERIFY(!isFilter(layouts, op.outputs[1]));
            } else if (op.kind == OpKind::Dense) {
                QVERIFY(!isFilter(layouts, op.inputs[1]));
            }
        }
        // Weights, gradient and state of each of the two, and the copy in a low-precision program.
        const int perFilter = (optimizer == "adam" ? 4 : 3) + (static_cast<Precision>(precision) == Precision::Float32 ? 0 : 1);
        QCOMPARE(filters, 2 * perFilter);
    }

    // A program cut into parts: the part with the update has no convolution to tell what its values are.
    void aPartKnowsItsFiltersByName()
    {
        const Program whole = convolutionProgram(Mode::Train, "sgd");
        Program forward = whole, update = whole;
        forward.list.ops.resize(whole.updateBegin);
        update.list.ops.erase(update.list.ops.begin(), update.list.ops.begin() + static_cast<std::ptrdiff_t>(whole.updateBegin));
        const std::vector<const Program *> parts{&update, &forward};
        const auto layouts = chooseLayouts(parts);
        for (const Op &op : update.list.ops)
            for (std::size_t i = 0; i < op.inputs.size(); ++i) {
                const bool weights = update.list.value(op.inputs[i]).type.shape.rank() == 4;
                QCOMPARE(isFilter(layouts[0], op.inputs[i]), weights);
            }
    }

    void aProgramWithoutConvolutionsIsCanonical()
    {
        const Program whole = convolutionProgram(Mode::Train, "sgd");
        Program update = whole;
        update.list.ops.erase(update.list.ops.begin(), update.list.ops.begin() + static_cast<std::ptrdiff_t>(whole.updateBegin));
        const Program *only = &update;
        const auto layouts = chooseLayouts(std::span(&only, 1));
        for (const ValueLayout layout : layouts.front())
            QCOMPARE(layout, ValueLayout::Canonical);
    }

    void elementsGoWhereTheirIndicesSay()
    {
        const Shape hwio{2, 3, 5, 7};  // kernelH, kernelW, in, out
        for (const std::size_t bytes : {2u, 4u, 8u}) {
            const auto canonical = counted(static_cast<std::size_t>(hwio.elements()), bytes);
            std::vector<std::byte> krsc(canonical.size()), back(canonical.size());
            hwioToKrsc(hwio, bytes, canonical, krsc);
            for (std::size_t h = 0; h < 2; ++h)
                for (std::size_t w = 0; w < 3; ++w)
                    for (std::size_t in = 0; in < 5; ++in)
                        for (std::size_t out = 0; out < 7; ++out) {
                            const std::size_t from = ((h * 3 + w) * 5 + in) * 7 + out, to = ((out * 2 + h) * 3 + w) * 5 + in;
                            QVERIFY(std::memcmp(canonical.data() + from * bytes, krsc.data() + to * bytes, bytes) == 0);
                        }
            krscToHwio(hwio, bytes, krsc, back);
            QVERIFY(back == canonical);
        }
    }
};

QTEST_GUILESS_MAIN(TestLayouts)
#include "tst_layouts.moc"
