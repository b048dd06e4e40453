// The settings ops carry: small plain structs in one variant.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "engine/tensor/tensor.h"

namespace trainyard {

enum class ActivationKind : std::uint8_t { Identity, Relu, LeakyRelu, Gelu, Silu, Tanh, Sigmoid };

// Whether the derivative can be computed from the output alone; then the op can run in place and be fused into
// its producer even in training. (Leaky ReLU needs a slope above 0 for the sign to survive.)
constexpr bool gradientUsesOutput(ActivationKind kind, double slope)
{
    return kind == ActivationKind::Relu || kind == ActivationKind::Tanh || kind == ActivationKind::Sigmoid
           || (kind == ActivationKind::LeakyRelu && slope > 0);
}

struct NoAttributes {
    bool operator==(const NoAttributes &) const = default;
};

// How gather_rows moves the images it gathers for training; engine/ops/augmentation.h draws by how much.
struct GatherAttributes {
    bool flipHorizontal = false;  // mirrored left to right with probability one half
    std::int64_t maxShift = 0;    // pixels up, down, left and right at most
    std::uint32_t key = 0;
    bool any() const { return flipHorizontal || maxShift > 0; }
    bool operator==(const GatherAttributes &) const = default;
};

struct ActivationAttributes {
    ActivationKind kind = ActivationKind::Identity;
    float slope = 0.01f;  // leaky ReLU below zero
    bool operator==(const ActivationAttributes &) const = default;
};

// y = activation(x W + b), rows = all dimensions but the last. W is [in, out] in the canonical layout.
struct DenseAttributes {
    std::int64_t units = 0;
    bool bias = true;
    ActivationAttributes post;  // set by the fusion pass
    bool operator==(const DenseAttributes &) const = default;
};

// A sliding window over [N, H, W, C]; paddings are explicit here (layers turn "same" into numbers).
struct Window2d {
    std::int64_t kernelH = 1, kernelW = 1;
    std::int64_t strideH = 1, strideW = 1;
    std::int64_t padTop = 0, padLeft = 0, padBottom = 0, padRight = 0;
    std::int64_t dilationH = 1, dilationW = 1;
    bool operator==(const Window2d &) const = default;

    // 0 or less when the window does not fit.
    std::int64_t outputH(std::int64_t h) const { return (h + padTop + padBottom - ((kernelH - 1) * dilationH + 1)) / strideH + 1; }
    std::int64_t outputW(std::int64_t w) const { return (w + padLeft + padRight - ((kernelW - 1) * dilationW + 1)) / strideW + 1; }
};

// Canonical weights are [kernelH, kernelW, in / groups, out] (HWIO), output channel group-major.
struct Conv2dAttributes {
    Window2d window;
    std::int64_t filters = 0;
    std::int64_t groups = 1;
    bool bias = true;
    ActivationAttributes post;           // set by the fusion pass
    std::int64_t inputH = 0, inputW = 0;  // backward ops only: the forward input's size
    bool operator==(const Conv2dAttributes &) const = default;
};

// Average pooling counts padding only where countPadding is set.
struct Pool2dAttributes {
    Window2d window;
    bool countPadding = false;
    std::int64_t inputH = 0, inputW = 0;  // backward ops only: the forward input's size
    bool operator==(const Pool2dAttributes &) const = default;
};

struct BatchNormAttributes {
    float epsilon = 1e-5f;
    float momentum = 0.1f;  // running = (1 - momentum) * running + momentum * batch; batch variance unbiased
    bool fusedRelu = false;  // set by the fusion pass; the backward op then masks by the output
    bool operator==(const BatchNormAttributes &) const = default;
};

struct LayerNormAttributes {
    float epsilon = 1e-5f;
    bool operator==(const LayerNormAttributes &) const = default;
};

// Keeps an element with probability 1 - rate and divides it by that. The mask is a function of
// (seed, step, key, element index), so the backward pass is the same op on the gradient.
struct DropoutAttributes {
    float rate = 0.5f;
    std::uint32_t key = 0;
    bool operator==(const DropoutAttributes &) const = default;
};

struct ReshapeAttributes {
    // The per-sample shape; the batch dimension is kept.
    std::vector<std::int64_t> sampleShape;
    bool operator==(const ReshapeAttributes &) const = default;
};

struct ConcatAttributes {
    std::int64_t axis = -1;  // of the batched tensor; negative counts from the end
    bool operator==(const ConcatAttributes &) const = default;
};

struct SliceAttributes {
    std::int64_t axis = -1;
    std::int64_t begin = 0, length = 0;
    bool operator==(const SliceAttributes &) const = default;
};

// The targets of a loss or accuracy: class indices (I32) or rows of the predictions' width (F32).
struct LossAttributes {
    float scale = 1.0f;  // factor on the mean
    bool operator==(const LossAttributes &) const = default;
};

// torch.optim.SGD's rule: v = momentum v + (g + weightDecay w); w -= lr (nesterov ? g + momentum v : v).
struct SgdAttributes {
    float momentum = 0.9f, weightDecay = 0.0f;
    bool nesterov = false;
    bool operator==(const SgdAttributes &) const = default;
};

// Kingma and Ba 2015 (Adam, decay added to the gradient); Loshchilov and Hutter 2019 (AdamW, decoupled).
struct AdamAttributes {
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weightDecay = 0.0f;
    bool decoupled = false;
    bool operator==(const AdamAttributes &) const = default;
};

// Bounds on gradients; 0 is none. Each element is brought to at most maxValue in size, then all are scaled together so that
// their norm is at most maxNorm, by torch.nn.utils.clip_grad_norm_'s rule.
struct ClipAttributes {
    float maxNorm = 0.0f, maxValue = 0.0f;
    bool operator==(const ClipAttributes &) const = default;
};

// Storage in another type; values are rounded to the nearest.
struct CastAttributes {
    DType to = DType::F32;
    bool operator==(const CastAttributes &) const = default;
};

// How the loss scale of a float16 program moves: down at once when a gradient ran out of float16's range, up after a
// long time without.
struct LossScaleAttributes {
    float growth = 2.0f, backoff = 0.5f;
    std::int32_t growthInterval = 2000;               // good steps before it grows
    float smallest = 1.0f, largest = 16777216.0f;     // it never leaves these
    bool operator==(const LossScaleAttributes &) const = default;
};

// What one instruction of an elementwise chain does with its operands.
enum class ElementwiseCode : std::uint8_t {
    Add,           // a + b
    Multiply,      // a b
    Scale,         // a parameter
    Activate,      // activation(a), parameter is leaky ReLU's slope
    ActivateGrad,  // activation'(a) b; a is the output where gradientUsesOutput(), else the input
    Dropout,       // as the dropout op with rate = parameter and this key, by the element's index
};

// Operands are registers: 0 to inputs - 1 hold the inputs, instruction k writes register inputs + k.
struct ElementwiseInstruction {
    ElementwiseCode code = ElementwiseCode::Add;
    std::uint8_t a = 0, b = 0;  // b only where the code has two operands
    ActivationKind activation = ActivationKind::Identity;
    float parameter = 0.0f;
    std::uint32_t key = 0;  // of dropout
    bool operator==(const ElementwiseInstruction &) const = default;
};

// Prebuilt kernels hold a whole chain in their arguments and its registers in an array of this size.
inline constexpr std::size_t kMaxChainInputs = 8, kMaxChainOutputs = 4, kMaxChainInstructions = 24;
inline constexpr std::size_t kMaxChainRegisters = kMaxChainInputs + kMaxChainInstructions;

struct ElementwiseChainAttributes {
    std::vector<ElementwiseInstruction> instructions;
    std::vector<std::uint8_t> results;  // the register each output takes
    std::vector<DType> types;           // of the outputs
    bool operator==(const ElementwiseChainAttributes &) const = default;
};

using OpAttributes =
    std::variant<NoAttributes, ActivationAttributes, DenseAttributes, Conv2dAttributes, Pool2dAttributes,
                 BatchNormAttributes, DropoutAttributes, ReshapeAttributes, ConcatAttributes, SliceAttributes,
                 LossAttributes, SgdAttributes, AdamAttributes, CastAttributes, LossScaleAttributes,
                 ElementwiseChainAttributes, LayerNormAttributes, ClipAttributes, GatherAttributes>;

}  // namespace trainyard
