// The metrics a run computes: the defaults, or those its configuration lists.
#include <QtTest>

#include <cmath>

#include <nlohmann/json.hpp>

#include "tests/engine/train/small_job.h"

using namespace trainyard;
using namespace trainyard::test;

class TestMetricRuns : public QObject {
    Q_OBJECT

    using List = std::vector<std::int64_t>;

    static TrainJob jobWith(std::vector<std::string> metrics)
    {
        TrainingConfig config = smallConfig();
        config.epochs = 2;
        config.metrics = std::move(metrics);
        return smallJob(config);
    }

private slots:
    void listedMetricsHaveTheirCurves()
    {
        Listener listener;
        const TrainProgress end = listener.run(jobWith({"f1", "precision", "recall_of_class_1", "top_2_accuracy", "perplexity", "roc_auc", "average_precision"}));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(end.metricName, std::string("f1"));
        for (const char *name : {"f1", "precision", "recall_of_class_1", "top_2_accuracy", "perplexity"}) {
            QCOMPARE(listener.series(std::string("train/") + name).size(), 2u);
            QCOMPARE(listener.series(std::string("validation/") + name).size(), 2u);
            QVERIFY(std::isfinite(listener.series(std::string("test/") + name).at(0).second));
        }
        QVERIFY(listener.series("validation/accuracy").empty());
        const double loss = listener.series("validation/loss").back().second, perplexity = listener.series("validation/perplexity").back().second;
        QVERIFY(std::abs(perplexity - std::exp(loss)) < 1e-9);
        QVERIFY(listener.series("validation/top_2_accuracy").back().second >= listener.series("validation/recall_of_class_1").back().second / 3);
    }

    void whatNeedsAWholeEvaluationIsMeasuredThereAlone()
    {
        Listener listener;
        const TrainProgress end = listener.run(jobWith({"roc_auc", "average_precision"}));
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QVERIFY(listener.series("train/roc_auc").empty());
        const auto curve = listener.series("validation/roc_auc");
        QCOMPARE(curve.size(), 2u);
        QVERIFY(curve.back().second > 0.5 && curve.back().second <= 1);
        QVERIFY(listener.series("validation/average_precision").back().second > 0.3);
        QCOMPARE(end.bestMetric, std::optional(std::max(curve[0].second, curve[1].second)));
    }

    void whatDoesNotFitEndsTheRunWithTheReason()
    {
        for (const auto &[metric, reason] : {std::pair{"top_4_accuracy", "4 of 3 classes"}, std::pair{"r2", "does not fit"}, std::pair{"acuracy", "no metric"}}) {
            Listener listener;
            const TrainProgress end = listener.run(jobWith({metric}));
            QCOMPARE(end.state, TrainState::Failed);
            QVERIFY2(end.error->message.find(reason) != std::string::npos, end.error->message.c_str());
        }
    }

    void theListIsKeptInTheFile()
    {
        TrainingConfig config;
        QVERIFY(!trainingToJson(config).contains("metrics"));
        config.metrics = {"f1", "roc_auc"};
        QCOMPARE(trainingFromJson(trainingToJson(config)).value(), config);
        auto json = trainingToJson(config);
        json["metrics"] = "f1";
        QVERIFY(!trainingFromJson(json));
        json["metrics"] = {1, 2};
        QVERIFY(!trainingFromJson(json));
    }

    void theHeadsOfANetworkHaveCurvesOfTheirOwn()
    {
        Graph graph = chainOf({{"input", {{"shape", List{2}}}}, {"dense", {{"units", std::int64_t{8}}}}, {"relu", {}},
                               {"dense", {{"units", std::int64_t{3}}}}, {"softmax_cross_entropy", {}}});
        const LayerId back = graph.add("dense"), error = graph.add("mean_squared_error");
        graph.edit(back)->parameters = {{"units", std::int64_t{2}}};
        graph.edit(error)->parameters = {{"compare", std::string("input")}, {"weight", 0.5}};
        QVERIFY(graph.connect({3, back, 0}));
        QVERIFY(graph.connect({back, error, 0}));
        TrainJob job = jobWith({});
        job.graph = std::make_shared<const Graph>(graph);
        Listener listener;
        const TrainProgress end = listener.run(job);
        QVERIFY2(!end.error, end.error ? end.error->message.c_str() : "");
        QCOMPARE(end.metricName, std::string("accuracy"));
        const auto all = listener.series("validation/loss"), first = listener.series("validation/loss_of_" + graph.find(5)->name),
                   second = listener.series("validation/loss_of_" + graph.find(error)->name);
        QCOMPARE(first.size(), 2u);
        QVERIFY(std::abs(all.back().second - first.back().second - second.back().second) < 1e-6);
        QCOMPARE(listener.series("train/loss_of_" + graph.find(error)->name).size(), 2u);
    }
};

QTEST_GUILESS_MAIN(TestMetricRuns)
#include "tst_metric_runs.moc"
