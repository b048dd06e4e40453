// Steps of several batches, averages of the weights, frozen layers and rate factors, by what they do to the weights.
#include <QtTest>

#include <cmath>
#include <map>

#include "engine/train/model.h"
#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

namespace {

using Tensors = std::map<std::string, std::vector<float>>;

std::shared_ptr<const Graph> plainGraph(double dropout = 0)
{
    using List = std::vector<std::int64_t>;
    return std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{2}}}},
                                                  {"dense", {{"units", std::int64_t{8}}}},
                                                  {"tanh", {}},
                                                  {"dropout", {{"rate", dropout}}},
                                                  {"dense", {{"units", std::int64_t{3}}}},
                                                  {"softmax_cross_entropy", {}}}));
}

Model modelOf(const Graph &graph, const Dataset &dataset, const TrainingConfig &config)
{
    auto model = Model::create(graph, dataset, config, deviceSettingsOf(config));
    if (!model)
        throw std::runtime_error(model.error().message);
    return std::move(*model);
}

Tensors tensorsOf(Model &model)
{
    Tensors tensors;
    const auto file = model.tensors();
    if (!file)
        throw std::runtime_error(file.error().message);
    for (const NamedTensor &tensor : file->tensors) {
        const auto values = tensor.tensor.as<float>();
        tensors[tensor.name].assign(values.begin(), values.end());
    }
    return tensors;
}

StepScalars scalarsOf(std::uint64_t step, std::int64_t batch)
{
    return {1, step, 0.01f, static_cast<std::int32_t>(batch)};
}

double distance(const Tensors &a, const Tensors &b)
{
    double worst = 0;
    for (const auto &[name, values] : a)
        for (std::size_t i = 0; i < values.size(); ++i)
            worst = std::max(worst, static_cast<double>(std::abs(values[i] - b.at(name)[i])));
    return worst;
}

}  // namespace

class TestStepParts : public QObject {
    Q_OBJECT

    Dataset m_dataset = pointsInAPlane();
    std::vector<std::int32_t> rows(std::size_t begin, std::size_t count) const
    {
        return {m_dataset.train.begin() + static_cast<std::ptrdiff_t>(begin), m_dataset.train.begin() + static_cast<std::ptrdiff_t>(begin + count)};
    }

private slots:
    // Layers without batch statistics do not see where one batch ends.
    void fourBatchesTogetherAreOneLargeBatch()
    {
        TrainingConfig small = smallConfig(), large = smallConfig();
        small.batchSize = 8;
        small.accumulationSteps = 4;
        large.batchSize = 32;
        small.optimizer.clipNorm = large.optimizer.clipNorm = 0.1;
        const auto graph = plainGraph();
        Model parts = modelOf(*graph, m_dataset, small), whole = modelOf(*graph, m_dataset, large);
        for (std::uint64_t step = 0; step < 3; ++step) {
            const auto batch = rows(step * 32, 32);
            QVERIFY(parts.trainStep(batch, scalarsOf(step, 8)));
            QVERIFY(whole.trainStep(batch, scalarsOf(step, 32)));
        }
        const Tensors got = tensorsOf(parts), wanted = tensorsOf(whole);
        QCOMPARE(got.size(), wanted.size());  // sums of gradients are no part of a checkpoint
        QVERIFY2(distance(got, wanted) < 1e-5, std::to_string(distance(got, wanted)).c_str());
        // The training metrics count all rows; the loss is a mean over batches of one size.
        const auto parted = parts.metricsOf(parts.trainingSums().value()), joined = whole.metricsOf(whole.trainingSums().value());
        for (std::size_t i = 0; i < joined.size(); ++i)
            QVERIFY2(std::abs(parted[i].value - joined[i].value) < 1e-5, joined[i].name.c_str());
    }

    void theBatchesOfAStepDrawDifferentNumbers()
    {
        TrainingConfig config = smallConfig();
        config.batchSize = 8;
        const auto graph = plainGraph(0.5);
        Model once = modelOf(*graph, m_dataset, config);
        config.accumulationSteps = 2;
        Model twice = modelOf(*graph, m_dataset, config);
        auto batch = rows(0, 8);
        QVERIFY(once.trainStep(batch, scalarsOf(0, 8)));
        batch.insert(batch.end(), batch.begin(), batch.begin() + 8);  // the same rows: only what is dropped differs
        QVERIFY(twice.trainStep(batch, scalarsOf(0, 8)));
        const double first = once.metricsOf(once.trainingSums().value()).front().value;
        const double both = twice.metricsOf(twice.trainingSums().value()).front().value;
        QVERIFY2(std::abs(first - both) > 1e-4, std::to_string(both).c_str());
    }

    void anEpochTakesWholeStepsAndMetricsOfAllBatches()
    {
        TrainingConfig config = smallConfig();
        config.batchSize = 10;
        config.accumulationSteps = 4;
        Listener listener;
        const TrainProgress end = listener.run(smallJob(config));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        const auto trained = static_cast<std::int64_t>(m_dataset.train.size());
        QCOMPARE(end.stepsPerEpoch, (trained + 39) / 40);
        QCOMPARE(end.step, end.stepsPerEpoch * config.epochs);
        QVERIFY(listener.series("train/accuracy").back().second > 0.5);
    }

    void theAverageFollowsTheWeights()
    {
        TrainingConfig config = smallConfig();
        config.emaDecay = 0.5;
        const auto graph = smallGraph();
        Model model = modelOf(*graph, m_dataset, config);
        Tensors expected = tensorsOf(model);
        for (std::uint64_t step = 0; step < 6; ++step) {
            QVERIFY(model.trainStep(rows(step * 16, 16), scalarsOf(step, 16)));
            const Tensors now = tensorsOf(model);
            const float t = static_cast<float>(step), decay = std::min(0.5f, (1 + t) / (10 + t));
            int averages = 0;
            for (auto &[name, values] : expected) {
                if (!name.starts_with("average/"))
                    continue;
                ++averages;
                const std::vector<float> &weights = now.at(name.substr(8)), &got = now.at(name);
                for (std::size_t i = 0; i < values.size(); ++i) {
                    values[i] = decay * values[i] + (1 - decay) * weights[i];
                    QVERIFY2(std::abs(values[i] - got[i]) < 1e-6f, name.c_str());
                }
            }
            QCOMPARE(averages, 7);  // two dense layers, one without bias; batch norm's scale, shift, mean and variance
        }
    }

    void evaluationUsesTheAverage()
    {
        TrainingConfig config = smallConfig();
        const auto graph = smallGraph();
        config.emaDecay = 0.9;
        Model averaging = modelOf(*graph, m_dataset, config);
        for (std::uint64_t step = 0; step < 8; ++step)
            QVERIFY(averaging.trainStep(rows(step * 16, 16), scalarsOf(step, 16)));
        // Another model with the averages as its weights tells the same.
        SafetensorsFile file = averaging.tensors().value();
        std::map<std::string, HostTensor> averages;
        for (const NamedTensor &tensor : file.tensors)
            if (tensor.name.starts_with("average/"))
                averages[tensor.name.substr(8)] = tensor.tensor;
        for (NamedTensor &tensor : file.tensors)
            if (const auto found = averages.find(tensor.name); found != averages.end())
                tensor.tensor = found->second;
        config.emaDecay = 0;
        Model plain = modelOf(*graph, m_dataset, config);
        const double before = plain.evaluate(m_dataset.validation).value().front().value;
        QVERIFY(plain.restore(file));
        const double wanted = plain.evaluate(m_dataset.validation).value().front().value;
        const double got = averaging.evaluate(m_dataset.validation).value().front().value;
        QCOMPARE(got, wanted);
        QVERIFY(std::abs(got - before) > 1e-3);
    }

    void frozenLayersStayToTheBit()
    {
        for (const char *optimizer : {"adamw", "muon"}) {
            TrainingConfig config = smallConfig();
            config.optimizer.type = optimizer;
            config.optimizer.weightDecay = 0.1;
            Graph graph = *smallGraph();
            for (const char *name : {"dense", "batch_norm"})
                graph.edit(graph.findByName(name)->id)->frozen = true;
            Model model = modelOf(graph, m_dataset, config);
            const Tensors before = tensorsOf(model);
            for (std::uint64_t step = 0; step < 5; ++step)
                QVERIFY(model.trainStep(rows(step * 16, 16), scalarsOf(step, 16)));
            const Tensors after = tensorsOf(model);
            for (const auto &[name, values] : before)
                QCOMPARE(values == after.at(name), !name.starts_with("dense_2/") && !name.starts_with("optimizer/"));
        }
    }

    void aRateFactorIsTheLearningRateOfItsLayer()
    {
        TrainingConfig config = smallConfig();
        config.optimizer.type = "sgd";
        Graph graph = *plainGraph();
        Model whole = modelOf(graph, m_dataset, config);
        graph.edit(graph.findByName("dense")->id)->learningRateFactor = 0.25;
        Model part = modelOf(graph, m_dataset, config);
        const Tensors before = tensorsOf(whole);
        QVERIFY(whole.trainStep(rows(0, 16), scalarsOf(0, 16)));
        QVERIFY(part.trainStep(rows(0, 16), scalarsOf(0, 16)));
        const Tensors full = tensorsOf(whole), quarter = tensorsOf(part);
        for (const char *name : {"dense/weights", "dense_2/weights"}) {
            const float share = std::string(name).starts_with("dense/") ? 0.25f : 1.0f;
            for (std::size_t i = 0; i < before.at(name).size(); ++i) {
                const float moved = full.at(name)[i] - before.at(name)[i];
                QVERIFY2(std::abs(quarter.at(name)[i] - before.at(name)[i] - share * moved) < 1e-6f, name);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestStepParts)
#include "tst_step_parts.moc"
