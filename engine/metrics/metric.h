// What a metric is: how a step adds to its sums, and how the sums become the number shown. One MetricSpec per file
// engine/metrics/<name>.cpp, collected by the list in metric_list.h. Curves, the run table, the command line and the training
// settings know metrics by name alone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/layers/layer_spec.h"

namespace trainyard {

struct MetricSpec;

// Of metrics that are worked out class by class.
enum class Averaging : std::uint8_t {
    Macro,     // "f1": the mean over the classes
    Micro,     // "f1_micro": of all classes' counts together
    OneClass,  // "f1_of_class_3"
};

// One metric of a run, as its name says it.
struct MetricChoice {
    const MetricSpec *spec = nullptr;
    std::string name;         // "top_5_accuracy"
    std::int64_t number = 0;  // 5; the class of OneClass
    Averaging averaging = Averaging::Macro;
    // Of the loss layer whose predictions are judged.
    double lossWeight = 1;
    bool ofAnswers = false;
};

// What is judged: the predictions of the network's first loss layer.
struct MetricTask {
    LossReport loss;
    ValueId total = kNoValue;        // the weighted sum of all losses
    ValueId predictions = kNoValue;
    ValueId targetScale = kNoValue;  // of standardized targets, to bring errors back to the targets' unit
    std::int64_t columns = 0;        // the predictions' last dimension
    bool ofData = true;              // they are compared with the targets of the data, not with the sample

    // For Classes the columns; answers are of two.
    std::int64_t classes() const { return loss.scores == Scores::Answers ? 2 : columns; }
};

// Adds the ops of metrics to a program. Metrics that need the same sums share them.
class MetricEmitter {
public:
    MetricEmitter(OpBuilder &builder, const MetricTask &task) : m_builder(builder), m_task(task) {}

    const MetricTask &task() const { return m_task; }
    // The F64 sums of this name, which `op` with these inputs and the sums behind them adds to; emitted once.
    Result<ValueId> sums(const std::string &name, Shape shape, OpKind op, const OpAttributes &attributes, std::vector<ValueId> inputs);

private:
    OpBuilder &m_builder;
    MetricTask m_task;
    std::map<std::string, ValueId> m_sums;
};

// The predictions of a whole pass with their targets, for metrics that no sums can say.
struct ScoreTable {
    Scores scores = Scores::Classes;
    std::size_t columns = 1;
    std::vector<float> predictions;     // row after row
    std::vector<std::int32_t> classes;  // Classes: one a row, below 0 where a row does not count; Answers: 0 or 1 for each prediction
};

struct MetricSpec {
    std::string name;   // "accuracy"; a # stands for a number: "top_#_accuracy"
    std::string title;  // "Accuracy", "Top-# accuracy"
    std::string summary;
    bool higherIsBetter = false;
    bool isShare = false;   // shown as a percentage
    bool byClass = false;   // has averages: see Averaging
    std::function<bool(const MetricTask &)> fits;
    std::function<bool(const MetricTask &)> isDefault;  // of those it fits; null: only where it is asked for
    // Whether the choice's number fits, where it has one: the reason otherwise.
    std::function<std::optional<std::string>(const MetricChoice &, const MetricTask &)> refuse;
    std::function<Result<ValueId>(MetricEmitter &, const MetricChoice &)> emitOps;                // the sums; null: ofScores
    std::function<double(const MetricChoice &, std::span<const double> sums)> value;          // NaN where nothing was counted
    std::function<double(const ScoreTable &)> ofScores;  // of a whole evaluation; not known while training
};

// All metrics; built once, then read-only; any thread.
const std::vector<MetricSpec> &metricCatalog();

// By its name in a run, with numbers and averages filled in. Nothing: there is no such metric.
std::optional<MetricChoice> findMetric(std::string_view name);
// The loss of one of several heads is named by this and its layer.
inline constexpr const char *kHeadLoss = "loss_of_";
// "Top-5 accuracy", "F1, micro", "F1 of class 3", "Loss of head2"; the name itself where it is unknown.
std::string metricTitle(std::string_view name);
// Whether the name is known and shown as a percentage.
bool isShare(std::string_view name);
// Whether a title, of a curve for example, speaks of a metric that is: "Validation accuracy".
bool speaksOfShare(std::string_view title);
// A title within a sentence: "mean absolute error", but "F1" and "ROC AUC".
std::string withinSentence(std::string title);

// The loss, then the metrics of these names; of no names the task's defaults. Errors: InvalidArgument, where one is unknown or
// does not fit, with those that do.
Result<std::vector<MetricChoice>> chooseMetrics(const std::vector<std::string> &names, const MetricTask &task);
// The same as far as it can be said without a network. Errors: InvalidArgument.
Status checkMetricNames(const std::vector<std::string> &names);

}  // namespace trainyard
