// Op cases in 16 bit: the same ops with the values in 16 bit that a low-precision program keeps so
// (engine/program/lower_precision.cpp), inputs rounded beforehand.
#pragma once

#include <optional>

#include "tests/engine/backends/op_case_table.h"

namespace trainyard::tests {

struct LowPrecision {
    std::vector<std::size_t> inputs;  // those in 16 bit
    bool all = false;                 // every input is, however many there are
    bool output = false;              // output 0 is set to 16 bit by the program, not by the op's shape rule
};

// What of an op is in 16 bit; absent where nothing is, or where the table of cases itself has 16-bit ones.
inline std::optional<LowPrecision> lowPrecisionOf(const OpCase &one)
{
    switch (one.kind) {
    case OpKind::GatherRows: return one.inputs[0].type.dtype == DType::I32 ? std::nullopt : std::optional(LowPrecision{{}, false, true});
    case OpKind::Dense:
    case OpKind::DenseGradData:
    case OpKind::DenseGradWeights:
    case OpKind::Conv2d:
    case OpKind::Conv2dGradData:
    case OpKind::Conv2dGradWeights:
    case OpKind::Conv3d:
    case OpKind::Conv3dGradData:
    case OpKind::Conv3dGradWeights:
    case OpKind::BatchNormGrad:
    case OpKind::LayerNormGrad:
    case OpKind::RmsNormGrad:
    case OpKind::GroupNormGrad:
    case OpKind::ActivateGrad:
    case OpKind::SoftmaxGrad:
    case OpKind::LogSoftmaxGrad: return LowPrecision{{0, 1}};
    case OpKind::Embedding:
    case OpKind::EmbeddingGrad: return LowPrecision{{1}};
    case OpKind::AttentionGrad: return LowPrecision{{0, 1, 2, 3, 4, 6}};
    case OpKind::Attention:
    case OpKind::BatchMatmul:
    case OpKind::AdaptivePoolGrad:
    case OpKind::MaxPool2dGrad:
    case OpKind::ReduceMaxGrad:
    case OpKind::Add:
    case OpKind::Multiply:
    case OpKind::Concat: return LowPrecision{{}, true};
    case OpKind::MaxPool2d:
    case OpKind::AvgPool2d:
    case OpKind::AvgPool2dGrad:
    case OpKind::BatchNorm:
    case OpKind::BatchNormInference:
    case OpKind::LayerNorm:
    case OpKind::RmsNorm:
    case OpKind::GroupNorm:
    case OpKind::Rotary:
    case OpKind::Activate:
    case OpKind::Softmax:
    case OpKind::LogSoftmax:
    case OpKind::Dropout:
    case OpKind::Reshape:
    case OpKind::Slice:
    case OpKind::Pad:
    case OpKind::PadGrad:
    case OpKind::AdaptivePool:
    case OpKind::Permute:
    case OpKind::Reduce:
    case OpKind::Upsample2d:
    case OpKind::Upsample2dGrad:
    case OpKind::SoftmaxCrossEntropy:
    case OpKind::SoftmaxCrossEntropyWithGrad:
    case OpKind::MeanSquaredError:
    case OpKind::MeanSquaredErrorGrad:
    case OpKind::AccumulateTopK:
    case OpKind::AccumulateConfusion:
    case OpKind::AccumulateError:
    case OpKind::RowLoss:
    case OpKind::RowLossGrad:
    case OpKind::AccumulateR2: return LowPrecision{{0}};
    case OpKind::Expand:  // of a parameter, which stays float32, or of an activation
        return one.inputs[0].type.shape.rank() < std::get<ExpandAttributes>(one.attributes).shape.size() ? LowPrecision{{}, false, true} : LowPrecision{{0}};
    case OpKind::SoftmaxCrossEntropyGrad:
    case OpKind::ScaleGradient: return LowPrecision{{}, false, true};
    case OpKind::Lstm:
    case OpKind::Gru: return LowPrecision{{0, 1}};
    case OpKind::LstmGrad: return LowPrecision{{0, 2, 3, 4, 5}};  // the cells stay in float32
    case OpKind::GruGrad: return LowPrecision{{}, true};
    case OpKind::AccumulateLoss:
    case OpKind::ClipGradients:
    case OpKind::SgdUpdate:
    case OpKind::AdamUpdate:
    case OpKind::NadamUpdate:
    case OpKind::RmspropUpdate:
    case OpKind::AdagradUpdate:
    case OpKind::LionUpdate:
    case OpKind::LambUpdate:
    case OpKind::MuonUpdate:
    case OpKind::EmaUpdate:
    case OpKind::AccumulateGradients:
    case OpKind::Cast:
    case OpKind::UnscaleGradients:
    case OpKind::UpdateLossScale:
    case OpKind::ElementwiseChain: return std::nullopt;
    }
    return std::nullopt;
}

// The case with its inputs in 16 bit. What was in float32 is rounded to the type; asFloat32() of it is the same case in
// float32 again, with the same values.
inline std::optional<OpCase> inLowPrecision(OpCase one, DType low)
{
    const auto what = lowPrecisionOf(one);
    if (!what)
        return std::nullopt;
    one.name += std::string(" in ") + dtypeName(low);
    for (std::size_t i = 0; i < one.inputs.size(); ++i) {
        const bool chosen = what->all || std::find(what->inputs.begin(), what->inputs.end(), i) != what->inputs.end();
        if (!chosen || one.inputs[i].data.empty() || one.inputs[i].type.dtype != DType::F32)
            continue;
        one.inputs[i].type.dtype = low;
        for (double &value : one.inputs[i].data)
            value = reference::rounded(low, value);
    }
    // The libraries take a bias in the result's type, so it is rounded there: take one that needs no rounding, lest the two
    // devices add different numbers.
    if ((one.kind == OpKind::Dense || one.kind == OpKind::Conv2d || one.kind == OpKind::Conv3d) && one.inputs.size() > 2)
        for (double &value : one.inputs[2].data)
            value = reference::rounded(low, value);
    if (const auto *norm = std::get_if<BatchNormAttributes>(&one.attributes); norm && norm->fusedRelu && one.kind == OpKind::BatchNormGrad)
        keepOffTheKink(one.inputs, static_cast<double>(norm->epsilon));
    if (auto *cast = std::get_if<CastAttributes>(&one.attributes))
        cast->to = low;
    return one;
}

inline OpCase asFloat32(OpCase one)
{
    for (Tensor64 &input : one.inputs)
        if (isLowPrecision(input.type.dtype))
            input.type.dtype = DType::F32;
    if (auto *cast = std::get_if<CastAttributes>(&one.attributes))
        cast->to = DType::F32;
    return one;
}

// The Program of a case in 16 bit.
inline Result<OneOp> oneLowOp(const OpCase &one, Role role, DType low)
{
    TRAINYARD_TRY(OneOp made, oneOp(one, role));
    if (const auto what = lowPrecisionOf(one); what && what->output)
        made.program.list.value(made.results.front()).type.dtype = low;
    return made;
}

}  // namespace trainyard::tests
