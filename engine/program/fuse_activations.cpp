// Fuses an activation into the op that makes its input, so that the values are written once. In training only where
// the derivative needs no more than the output (relu, tanh, sigmoid, leaky relu): then nobody misses the input.
#include <algorithm>

#include "engine/program/build.h"

namespace trainyard {

namespace {

struct Use {
    std::size_t count = 0;
    std::size_t lastOp = 0;
};

std::vector<Use> countUses(const OpList &list)
{
    std::vector<Use> uses(list.values.size());
    for (std::size_t i = 0; i < list.ops.size(); ++i)
        for (const ValueId input : list.ops[i].inputs)
            if (input != kNoValue) {
                ++uses[static_cast<std::size_t>(input)].count;
                uses[static_cast<std::size_t>(input)].lastOp = i;
            }
    return uses;
}

bool setPost(Op &producer, const ActivationAttributes &activation)
{
    if (auto *dense = std::get_if<DenseAttributes>(&producer.attributes); dense && producer.kind == OpKind::Dense) {
        if (dense->post.kind != ActivationKind::Identity)
            return false;
        dense->post = activation;
        return true;
    }
    if (auto *conv = std::get_if<Conv2dAttributes>(&producer.attributes); conv && producer.kind == OpKind::Conv2d) {
        if (conv->post.kind != ActivationKind::Identity)
            return false;
        conv->post = activation;
        return true;
    }
    if (producer.kind == OpKind::Add) {
        const auto *post = std::get_if<ActivationAttributes>(&producer.attributes);
        if (post && post->kind != ActivationKind::Identity)
            return false;
        producer.attributes = activation;
        return true;
    }
    return false;
}

// batch_norm followed by relu: the backward op then applies the mask itself, so the relu's own backward op goes too.
bool fuseIntoBatchNorm(OpList &list, Op &norm, Op &activate)
{
    const auto &activation = std::get<ActivationAttributes>(activate.attributes);
    auto &attributes = std::get<BatchNormAttributes>(norm.attributes);
    if (activation.kind != ActivationKind::Relu || attributes.fusedRelu)
        return false;
    const ValueId y = norm.outputs[0];
    Op *activateGrad = nullptr;
    Op *normGrad = nullptr;
    for (Op &op : list.ops) {
        if (op.kind == OpKind::ActivateGrad && op.inputs[0] == activate.outputs[0])
            activateGrad = &op;
        if (op.kind == OpKind::BatchNormGrad && op.inputs[0] == norm.inputs[0] && op.inputs[4] == norm.outputs[1])
            normGrad = &op;
    }
    const bool training = norm.kind == OpKind::BatchNorm;
    if (training && (!activateGrad || !normGrad || normGrad->inputs[1] != activateGrad->outputs[0]))
        return false;
    attributes.fusedRelu = true;
    norm.outputs[0] = activate.outputs[0];
    if (training) {
        list.values.push_back({{DType::U8, list.value(y).type.shape}, Role::Workspace, {}, norm.layer, false});
        const auto mask = static_cast<ValueId>(list.values.size()) - 1;
        norm.outputs.push_back(mask);
        std::get<BatchNormAttributes>(normGrad->attributes).fusedRelu = true;
        normGrad->inputs[1] = activateGrad->inputs[1];
        normGrad->inputs[6] = mask;
        activateGrad->outputs.clear();
    }
    activate.outputs.clear();
    return true;
}

}  // namespace

void fuseActivations(Program &program)
{
    OpList &list = program.list;
    const std::vector<Use> uses = countUses(list);
    std::vector<std::int32_t> producerOf(list.values.size(), -1);
    for (std::size_t i = 0; i < list.ops.size(); ++i)
        for (const ValueId output : list.ops[i].outputs)
            if (output != kNoValue)
                producerOf[static_cast<std::size_t>(output)] = static_cast<std::int32_t>(i);

    for (std::size_t i = 0; i < list.ops.size(); ++i) {
        Op &activate = list.ops[i];
        if (activate.kind != OpKind::Activate || !isFusable(std::get<ActivationAttributes>(activate.attributes).kind))
            continue;
        const ValueId x = activate.inputs[0];
        const std::int32_t producer = producerOf[static_cast<std::size_t>(x)];
        // Anyone else who needs x (a skip connection, a derivative in terms of x) forbids the fusion.
        if (producer < 0 || uses[static_cast<std::size_t>(x)].count != 1 || x == program.predictions)
            continue;
        Op &source = list.ops[static_cast<std::size_t>(producer)];
        if (source.device != activate.device)
            continue;
        if (source.kind == OpKind::BatchNorm || source.kind == OpKind::BatchNormInference) {
            fuseIntoBatchNorm(list, source, activate);
        } else if (setPost(source, std::get<ActivationAttributes>(activate.attributes))) {
            source.outputs[0] = activate.outputs[0];
            activate.outputs.clear();
        }
    }
    // An op whose outputs were taken over is gone; ops that never had any (updates, metrics) stay.
    const auto gone = [](const Op &op) {
        return op.outputs.empty() && (op.kind == OpKind::Activate || op.kind == OpKind::ActivateGrad);
    };
    const auto goneBefore = [&](std::size_t end) {
        return static_cast<std::size_t>(std::count_if(list.ops.begin(), list.ops.begin() + static_cast<std::ptrdiff_t>(end), gone));
    };
    program.backwardBegin -= goneBefore(program.backwardBegin);
    const std::size_t goneBeforeUpdate = goneBefore(program.updateBegin);
    program.updateBegin -= goneBeforeUpdate;
    std::erase_if(list.ops, gone);
}

}  // namespace trainyard
