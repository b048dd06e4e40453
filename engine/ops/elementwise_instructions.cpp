#include "engine/ops/elementwise_instructions.h"

namespace trainyard {

namespace {

const ActivationAttributes *postOf(const Op &op)
{
    const auto *post = op.kind == OpKind::Add ? std::get_if<ActivationAttributes>(&op.attributes) : nullptr;
    return post && post->kind != ActivationKind::Identity ? post : nullptr;
}

}  // namespace

bool isElementwiseOp(const Op &op)
{
    switch (op.kind) {
    case OpKind::Activate:
    case OpKind::ActivateGrad:
    case OpKind::Add:
    case OpKind::Multiply: return true;
    case OpKind::Dropout: return !std::get<DropoutAttributes>(op.attributes).channelwise;
    default: return false;
    }
}

std::size_t instructionsOf(const Op &op)
{
    return postOf(op) ? 2 : 1;
}

std::uint8_t appendInstructions(const Op &op, std::uint8_t a, std::uint8_t b, std::size_t inputs, std::vector<ElementwiseInstruction> &instructions)
{
    const auto emit = [&](ElementwiseInstruction instruction) {
        instructions.push_back(instruction);
        return static_cast<std::uint8_t>(inputs + instructions.size() - 1);
    };
    switch (op.kind) {
    case OpKind::Activate:
    case OpKind::ActivateGrad: {
        const auto &activation = std::get<ActivationAttributes>(op.attributes);
        if (op.kind == OpKind::Activate)
            return emit({ElementwiseCode::Activate, a, 0, activation.kind, activation.slope, 0});
        return emit({ElementwiseCode::ActivateGrad, a, b, activation.kind, activation.slope, 0});
    }
    case OpKind::Multiply: return emit({ElementwiseCode::Multiply, a, b, ActivationKind::Identity, 0, 0});
    case OpKind::Dropout: {
        const auto &dropout = std::get<DropoutAttributes>(op.attributes);
        return emit({ElementwiseCode::Dropout, a, 0, ActivationKind::Identity, dropout.rate, dropout.key});
    }
    default: {  // add
        const std::uint8_t sum = emit({ElementwiseCode::Add, a, b, ActivationKind::Identity, 0, 0});
        const ActivationAttributes *post = postOf(op);
        return post ? emit({ElementwiseCode::Activate, sum, 0, post->kind, post->slope, 0}) : sum;
    }
    }
}

}  // namespace trainyard
