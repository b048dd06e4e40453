#include "engine/program/step_end.h"

#include <algorithm>

namespace trainyard {

namespace {

// Trained weights, and the statistics that go with them: both are the network.
bool isAveraged(const Value &value, std::span<const LayerTraining> layers)
{
    const bool moves = value.layer >= 0 && !layers[static_cast<std::size_t>(value.layer)].frozen;
    return moves && ((value.role == Role::Parameter && value.trainable) || value.role == Role::State);
}

std::string averageName(const std::string &name)
{
    return "average/" + name;
}

// Matrices that Muon takes: weights of products, but not the last layer's, which makes the predictions, and no embedding's
// table, whose rows are looked up (Jordan et al. 2024).
class HiddenMatrices {
public:
    explicit HiddenMatrices(const Program &program) : m_list(program.list), m_inProduct(program.list.values.size())
    {
        for (std::size_t i = 0; i < program.backwardBegin; ++i) {
            const Op &op = m_list.ops[i];
            const int input = opSpec(op.kind).weightInput;
            if (input < 0 || op.kind == OpKind::Embedding)
                continue;
            const ValueId weights = op.inputs[static_cast<std::size_t>(input)];
            m_inProduct[static_cast<std::size_t>(weights)] = true;
            m_lastLayer = m_list.value(weights).layer;
        }
    }
    bool contains(ValueId parameter) const
    {
        const Value &value = m_list.value(parameter);
        return m_inProduct[static_cast<std::size_t>(parameter)] && value.layer != m_lastLayer && value.type.shape.rank() >= 2;
    }

private:
    const OpList &m_list;
    std::vector<bool> m_inProduct;
    std::int32_t m_lastLayer = -1;
};

class StepEnd {
public:
    StepEnd(Program &program, OpBuilder &builder, const BuildOptions &options, std::span<const LayerTraining> layers)
        : m_program(program), m_builder(builder), m_options(options), m_layers(layers)
    {
    }

    Status emit(std::span<const std::pair<ValueId, ValueId>> gradients)
    {
        m_builder.setLayer(-1);
        const HiddenMatrices hidden(m_program);
        std::vector<std::vector<TrainedTensor>> byDevice(m_program.devices.size());
        for (const auto &[parameter, gradient] : gradients)
            byDevice[static_cast<std::size_t>(layerOf(parameter).device)].push_back({parameter, gradient, hidden.contains(parameter)});
        const auto used = std::count_if(byDevice.begin(), byDevice.end(), [](const auto &tensors) { return !tensors.empty(); });
        if (m_options.optimizer.clipNorm > 0 && used > 1)
            return fail(ErrorCode::Unsupported, "A clip norm needs all layers with parameters on one device, because it is the norm of all gradients "
                                                "together. Set a clip value instead, or place these layers on the run's device.");
        if (m_options.accumulationSteps > 1)
            TRAINYARD_CHECK(onEachDevice(byDevice, [this](const auto &tensors) { return accumulate(tensors); }));
        m_program.updateBegin = m_program.list.ops.size();
        if (!m_options.withUpdate)
            return {};
        TRAINYARD_CHECK(onEachDevice(byDevice, [this](const auto &tensors) -> Status {
            TRAINYARD_CHECK(clip(tensors));
            return update(tensors);
        }));
        return m_options.emaDecay > 0 ? average() : Status();
    }

private:
    const LayerTraining &layerOf(ValueId value) const { return m_layers[static_cast<std::size_t>(m_builder.value(value).layer)]; }

    // Two parameters of a sum have one gradient, which is changed in place once.
    static std::vector<TrainedTensor> withGradientsOnce(const std::vector<TrainedTensor> &tensors)
    {
        std::vector<TrainedTensor> once;
        for (const TrainedTensor &tensor : tensors)
            if (std::none_of(once.begin(), once.end(), [&](const TrainedTensor &known) { return known.gradient == tensor.gradient; }))
                once.push_back(tensor);
        return once;
    }

    // What is emitted for values of a device computes there.
    template <typename Items, typename Emit>
    Status onEachDevice(const std::vector<Items> &byDevice, Emit emit)
    {
        for (std::size_t device = 0; device < byDevice.size(); ++device) {
            if (byDevice[device].empty())
                continue;
            const std::size_t before = m_program.list.ops.size();
            TRAINYARD_CHECK(emit(byDevice[device]));
            for (std::size_t i = before; i < m_program.list.ops.size(); ++i)
                m_program.list.ops[i].device = static_cast<std::int32_t>(device);
        }
        return {};
    }

    Status accumulate(const std::vector<TrainedTensor> &tensors)
    {
        const AccumulateAttributes attributes{static_cast<std::int32_t>(m_options.accumulationSteps), m_options.withUpdate};
        std::vector<ValueId> inputs, mutates;
        for (const TrainedTensor &tensor : withGradientsOnce(tensors)) {
            const TensorType type = m_builder.value(tensor.parameter).type;
            // As optimizer state it has one place in both training programs, where the parameter lives.
            const ValueId sum = m_builder.addValue(type, Role::OptimizerState, gradientSumName(m_builder.value(tensor.parameter).name));
            m_program.list.value(sum).layer = m_builder.value(tensor.parameter).layer;
            inputs.insert(inputs.end(), {tensor.gradient, sum});
            mutates.push_back(sum);
            if (attributes.last)
                mutates.push_back(tensor.gradient);
        }
        TRAINYARD_CHECK(m_builder.add(OpKind::AccumulateGradients, attributes, std::move(inputs), std::move(mutates)));
        return {};
    }

    Status clip(const std::vector<TrainedTensor> &tensors)
    {
        const ClipAttributes attributes{static_cast<float>(m_options.optimizer.clipNorm), static_cast<float>(m_options.optimizer.clipValue)};
        if (attributes == ClipAttributes())
            return {};
        std::vector<ValueId> gradients;
        for (const TrainedTensor &tensor : withGradientsOnce(tensors))
            gradients.push_back(tensor.gradient);
        TRAINYARD_CHECK(m_builder.add(OpKind::ClipGradients, attributes, gradients, gradients));
        return {};
    }

    // One fused update for all that are updated alike.
    Status update(const std::vector<TrainedTensor> &tensors)
    {
        const OptimizerConfig &config = m_options.optimizer;
        std::vector<UpdateGroup> groups;
        for (const TrainedTensor &tensor : tensors) {
            const bool decays = !config.decayMatricesOnly || m_builder.shape(tensor.parameter).rank() > 1;
            const float factor = layerOf(tensor.parameter).rateFactor, decay = decays ? static_cast<float>(config.weightDecay) : 0.0f;
            auto group = std::find_if(groups.begin(), groups.end(), [&](const UpdateGroup &one) { return one.rateFactor == factor && one.weightDecay == decay; });
            if (group == groups.end())
                group = groups.insert(groups.end(), UpdateGroup{{}, factor, decay});
            group->tensors.push_back(tensor);
        }
        for (const UpdateGroup &group : groups)
            TRAINYARD_CHECK(emitUpdate(m_builder, config, group));
        return {};
    }

    Status average()
    {
        std::vector<std::vector<ValueId>> byDevice(m_program.devices.size());
        for (std::size_t i = 0; i < m_program.list.values.size(); ++i)
            if (isAveraged(m_program.list.values[i], m_layers))
                byDevice[static_cast<std::size_t>(layerOf(static_cast<ValueId>(i)).device)].push_back(static_cast<ValueId>(i));
        return onEachDevice(byDevice, [this](const std::vector<ValueId> &values) -> Status {
            std::vector<ValueId> inputs, mutates;
            for (const ValueId value : values) {
                Value copy = m_builder.value(value);
                copy.name = averageName(copy.name);
                copy.trainable = false;
                m_program.list.values.push_back(std::move(copy));
                const auto kept = static_cast<ValueId>(m_program.list.values.size()) - 1;
                m_program.averages.emplace_back(value, kept);
                inputs.insert(inputs.end(), {value, kept});
                mutates.push_back(kept);
            }
            TRAINYARD_CHECK(m_builder.add(OpKind::EmaUpdate, EmaAttributes{static_cast<float>(m_options.emaDecay)}, std::move(inputs), std::move(mutates)));
            return {};
        });
    }

    Program &m_program;
    OpBuilder &m_builder;
    const BuildOptions &m_options;
    std::span<const LayerTraining> m_layers;
};

}  // namespace

std::string gradientSumName(const std::string &parameter)
{
    return "gradient_sum/" + parameter;
}

Status emitStepEnd(Program &program, OpBuilder &builder, const BuildOptions &options, std::span<const LayerTraining> layers,
                   std::span<const std::pair<ValueId, ValueId>> gradients)
{
    return StepEnd(program, builder, options, layers).emit(gradients);
}

void readAverages(Program &program, std::span<const LayerTraining> layers)
{
    for (Value &value : program.list.values)
        if (isAveraged(value, layers))
            value.name = averageName(value.name);
}

}  // namespace trainyard
