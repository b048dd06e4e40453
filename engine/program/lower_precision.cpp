// Keeps activations and their gradients in 16 bit: half the memory traffic, and products on the tensor cores.
//
// Parameters stay float32 and are rounded to 16-bit copies by one cast at the front of every step; biases, batch norm's
// scale and shift, statistics, losses, probabilities, parameter gradients and optimizer state stay float32 altogether.
// Losses and metrics read 16-bit predictions as they are; the host reads float32 ones. float16's small range would lose
// the small gradients, so there the gradient of the loss is scaled up before it is rounded, and down again before the update.
//
// Layers that are to compute in float32 are left as they are. Where a value passes from one kind of layer to the other, it is
// cast before its first reader there, once per device.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "engine/program/build.h"
#include "engine/tensor/low_precision.h"

namespace trainyard {

namespace {

class Lowering {
public:
    Lowering(Program &program, Precision precision, const std::vector<bool> &float32Layers)
        : m_program(program), m_list(program.list), m_low(activationType(precision)), m_float32Layers(float32Layers)
    {
    }

    Status run(bool scaleLoss)
    {
        std::set<std::int32_t> devices;
        for (const Op &op : m_list.ops)
            if (opSpec(op.kind).isUpdate || opSpec(op.kind).isLossGradient)
                devices.insert(op.device);
        // Where gradients are only added up, they are scaled as well, for the program that ends the step.
        const bool trains = std::any_of(m_list.ops.begin(), m_list.ops.end(), [](const Op &op) {
            return opSpec(op.kind).isUpdate || op.kind == OpKind::AccumulateGradients;
        });
        m_scaled = scaleLoss && trains;
        if (m_scaled && devices.size() > 1)
            return fail(ErrorCode::Unsupported, "float16 needs all layers on one device, because all gradients share one scale. Choose "
                                                "float32 or bfloat16, or place all layers on the run's device.");
        m_scaleDevice = devices.empty() ? 0 : *devices.begin();
        lowerActivations();
        if (m_scaled)
            scaleGradients();
        castWeights();
        castBetweenLayers();
        if (m_program.mode == Mode::Predict)
            raisePredictions();
        return {};
    }

private:
    ValueId addValue(Value value)
    {
        m_list.values.push_back(std::move(value));
        return static_cast<ValueId>(m_list.values.size()) - 1;
    }
    // Moves the borders of the phases behind the new op; at a border it belongs to the phase that begins there.
    void insert(std::size_t at, Op op)
    {
        m_list.ops.insert(m_list.ops.begin() + static_cast<std::ptrdiff_t>(at), std::move(op));
        m_program.backwardBegin += at < m_program.backwardBegin ? 1 : 0;
        m_program.updateBegin += at < m_program.updateBegin ? 1 : 0;
    }

    bool isFloat32(const Op &op) const
    {
        return op.layer >= 0 && static_cast<std::size_t>(op.layer) < m_float32Layers.size() && m_float32Layers[static_cast<std::size_t>(op.layer)];
    }
    // Samples that only layers in float32 read are gathered as such.
    bool isReadInFloat32Only(ValueId value) const
    {
        return std::all_of(m_list.ops.begin(), m_list.ops.end(), [&](const Op &op) {
            return std::find(op.inputs.begin(), op.inputs.end(), value) == op.inputs.end() || isFloat32(op);
        });
    }

    void lowerActivations()
    {
        m_follows.assign(m_list.values.size(), false);
        bool samplesMet = false;  // a second gather of them makes targets of them, which stay float32
        for (Op &op : m_list.ops)
            for (std::size_t k = 0; k < op.outputs.size(); ++k) {
                if (op.outputs[k] == kNoValue)
                    continue;
                Value &value = m_list.value(op.outputs[k]);
                const bool features = op.kind == OpKind::GatherRows && op.inputs[0] == m_program.features && !std::exchange(samplesMet, true);
                const bool activation = value.role == Role::Activation && (opSpec(op.kind).float32Outputs >> k & 1) == 0 && !(m_scaled && opSpec(op.kind).isLossGradient);
                const bool lossSum = op.kind == OpKind::Add && value.type.shape == Shape{1};
                if (value.type.dtype == DType::F32 && (features || activation) && !lossSum) {
                    m_follows[static_cast<std::size_t>(op.outputs[k])] = true;
                    if (features ? !isReadInFloat32Only(op.outputs[k]) : !isFloat32(op))
                        value.type.dtype = m_low;
                }
                if (auto *chain = std::get_if<ElementwiseChainAttributes>(&op.attributes))
                    chain->types[k] = value.type.dtype;
            }
    }

    void scaleGradients()
    {
        const ValueId state = addValue({{DType::F32, Shape{4}}, Role::State, "loss_scale", -1, false});
        ParameterInit init;
        init.value = state;
        init.initializer = Initializer::LossScale;
        m_program.inits.push_back(init);

        for (std::size_t i = 0; i < m_list.ops.size(); ++i)
            if (opSpec(m_list.ops[i].kind).isLossGradient) {
                scaleOutput(i, state);
                ++i;
            }
        if (std::any_of(m_list.ops.begin(), m_list.ops.end(), [](const Op &op) { return opSpec(op.kind).isUpdate; }))
            unscaleAndUpdate(state);
    }

    void scaleOutput(std::size_t at, ValueId state)
    {
        const ValueId gradient = m_list.ops[at].outputs[0];
        Value value = m_list.value(gradient);
        const DType type = isFloat32(m_list.ops[at]) ? DType::F32 : m_low;
        value.type.dtype = type;
        const ValueId scaled = addValue(std::move(value));
        m_follows.resize(m_list.values.size());
        m_follows[static_cast<std::size_t>(scaled)] = true;
        for (Op &op : m_list.ops)
            std::replace(op.inputs.begin(), op.inputs.end(), gradient, scaled);
        insert(at + 1, {OpKind::ScaleGradient, CastAttributes{type}, {gradient, state}, {scaled}, {}, m_list.ops[at].layer, m_scaleDevice});
    }

    void unscaleAndUpdate(ValueId state)
    {
        std::vector<ValueId> unscale{state};
        for (Op &op : m_list.ops) {
            if (!opSpec(op.kind).isUpdate)
                continue;
            const std::size_t group = opSpec(op.kind).inputsPerTensor;
            for (std::size_t i = 1; i < op.inputs.size(); i += group)
                if (std::find(unscale.begin(), unscale.end(), op.inputs[i]) == unscale.end())
                    unscale.push_back(op.inputs[i]);
            op.inputs.push_back(state);
        }
        insert(m_program.updateBegin, {OpKind::UnscaleGradients, NoAttributes{}, unscale, {}, unscale, -1, m_scaleDevice});
        insert(m_list.ops.size(), {OpKind::UpdateLossScale, LossScaleAttributes{}, {state}, {}, {state}, -1, m_scaleDevice});
    }

    // One copy per weight and device, whoever reads it; one op makes all copies of a device.
    void castWeights()
    {
        std::map<std::int32_t, Op> casts;
        std::map<std::pair<ValueId, std::int32_t>, ValueId> copies;
        for (Op &op : m_list.ops) {
            const int input = opSpec(op.kind).weightInput;
            if (input < 0 || isFloat32(op))
                continue;
            ValueId &weights = op.inputs[static_cast<std::size_t>(input)];
            if (m_list.value(weights).type.dtype != DType::F32)
                continue;
            const auto [copy, fresh] = copies.try_emplace({weights, op.device}, kNoValue);
            if (fresh) {
                const Value original = m_list.value(weights);
                copy->second = addValue({{m_low, original.type.shape}, Role::Activation, original.name + " in 16 bit", original.layer, false});
                Op &cast = casts.try_emplace(op.device, Op{OpKind::Cast, CastAttributes{m_low}, {}, {}, {}, -1, op.device}).first->second;
                cast.inputs.push_back(weights);
                cast.outputs.push_back(copy->second);
            }
            weights = copy->second;
        }
        for (auto cast = casts.rbegin(); cast != casts.rend(); ++cast)
            insert(0, std::move(cast->second));
    }

    // Ops that do not read any type want what follows the precision in one of their own.
    void castBetweenLayers()
    {
        if (std::none_of(m_float32Layers.begin(), m_float32Layers.end(), [](bool layer) { return layer; }))
            return;
        m_follows.resize(m_list.values.size());
        std::map<std::pair<ValueId, std::int32_t>, ValueId> copies;  // by value and device
        for (std::size_t i = 0; i < m_list.ops.size(); ++i) {
            const Op &reader = m_list.ops[i];
            if (opSpec(reader.kind).readsAnyFloat)
                continue;
            const DType wanted = isFloat32(reader) ? DType::F32 : m_low;
            for (std::size_t k = 0; k < m_list.ops[i].inputs.size(); ++k) {
                const ValueId input = m_list.ops[i].inputs[k];
                if (input == kNoValue || !m_follows[static_cast<std::size_t>(input)] || m_list.value(input).type.dtype == wanted)
                    continue;
                const auto [copy, fresh] = copies.try_emplace({input, m_list.ops[i].device}, kNoValue);
                if (fresh) {
                    copy->second = addValue({{wanted, m_list.value(input).type.shape}, Role::Activation, {}, m_list.ops[i].layer, false});
                    insert(i, {OpKind::Cast, CastAttributes{wanted}, {input}, {copy->second}, {}, m_list.ops[i].layer, m_list.ops[i].device});
                    ++i;
                }
                m_list.ops[i].inputs[k] = copy->second;
            }
        }
    }

    void raisePredictions()
    {
        const ValueId predictions = m_program.predictions;
        if (predictions == kNoValue || !isLowPrecision(m_list.value(predictions).type.dtype))
            return;
        Value raised = m_list.value(predictions);
        raised.type.dtype = DType::F32;
        raised.role = Role::Activation;
        const auto makes = [&](const Op &op) { return std::find(op.outputs.begin(), op.outputs.end(), predictions) != op.outputs.end(); };
        const Op &maker = *std::find_if(m_list.ops.begin(), m_list.ops.end(), makes);
        Op cast{OpKind::Cast, CastAttributes{DType::F32}, {predictions}, {}, {}, maker.layer, maker.device};
        m_program.predictions = addValue(std::move(raised));
        cast.outputs.push_back(m_program.predictions);
        m_list.ops.push_back(std::move(cast));
        m_program.backwardBegin = m_program.updateBegin = m_list.ops.size();
    }

    Program &m_program;
    OpList &m_list;
    DType m_low;
    const std::vector<bool> &m_float32Layers;
    std::vector<bool> m_follows;  // values that would be 16 bit without exceptions
    bool m_scaled = false;
    std::int32_t m_scaleDevice = 0;
};

}  // namespace

Status lowerPrecision(Program &program, Precision precision, const std::vector<bool> &float32Layers)
{
    if (precision == Precision::Float32)
        return {};
    return Lowering(program, precision, float32Layers).run(precision == Precision::Float16);
}

}  // namespace trainyard
