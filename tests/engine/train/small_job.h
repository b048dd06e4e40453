// A training job small enough for tests: three classes of points in a plane, and what listens to a run of it.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/philox.h"
#include "engine/train/trainer.h"

namespace trainyard::test {

inline Dataset pointsInAPlane(std::int64_t rows = 240)
{
    HostTensor features({DType::F32, Shape{rows, 2}}), targets({DType::I32, Shape{rows}});
    PhiloxSequence random(7, RandomStream::Initialize, 1);
    for (std::int64_t row = 0; row < rows; ++row) {
        const auto at = static_cast<std::size_t>(row);
        const auto kind = static_cast<std::int32_t>(row % 3);
        targets.as<std::int32_t>()[at] = kind;
        features.as<float>()[2 * at] = static_cast<float>(kind) + random.uniform();
        features.as<float>()[2 * at + 1] = static_cast<float>(kind == 1) + random.uniform();
    }
    return makeDataset(std::move(features), std::move(targets), {}).value();
}

// Layers in a row, each wired to the one before.
inline Graph chainOf(const std::vector<std::pair<std::string, ParameterMap>> &layers)
{
    Graph graph;
    LayerId before = 0;
    for (const auto &[type, parameters] : layers) {
        const LayerId id = graph.add(type);
        graph.edit(id)->parameters = parameters;
        if (before != 0)
            (void)graph.connect({before, id, 0});  // where it fails, the run says so
        before = id;
    }
    return graph;
}

// Everything that has a state of its own: batch statistics, dropout's counters, the optimizer's moments.
inline std::shared_ptr<const Graph> smallGraph()
{
    using List = std::vector<std::int64_t>;
    return std::make_shared<const Graph>(chainOf({{"input", {{"shape", List{2}}}},
                                                  {"dense", {{"units", std::int64_t{16}}, {"bias", false}}},
                                                  {"batch_norm", {}},
                                                  {"relu", {}},
                                                  {"dropout", {{"rate", 0.25}}},
                                                  {"dense", {{"units", std::int64_t{3}}}},
                                                  {"softmax_cross_entropy", {}}}));
}

inline TrainingConfig smallConfig()
{
    TrainingConfig config;
    config.epochs = 4;
    config.batchSize = 16;
    config.threads = 1;
    config.checkpointEveryEpochs = 0;
    config.optimizer.learningRate = 0.01;
    return config;
}

inline TrainJob smallJob(const TrainingConfig &config = smallConfig())
{
    TrainJob job;
    job.graph = smallGraph();
    job.config = config;
    job.loadData = [] { return Result<Dataset>(pointsInAPlane()); };
    return job;
}

// What comes out of a run; the callbacks are called on its engine thread.
class Listener {
public:
    Listener() : m_subscription(m_hub->subscribeLossless()) {}

    // A trainer of job that reports here.
    std::unique_ptr<Trainer> start(TrainJob job)
    {
        job.saveCheckpoint = [this](std::shared_ptr<const Checkpoint> checkpoint, std::string reason) {
            const Checkpoint &content = *checkpoint;
            {
                const std::scoped_lock lock(m_mutex);
                m_checkpoints.emplace_back(std::move(checkpoint), std::move(reason));
            }
            if (onCheckpoint)
                onCheckpoint(content);
        };
        return std::make_unique<Trainer>([job]() -> Result<TrainJob> { return job; }, onProgress, m_hub);
    }

    TrainProgress run(TrainJob job)
    {
        const auto trainer = start(std::move(job));
        trainer->wait();
        return trainer->progress();
    }

    std::vector<RunEvent> events()
    {
        m_subscription->drainEvents(m_events);
        return m_events;
    }

    int count(EventKind kind)
    {
        int found = 0;
        for (const RunEvent &event : events())
            found += event.kind == kind;
        return found;
    }

    // (step, value) of one series, in the order published.
    std::vector<std::pair<std::int64_t, double>> series(const std::string &name)
    {
        m_subscription->drainPoints(m_points);
        const auto all = m_subscription->series();
        std::vector<std::pair<std::int64_t, double>> found;
        for (const Point &point : m_points)
            if (all.at(point.series).name == name)
                found.emplace_back(point.step, point.value);
        return found;
    }

    std::vector<std::pair<std::shared_ptr<const Checkpoint>, std::string>> checkpoints()
    {
        const std::scoped_lock lock(m_mutex);
        return m_checkpoints;
    }

    std::shared_ptr<const Checkpoint> lastCheckpoint() { return checkpoints().back().first; }

    std::function<void(const TrainProgress &)> onProgress;  // both are set before start()
    std::function<void(const Checkpoint &)> onCheckpoint;

private:
    std::shared_ptr<TelemetryHub> m_hub = std::make_shared<TelemetryHub>();
    std::shared_ptr<Subscription> m_subscription;
    std::vector<RunEvent> m_events;
    std::vector<Point> m_points;
    std::mutex m_mutex;
    std::vector<std::pair<std::shared_ptr<const Checkpoint>, std::string>> m_checkpoints;
};

// The job's run, stopped before its step stopAt + 1; returns how it ended.
inline TrainProgress runTo(int stopAt, const TrainJob &job, Listener &listener)
{
    std::promise<Trainer *> made;
    Trainer *trainer = nullptr;
    TrainJob stopped = job;
    stopped.loadData = [&, load = job.loadData] {
        trainer = made.get_future().get();
        return load();
    };
    // Asked for a checkpoint at every step edge, the sink knows the step and stops the run at the wanted one.
    listener.onCheckpoint = [&](const Checkpoint &checkpoint) {
        if (checkpoint.step == stopAt - 1)
            trainer->stop();
        else
            trainer->requestCheckpoint();
    };
    const auto owner = listener.start(std::move(stopped));
    owner->requestCheckpoint();
    made.set_value(owner.get());
    owner->wait();
    return owner->progress();
}

// Whether two checkpoints hold the same tensors to the bit; the name of the first that differs otherwise.
inline std::string firstDifference(const Checkpoint &a, const Checkpoint &b)
{
    if (a.tensors.tensors.size() != b.tensors.tensors.size())
        return "the number of tensors";
    std::map<std::string, const HostTensor *> byName;
    for (const NamedTensor &tensor : b.tensors.tensors)
        byName[tensor.name] = &tensor.tensor;
    for (const NamedTensor &tensor : a.tensors.tensors) {
        const auto found = byName.find(tensor.name);
        if (found == byName.end() || found->second->type != tensor.tensor.type || found->second->data != tensor.tensor.data)
            return tensor.name;
    }
    return {};
}

}  // namespace trainyard::test
