// Names, choices and values of metrics, by hand and by brute force.
#include <QtTest>

#include <cmath>
#include <random>

#include "engine/metrics/metric.h"

using namespace trainyard;

class TestMetrics : public QObject {
    Q_OBJECT

    static MetricTask task(Scores scores, std::int64_t columns = 3)
    {
        MetricTask task;
        task.loss.scores = scores;
        task.columns = columns;
        return task;
    }

    static std::string namesOf(const std::vector<MetricChoice> &choices)
    {
        std::string names;
        for (const MetricChoice &choice : choices)
            names += (names.empty() ? "" : " ") + choice.name;
        return names;
    }

    static double valueOf(const std::string &name, const std::vector<double> &sums, bool answers = false)
    {
        MetricChoice choice = *findMetric(name);
        choice.ofAnswers = answers;
        return choice.spec->value(choice, sums);
    }

    static ScoreTable randomTable(Scores scores, std::size_t rows, std::size_t columns, unsigned seed)
    {
        std::mt19937 engine(seed);
        ScoreTable table{scores, columns, {}, {}};
        for (std::size_t i = 0; i < rows * columns; ++i)
            table.predictions.push_back(static_cast<float>(engine() % 9) - 4);  // with many equal ones
        for (std::size_t i = 0; i < (scores == Scores::Answers ? rows * columns : rows); ++i)
            table.classes.push_back(static_cast<std::int32_t>(engine() % (scores == Scores::Answers ? 2 : columns)));
        return table;
    }

private slots:
    void everyMetricIsFoundByItsName()
    {
        for (const MetricSpec &spec : metricCatalog()) {
            std::string name = spec.name;
            if (const auto mark = name.find('#'); mark != std::string::npos)
                name.replace(mark, 1, "3");
            const auto found = findMetric(name);
            QVERIFY2(found && found->spec == &spec, name.c_str());
            QVERIFY(!spec.title.empty() && !spec.summary.empty() && spec.fits);
            QVERIFY2((spec.emitOps && spec.value) != static_cast<bool>(spec.ofScores), name.c_str());
        }
        QCOMPARE(findMetric("top_5_accuracy")->number, std::int64_t{5});
        QCOMPARE(findMetric("f1_micro")->averaging, Averaging::Micro);
        QCOMPARE(findMetric("recall_of_class_12")->number, std::int64_t{12});
        for (const char *bad : {"", "top_accuracy", "top__accuracy", "top_-1_accuracy", "top_5_accuracies", "top_9999999999_accuracy", "accuracy_micro", "f1_",
                                "f1_of_class_", "f1_of_class_x", "macro"})
            QVERIFY2(!findMetric(bad), bad);
    }

    void titlesAreForPeople()
    {
        QCOMPARE(metricTitle("top_5_accuracy"), std::string("Top-5 accuracy"));
        QCOMPARE(metricTitle("f1_micro"), std::string("F1, micro"));
        QCOMPARE(metricTitle("iou_of_class_2"), std::string("IoU of class 2"));
        QCOMPARE(metricTitle("loss_of_head"), std::string("Loss of head"));
        QCOMPARE(metricTitle("made_up"), std::string("made_up"));
        QCOMPARE(withinSentence("Mean absolute error"), std::string("mean absolute error"));
        QCOMPARE(withinSentence("Top-5 accuracy"), std::string("top-5 accuracy"));
        for (const char *kept : {"F1, micro", "IoU", "ROC AUC", "R²", ""})
            QCOMPARE(withinSentence(kept), std::string(kept));
        QVERIFY(isShare("accuracy") && isShare("f1_of_class_0") && !isShare("perplexity") && !isShare("loss_of_head"));
        QVERIFY(speaksOfShare("Validation accuracy") && speaksOfShare("Training F1, micro") && !speaksOfShare("Validation loss"));
    }

    void withoutNamesALossHasItsDefaults()
    {
        QCOMPARE(namesOf(*chooseMetrics({}, task(Scores::Classes))), std::string("loss accuracy"));
        QCOMPARE(namesOf(*chooseMetrics({}, task(Scores::Answers, 1))), std::string("loss accuracy"));
        QCOMPARE(namesOf(*chooseMetrics({}, task(Scores::Numbers))), std::string("loss mean_absolute_error r2"));
        QCOMPARE(namesOf(*chooseMetrics({}, task(Scores::Nothing))), std::string("loss"));
        MetricTask dice = task(Scores::Classes);
        dice.loss.isOverlap = true;
        QCOMPARE(namesOf(*chooseMetrics({}, dice)), std::string("loss accuracy iou"));
        QCOMPARE(namesOf(*chooseMetrics({"f1", "accuracy", "f1", "loss"}, task(Scores::Classes))), std::string("loss f1 accuracy"));
    }

    void whatDoesNotFitIsRefusedWithTheReason()
    {
        const auto refusal = [](const std::string &name, const MetricTask &judged) {
            const auto chosen = chooseMetrics({name}, judged);
            return chosen ? std::string() : chosen.error().message;
        };
        QVERIFY(refusal("top_4_accuracy", task(Scores::Classes)).find("4 of 3 classes") != std::string::npos);
        QVERIFY(refusal("top_0_accuracy", task(Scores::Classes)).find("0 of 3") != std::string::npos);
        QVERIFY(refusal("f1_of_class_3", task(Scores::Classes)).find("3 classes, from 0 to 2") != std::string::npos);
        QVERIFY(refusal("r2", task(Scores::Classes)).find("accuracy") != std::string::npos);
        QVERIFY(refusal("top_2_accuracy", task(Scores::Answers)).find("does not fit") != std::string::npos);
        QVERIFY(refusal("perplexity", task(Scores::Classes)).find("does not fit") != std::string::npos);
        QVERIFY(refusal("acuracy", task(Scores::Classes)).find("There is no metric acuracy") != std::string::npos);
        MetricTask withItself = task(Scores::Answers);
        withItself.ofData = false;
        QVERIFY(refusal("roc_auc", withItself).find("does not fit") != std::string::npos);
        QVERIFY(!checkMetricNames({"accuracy", "nonsense"}));
        QVERIFY(checkMetricNames({"accuracy", "top_5_accuracy"}));
    }

    void sumsBecomeTheValue()
    {
        QCOMPARE(valueOf("loss", {3, 4}), 0.75);
        QCOMPARE(valueOf("accuracy", {3, 4}), 0.75);
        QCOMPARE(valueOf("accuracy", {5, 1, 2, 2}, true), 0.7);
        QCOMPARE(valueOf("root_mean_squared_error", {36, 4}), 3.0);
        MetricChoice perplexity = *findMetric("perplexity");
        perplexity.lossWeight = 0.5;
        QCOMPARE(perplexity.spec->value(perplexity, std::vector<double>{3, 4}), std::exp(1.5));
        for (const char *name : {"loss", "accuracy", "mean_absolute_error", "root_mean_squared_error", "perplexity", "top_2_accuracy"})
            QVERIFY2(std::isnan(valueOf(name, {0, 0})), name);
        // Targets 1, 2, 3 predicted as 1, 2, 4: residual 1, total 2.
        QCOMPARE(valueOf("r2", {3, 6, 14, 1}), 0.5);
        QVERIFY(std::isnan(valueOf("r2", {3, 6, 12, 1})));  // a constant target
        QVERIFY(std::isnan(valueOf("r2", {})));
        // A constant that binary fractions do not hold: only rounding is left of its variation.
        std::vector<double> constant(4, 0.0);
        for (int row = 0; row < 997; ++row) {
            constant[0] += 1;
            constant[1] += 0.1;
            constant[2] += 0.1 * 0.1;
            constant[3] += 0.01;
        }
        QVERIFY(std::isnan(valueOf("r2", constant)));
    }

    void aConfusionMatrixBecomesItsMetrics()
    {
        // Class 0: 4 right, 1 taken for 1; class 1: 2 right, 3 taken for 0; class 2: 5 right; class 3 never comes.
        const std::vector<double> sums{4, 1, 0, 0, 3, 2, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0};
        QCOMPARE(valueOf("precision_of_class_0", sums), 4.0 / 7);
        QCOMPARE(valueOf("recall_of_class_0", sums), 4.0 / 5);
        QCOMPARE(valueOf("f1_of_class_0", sums), 8.0 / 12);
        QCOMPARE(valueOf("iou_of_class_0", sums), 4.0 / 8);
        QCOMPARE(valueOf("precision", sums), (4.0 / 7 + 2.0 / 3 + 1) / 3);
        QCOMPARE(valueOf("recall", sums), (4.0 / 5 + 2.0 / 5 + 1) / 3);
        QCOMPARE(valueOf("iou", sums), (4.0 / 8 + 2.0 / 6 + 1) / 3);
        QCOMPARE(valueOf("f1_micro", sums), 11.0 / 15);
        QVERIFY(std::isnan(valueOf("recall_of_class_3", sums)));
        // A class that is there and is never predicted has a precision of 0.
        QCOMPARE(valueOf("precision_of_class_1", {3, 0, 2, 0}), 0.0);
        // Of answers the yes is judged; two classes are averaged.
        QCOMPARE(valueOf("f1", {5, 1, 2, 2}, true), 4.0 / 7);
        QCOMPARE(valueOf("f1", {5, 1, 2, 2}), (4.0 / 7 + 10.0 / 13) / 2);
        QVERIFY(std::isnan(valueOf("f1", {0, 0, 0, 0})));
    }

    void theAreaUnderTheCurveIsTheShareOfPairsInOrder()
    {
        for (unsigned seed = 1; seed < 20; ++seed) {
            const ScoreTable table = randomTable(Scores::Answers, 40, 2, seed);
            double pairs = 0, ordered = 0;
            for (std::size_t i = 0; i < table.classes.size(); ++i)
                for (std::size_t j = 0; j < table.classes.size(); ++j) {
                    if (table.classes[i] != 1 || table.classes[j] != 0)
                        continue;
                    pairs += 1;
                    ordered += table.predictions[i] > table.predictions[j] ? 1 : table.predictions[i] == table.predictions[j] ? 0.5 : 0;
                }
            const double found = findMetric("roc_auc")->spec->ofScores(table);
            QVERIFY2(std::abs(found - ordered / pairs) < 1e-12, qPrintable(QString::number(found)));
        }
    }

    void theAveragePrecisionIsTheSumOverRecallSteps()
    {
        for (unsigned seed = 1; seed < 20; ++seed) {
            const ScoreTable table = randomTable(Scores::Answers, 50, 1, seed);
            // At each threshold from high to low: precision times what the recall grows by.
            double expected = 0, before = 0;
            const double positives = static_cast<double>(std::count(table.classes.begin(), table.classes.end(), 1));
            for (float threshold = 4; threshold >= -4; --threshold) {
                double taken = 0, right = 0;
                for (std::size_t i = 0; i < table.classes.size(); ++i)
                    if (table.predictions[i] >= threshold) {
                        taken += 1;
                        right += table.classes[i];
                    }
                expected += taken > 0 ? (right - before) / positives * right / taken : 0;
                before = right;
            }
            const double found = findMetric("average_precision")->spec->ofScores(table);
            QVERIFY2(std::abs(found - expected) < 1e-12, qPrintable(QString("%1, expected %2").arg(found).arg(expected)));
        }
    }

    void ofSeveralClassesEachIsRankedAgainstTheRest()
    {
        // Two classes are one question: the score of 1 beside that of 0.
        ScoreTable two{Scores::Classes, 2, {0, 1, 0, 3, 5, 1, 2, 2, 9, 9}, {1, 1, 0, 0, -1}};
        QCOMPARE(findMetric("roc_auc")->spec->ofScores(two), 1.0);
        ScoreTable three{Scores::Classes, 3, {9, 0, 0, 0, 9, 0, 0, 0, 9, 0, 9, 0}, {0, 1, 2, 2}};
        // Class 0: perfect; 1: tied with a wrong one, half of 3 pairs' first lost; 2: one of two rows scores like class 0's.
        const double auc = findMetric("roc_auc")->spec->ofScores(three);
        QCOMPARE(auc, (1.0 + (2 + 0.5) / 3 + (2 + 1.0) / 4) / 3);
        QVERIFY(std::isnan(findMetric("roc_auc")->spec->ofScores({Scores::Classes, 2, {0, 1, 1, 0}, {1, 1}})));  // one class alone
        QVERIFY(std::isnan(findMetric("average_precision")->spec->ofScores({Scores::Answers, 1, {}, {}})));
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
