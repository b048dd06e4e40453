// What a training program ends with: frozen layers, groups of parameters, accumulated gradients, averages.
#include <QtTest>

#include <set>

#include "tests/engine/backends/random_graph.h"
#include "tests/engine/program/programs.h"
#include "tests/engine/program/soundness.h"

using namespace trainyard;
using namespace trainyard::tests;

namespace {

// conv2d, batch_norm, relu, flatten, dense, dense_2: all but the last hidden.
Graph smallNet(const std::vector<std::string> &frozen = {})
{
    Graph graph;
    LayerId before = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{6, 5, 4}}});
    const std::vector<std::pair<std::string, ParameterMap>> layers{{"conv2d", {{"filters", std::int64_t{4}}}}, {"batch_norm", {}}, {"relu", {}},
                                                                   {"flatten", {}}, {"dense", {{"units", std::int64_t{7}}}},
                                                                   {"dense", {{"units", std::int64_t{3}}}}, {"softmax_cross_entropy", {}}};
    for (const auto &[type, settings] : layers)
        before = addAfter(graph, type, {before}, settings);
    for (const std::string &name : frozen)
        graph.edit(graph.findByName(name)->id)->frozen = true;
    return graph;
}

BuildOptions training()
{
    BuildOptions options;
    options.batchSize = 5;
    return options;
}

Program built(const Graph &graph, const BuildOptions &options)
{
    Program program = builtOrThrown(graph, smallImages(20), options);
    if (const std::string fault = unsoundness(program); !fault.empty())
        throw std::runtime_error(fault);
    return program;
}

std::set<std::string> updated(const Program &program)
{
    std::set<std::string> names;
    for (const Op &op : program.list.ops)
        if (const OpSpec &spec = opSpec(op.kind); spec.isUpdate)
            for (std::size_t i = 0; i + spec.inputsPerTensor <= op.inputs.size(); i += spec.inputsPerTensor)
                names.insert(program.list.value(op.inputs[i]).name);
    return names;
}

std::set<std::string> namesIn(const Program &program, const Op &op)
{
    std::set<std::string> names;
    for (const ValueId id : op.inputs)
        if (id != kNoValue && program.list.value(id).role == Role::Parameter)
            names.insert(program.list.value(id).name);
    return names;
}

bool hasValue(const Program &program, const std::string &name)
{
    return std::any_of(program.list.values.begin(), program.list.values.end(), [&](const Value &value) { return value.name == name; });
}

using Names = std::set<std::string>;

}  // namespace

class TestStepEnd : public QObject {
    Q_OBJECT
private slots:
    void aFrozenLayerHasNoGradientsAndNoUpdate()
    {
        const Program all = built(smallNet(), training());
        QCOMPARE(updated(all), (Names{"conv2d/weights", "conv2d/bias", "batch_norm/gamma", "batch_norm/beta", "dense/weights", "dense/bias",
                                      "dense_2/weights", "dense_2/bias"}));
        const Program part = built(smallNet({"conv2d", "batch_norm"}), training());
        QCOMPARE(updated(part), (Names{"dense/weights", "dense/bias", "dense_2/weights", "dense_2/bias"}));
        QCOMPARE(count(part, OpKind::Conv2dGradWeights), std::size_t{0});
        QCOMPARE(count(part, OpKind::DenseGradData), std::size_t{1});  // the gradient ends where nothing is trained
        QVERIFY(!hasValue(part, "optimizer/conv2d/weights/moment1"));
        QVERIFY(hasValue(part, "conv2d/weights"));
        QVERIFY(part.parameterCount() < all.parameterCount());
        const Program none = built(smallNet({"conv2d", "batch_norm", "dense", "dense_2"}), training());
        QVERIFY(updated(none).empty());
        QCOMPARE(none.parameterCount(), 0);
    }

    void weightsThatAFrozenLayerSharesAreNotTrained()
    {
        Graph graph;
        LayerId before = addAfter(graph, "input", {}, {{"shape", std::vector<std::int64_t>{6, 5, 4}}});
        before = addAfter(graph, "flatten", {before}, {});
        for (int i = 0; i < 3; ++i)
            before = addAfter(graph, "dense", {before}, {{"units", std::int64_t{i == 2 ? 3 : 120}}});
        addAfter(graph, "softmax_cross_entropy", {before}, {});
        graph.edit(graph.findByName("dense_2")->id)->weightsOf = "dense";
        QCOMPARE(updated(built(graph, training())), (Names{"dense/weights", "dense/bias", "dense_3/weights", "dense_3/bias"}));
        graph.edit(graph.findByName("dense_2")->id)->frozen = true;
        QCOMPARE(updated(built(graph, training())), (Names{"dense_3/weights", "dense_3/bias"}));
    }

    void gradientsGoThroughAFrozenLayer()
    {
        const Program program = built(smallNet({"batch_norm", "dense"}), training());
        QCOMPARE(updated(program), (Names{"conv2d/weights", "conv2d/bias", "dense_2/weights", "dense_2/bias"}));
        // Batch norm in inference form, forward and, without mean and shift, backward; its statistics stay.
        QCOMPARE(count(program, OpKind::BatchNorm), std::size_t{0});
        QCOMPARE(count(program, OpKind::BatchNormGrad), std::size_t{0});
        QCOMPARE(count(program, OpKind::BatchNormInference), std::size_t{2});
        QCOMPARE(count(program, OpKind::DenseGradWeights), std::size_t{1});
        QCOMPARE(count(program, OpKind::DenseGradData), std::size_t{2});
    }

    void parametersThatAreUpdatedAlikeShareOneOp()
    {
        BuildOptions options = training();
        options.optimizer.weightDecay = 0.5;
        Graph graph = smallNet();
        QCOMPARE(count(built(graph, options), OpKind::AdamUpdate), std::size_t{1});
        options.optimizer.decayMatricesOnly = true;
        const Program split = built(graph, options);
        QCOMPARE(count(split, OpKind::AdamUpdate), std::size_t{2});
        for (const Op &op : split.list.ops)
            if (op.kind == OpKind::AdamUpdate) {
                const bool decays = std::get<AdamAttributes>(op.attributes).weightDecay > 0;
                QCOMPARE(namesIn(split, op), decays ? (Names{"conv2d/weights", "dense/weights", "dense_2/weights"})
                                                    : (Names{"conv2d/bias", "batch_norm/gamma", "batch_norm/beta", "dense/bias", "dense_2/bias"}));
            }
        options.optimizer.weightDecay = 0;
        QCOMPARE(count(built(graph, options), OpKind::AdamUpdate), std::size_t{1});
        graph.edit(graph.findByName("dense")->id)->learningRateFactor = 0.25;
        const Program slow = built(graph, options);
        QCOMPARE(count(slow, OpKind::AdamUpdate), std::size_t{2});
        for (const Op &op : slow.list.ops)
            if (op.kind == OpKind::AdamUpdate)
                QCOMPARE(namesIn(slow, op).contains("dense/weights"), std::get<AdamAttributes>(op.attributes).rateFactor == 0.25f);
    }

    void muonTakesHiddenWeightsOfProducts()
    {
        BuildOptions options = training();
        options.optimizer.type = "muon";
        const Program program = built(smallNet(), options);
        QCOMPARE(namesIn(program, only(program, OpKind::MuonUpdate)), (Names{"conv2d/weights", "dense/weights"}));
        QCOMPARE(namesIn(program, only(program, OpKind::AdamUpdate)), (Names{"conv2d/bias", "batch_norm/gamma", "batch_norm/beta", "dense/bias",
                                                                             "dense_2/weights", "dense_2/bias"}));
    }

    void bothProgramsOfAnAccumulatedStepKeepTheSameSums()
    {
        for (const Precision precision : {Precision::Float32, Precision::Float16}) {
            BuildOptions options = training();
            options.precision = precision;
            options.accumulationSteps = 4;
            options.optimizer.clipNorm = 1;
            const Program last = built(smallNet(), options);
            options.withUpdate = false;
            const Program before = built(smallNet(), options);
            const Op &finish = only(last, OpKind::AccumulateGradients), &add = only(before, OpKind::AccumulateGradients);
            QVERIFY((std::get<AccumulateAttributes>(finish.attributes) == AccumulateAttributes{4, true}));
            QVERIFY((std::get<AccumulateAttributes>(add.attributes) == AccumulateAttributes{4, false}));
            QCOMPARE(finish.inputs.size(), std::size_t{16});
            for (std::size_t i = 1; i < finish.inputs.size(); i += 2)
                QCOMPARE(last.list.value(finish.inputs[i]).name, before.list.value(add.inputs[i]).name);
            QCOMPARE(before.updateBegin, before.list.ops.size());
            QVERIFY(updated(before).empty());
            QCOMPARE(count(before, OpKind::ClipGradients), std::size_t{0});
            // First the whole gradient, then what is done with it.
            std::vector<OpKind> end;
            for (const Op &op : last.list.ops)
                if (op.kind == OpKind::AccumulateGradients || !end.empty())
                    end.push_back(op.kind);
            QCOMPARE(end, precision == Precision::Float32
                              ? (std::vector{OpKind::AccumulateGradients, OpKind::ClipGradients, OpKind::AdamUpdate})
                              : (std::vector{OpKind::AccumulateGradients, OpKind::UnscaleGradients, OpKind::ClipGradients, OpKind::AdamUpdate, OpKind::UpdateLossScale}));
            QCOMPARE(count(before, OpKind::ScaleGradient), count(last, OpKind::ScaleGradient));
            QCOMPARE(count(before, OpKind::UpdateLossScale), std::size_t{0});
            // Metrics of all batches are counted together.
            for (std::size_t k = 0; k < last.metrics.size(); ++k) {
                const Value &own = last.list.value(last.metrics[k].accumulator), &other = before.list.value(before.metrics[k].accumulator);
                QVERIFY(own.kept && other.kept);
                QCOMPARE(own.name, other.name);
            }
        }
    }

    void averagesAreKeptInTrainingAndReadInEvaluation()
    {
        BuildOptions options = training();
        options.emaDecay = 0.99;
        const Program program = built(smallNet({"dense"}), options);
        Names averaged;
        for (const auto &[value, average] : program.averages) {
            averaged.insert(program.list.value(value).name);
            QCOMPARE(program.list.value(average).name, "average/" + program.list.value(value).name);
            QVERIFY(!program.list.value(average).trainable);
        }
        QCOMPARE(averaged, (Names{"conv2d/weights", "conv2d/bias", "batch_norm/gamma", "batch_norm/beta", "batch_norm/running_mean",
                                  "batch_norm/running_variance", "dense_2/weights", "dense_2/bias"}));
        QVERIFY(program.list.ops.back().kind == OpKind::EmaUpdate);
        for (const Mode mode : {Mode::Evaluate, Mode::Predict}) {
            options.mode = mode;
            const Program reading = built(smallNet({"dense"}), options);
            QCOMPARE(count(reading, OpKind::EmaUpdate), std::size_t{0});
            for (const std::string &name : averaged) {
                QVERIFY2(hasValue(reading, "average/" + name) && !hasValue(reading, name), name.c_str());
            }
            QVERIFY(hasValue(reading, "dense/weights"));  // frozen: it has no average
        }
    }
};

QTEST_GUILESS_MAIN(TestStepEnd)
#include "tst_step_end.moc"
