#include "engine/api/step_profile.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "engine/train/epoch_order.h"
#include "engine/train/model.h"

namespace trainyard {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarmUpSteps = 3;  // the first ones build graphs, fill caches and wake clocks

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Trains on, from epoch to epoch.
class Trainee {
public:
    Trainee(Model &model, const Dataset &dataset, const TrainingConfig &config)
        : m_model(model), m_config(config), m_order(dataset.train, config.batchSize, config.seed)
    {
        m_order.begin(0);
    }

    // The seconds of one step, until the device is done with it.
    Result<double> step()
    {
        if (m_stepInEpoch == m_order.stepsPerEpoch()) {
            m_order.begin(++m_epoch);
            m_stepInEpoch = 0;
        }
        const StepScalars scalars{m_config.seed, m_step++, static_cast<float>(m_config.optimizer.learningRate),
                                  static_cast<std::int32_t>(m_config.batchSize)};
        const auto begin = Clock::now();
        TRAINYARD_CHECK(m_model.trainStep(m_order.batch(m_stepInEpoch++), scalars));
        TRAINYARD_CHECK(m_model.executable().finish());
        return std::chrono::duration<double>(Clock::now() - begin).count();
    }

private:
    Model &m_model;
    const TrainingConfig &m_config;
    EpochOrder m_order;
    std::int64_t m_epoch = 0, m_stepInEpoch = 0;
    std::uint64_t m_step = 0;
};

// Of a data set that lies whole in memory, only the batch is read.
double bytesTouched(const Program &program, ValueId id)
{
    const Value &value = program.list.value(id);
    const auto bytes = static_cast<double>(value.type.bytes());
    const std::int64_t rows = value.type.shape.rank() > 0 ? value.type.shape[0] : 0;
    return value.role == Role::Dataset && rows > program.batchSize ? bytes * static_cast<double>(program.batchSize) / static_cast<double>(rows) : bytes;
}

ProfileRow rowOf(const Program &program, std::size_t index)
{
    const Op &op = program.list.ops[index];
    ProfileRow row;
    row.ops = 1;
    row.op = opSpec(op.kind).name;
    row.layer = op.layer >= 0 ? program.layerNames[static_cast<std::size_t>(op.layer)] : std::string();
    row.phase = index < program.backwardBegin ? "forward" : index < program.updateBegin ? "backward" : "update";
    if (opSpec(op.kind).isView)
        return row;
    row.flops = opFlops(program.list, op);
    for (const auto *ids : {&op.inputs, &op.outputs, &op.mutates})
        for (const ValueId id : *ids)
            row.bytes += id == kNoValue ? 0 : bytesTouched(program, id);
    return row;
}

// Rows that have this text in common, added up.
std::vector<ProfileRow> summedBy(const StepProfile &profile, std::string ProfileRow::*key)
{
    std::map<std::string, ProfileRow> sums;
    for (const ProfileRow &row : profile.ops) {
        ProfileRow &sum = sums[row.*key];
        sum.*key = row.*key;
        sum.seconds += row.seconds;
        sum.flops += row.flops;
        sum.bytes += row.bytes;
        sum.ops += row.ops;
    }
    std::vector<ProfileRow> rows;
    for (auto &[name, row] : sums)
        rows.push_back(std::move(row));
    std::stable_sort(rows.begin(), rows.end(), [](const ProfileRow &a, const ProfileRow &b) { return a.seconds > b.seconds; });
    return rows;
}

}  // namespace

Result<StepProfile> profileSteps(const Project &project, int steps)
{
    if (steps < 1 || steps > kMostProfiledSteps)
        return fail(ErrorCode::InvalidArgument, "{} steps cannot be profiled. Choose 1 to {}.", steps, kMostProfiledSteps);
    TRAINYARD_TRY(const Dataset dataset, loadDataset(project.data, project.folder));
    TRAINYARD_CHECK(checkTraining(project.training, static_cast<std::int64_t>(dataset.train.size())));
    TRAINYARD_CHECK(checkGraph(project.graph, dataset));
    TRAINYARD_TRY(Model model, Model::create(project.graph, dataset, project.training, deviceSettingsOf(project.training)));
    Trainee trainee(model, dataset, project.training);
    for (int i = 0; i < kWarmUpSteps; ++i)
        TRAINYARD_CHECK(trainee.step());

    const Program &program = model.trainProgram();
    StepProfile profile;
    profile.device = model.device();
    if (profile.device.id == "cpu")
        profile.threads = project.training.threads > 0 ? project.training.threads : profile.device.threads;
    profile.batchSize = project.training.batchSize;
    profile.steps = steps;
    std::vector<double> whole;
    std::vector<std::vector<double>> each(program.list.ops.size());
    for (int i = 0; i < steps; ++i) {
        TRAINYARD_TRY(const double seconds, trainee.step());
        whole.push_back(seconds);
    }
    model.executable().setProfiling(true);
    for (int i = 0; i < steps; ++i) {
        TRAINYARD_CHECK(trainee.step());
        const std::span<const double> seconds = model.executable().opSeconds(0);
        for (std::size_t op = 0; op < each.size() && op < seconds.size(); ++op)
            each[op].push_back(seconds[op]);
    }
    profile.stepSeconds = median(std::move(whole));
    for (std::size_t op = 0; op < each.size(); ++op) {
        ProfileRow row = rowOf(program, op);
        row.seconds = each[op].empty() ? 0 : median(std::move(each[op]));
        profile.opSeconds += row.seconds;
        profile.ops.push_back(std::move(row));
    }
    return profile;
}

std::vector<ProfileRow> profileByLayer(const StepProfile &profile)
{
    return summedBy(profile, &ProfileRow::layer);
}

std::vector<ProfileRow> profileByOp(const StepProfile &profile)
{
    return summedBy(profile, &ProfileRow::op);
}

}  // namespace trainyard
