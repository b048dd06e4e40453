// The settings ops carry: small plain structs in one variant.
#pragma once

#include <array>
#include <cstdint>
#include <variant>
#include <vector>

#include "engine/base/host_device.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

enum class ActivationKind : std::uint8_t {
    Identity,
    Relu,
    LeakyRelu,
    Gelu,         // x Phi(x), with the error function
    Silu,
    Tanh,
    Sigmoid,      // up to here isFusable()
    GeluTanh,     // GELU's approximation by tanh (Hendrycks and Gimpel 2016)
    Elu,          // slope (exp(x) - 1) below zero; Clevert et al. 2016
    Selu,         // Klambauer et al. 2017
    Softplus,     // log(1 + exp(x))
    Mish,         // x tanh(softplus(x)); Misra 2020
    HardSwish,    // x min(max(x + 3, 0), 6) / 6; Howard et al. 2019
    HardSigmoid,  // min(max(x + 3, 0), 6) / 6
};

// Whether the derivative can be computed from the output alone; then the op can run in place and be fused into
// its producer even in training. (Leaky ReLU and ELU need a slope above 0 for the sign to survive.)
TRAINYARD_HOST_DEVICE constexpr bool gradientUsesOutput(ActivationKind kind, double slope)
{
    switch (kind) {
    case ActivationKind::Relu:
    case ActivationKind::Tanh:
    case ActivationKind::Sigmoid:
    case ActivationKind::Selu:
    case ActivationKind::Softplus:
    case ActivationKind::HardSigmoid: return true;
    case ActivationKind::LeakyRelu:
    case ActivationKind::Elu: return slope > 0;
    default: return false;
    }
}

// Those that dense, convolution and addition can apply to their result.
constexpr bool isFusable(ActivationKind kind)
{
    return kind <= ActivationKind::Sigmoid;
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
    float slope = 0.01f;  // leaky ReLU below zero; ELU's alpha
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

// Of layer_norm and rms_norm.
struct LayerNormAttributes {
    float epsilon = 1e-5f;
    bool operator==(const LayerNormAttributes &) const = default;
};

// Channels are split into this many groups, each normalized over its positions and channels.
struct GroupNormAttributes {
    std::int64_t groups = 1;
    float epsilon = 1e-5f;
    bool operator==(const GroupNormAttributes &) const = default;
};

// Keeps an element with probability 1 - rate and divides it by that. The mask is a function of
// (seed, step, key, element index), so the backward pass is the same op on the gradient.
struct DropoutAttributes {
    float rate = 0.5f;
    std::uint32_t key = 0;
    bool channelwise = false;  // one draw for each sample and channel: the element index is sample * channels + channel
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

// order[k] is the axis of x that becomes axis k of y; the batch stays in front: order[0] is 0.
struct PermuteAttributes {
    std::vector<std::int64_t> order;
    bool operator==(const PermuteAttributes &) const = default;
};

enum class PadMode : std::uint8_t {
    Constant,   // one value
    Reflect,    // mirrored at the outermost entry, which is not repeated itself: at most one less than the axis is long
    Replicate,  // the outermost entry again and again
};

// Entries before and after those of one axis of the batched tensor; negative axes count from the end. ops/padding.h says what
// goes where.
struct PadAttributes {
    std::int64_t axis = -1;
    std::int64_t before = 0, after = 0;
    float value = 0.0f;
    PadMode mode = PadMode::Constant;
    bool operator==(const PadAttributes &) const = default;
};

// The shape of the result, batch included. Neighbouring axes of length 1, and missing axes in front, are repeated.
struct ExpandAttributes {
    std::vector<std::int64_t> shape;
    bool operator==(const ExpandAttributes &) const = default;
};

enum class ReduceKind : std::uint8_t { Sum, Mean, Max };

// Over neighbouring axes of the batched tensor, from the first to the last of them. They stay with length 1; where the
// run begins with the batch, so many of its first axes are dropped.
struct ReduceAttributes {
    ReduceKind kind = ReduceKind::Sum;
    std::int64_t first = 0, last = 0;
    std::int64_t dropped = 0;
    bool operator==(const ReduceAttributes &) const = default;
};

// One axis of the batched tensor parted into this many bins, which may overlap (ops/bins.h); the mean or the largest
// of each.
struct AdaptivePoolAttributes {
    std::int64_t axis = 1, bins = 1;
    bool largest = false;
    std::int64_t length = 0;  // backward op only: the forward input's
    bool operator==(const AdaptivePoolAttributes &) const = default;
};

// Products of the matrices that the last two axes make; a transposed factor lies the other way round.
struct MatmulAttributes {
    bool leftTransposed = false, rightTransposed = false;
    bool operator==(const MatmulAttributes &) const = default;
};

// [N, H, W, C] to [N, H factorH, W factorW, C]. Bilinear takes pixel centres at i + 1/2 (PyTorch's align_corners=False).
struct UpsampleAttributes {
    std::int64_t factorH = 2, factorW = 2;
    bool bilinear = false;
    bool operator==(const UpsampleAttributes &) const = default;
};

// Canonical weights are [kernelD, kernelH, kernelW, in / groups, out]; x is [N, D, H, W, C].
struct Conv3dAttributes {
    std::array<std::int64_t, 3> kernel{1, 1, 1}, stride{1, 1, 1}, padBefore{}, padAfter{}, dilation{1, 1, 1};
    std::int64_t filters = 0;
    std::int64_t groups = 1;
    bool bias = true;
    std::array<std::int64_t, 3> inputSize{};  // backward ops only: the forward input's depth, height and width
    bool operator==(const Conv3dAttributes &) const = default;
};

// A table [tokens, width], looked up by index.
struct EmbeddingAttributes {
    std::int64_t tokens = 0, width = 0;
    bool operator==(const EmbeddingAttributes &) const = default;
};

// Rotary positions, Su et al. 2021: pairs (i, i + size / 2) of each head turn by position * base^(-2 i / size).
struct RotaryAttributes {
    std::int64_t headSize = 0;
    float base = 10000.0f;
    bool inverse = false;  // turns back: the gradient
    bool operator==(const RotaryAttributes &) const = default;
};

// softmax(q k^T scale + mask) v for each head; queries [N, T, heads * size], keys and values [N, S, keyHeads * size].
// heads is a multiple of keyHeads (grouped queries, Ainslie et al. 2023).
struct AttentionAttributes {
    std::int64_t heads = 1, keyHeads = 1;
    bool causal = false;  // query t sees keys up to t + S - T
    float scale = 1.0f;
    bool operator==(const AttentionAttributes &) const = default;
};

// One direction of one recurrent layer; the input's share of the gates comes in ready made.
struct RecurrentAttributes {
    std::int64_t units = 0;
    bool reverse = false;  // from the last position to the first
    bool operator==(const RecurrentAttributes &) const = default;
};

// Of softmax_cross_entropy and mean_squared_error. Targets are class indices (I32) or rows of the predictions' width (F32).
struct LossAttributes {
    float scale = 1.0f;             // factor on the mean
    float labelSmoothing = 0.0f;    // share of each target spread evenly over all classes; Szegedy et al. 2016
    std::int32_t ignoreIndex = -1;  // the class index whose positions do not count; below 0: none
    bool operator==(const LossAttributes &) const = default;
};

// A loss that is worked out row by row. ops/row_losses.h has the formulas and says what a row of each is.
enum class RowLossKind : std::uint8_t {
    AbsoluteError,
    Huber,               // parameter: delta
    BinaryCrossEntropy,  // parameter: weight of the positive class
    BinaryHinge,         // parameter: margin
    BinaryFocal,         // parameter: gamma, second: alpha
    Hinge,               // parameter: margin
    KlDivergence,
    Focal,               // parameter: gamma, second: alpha
    CosineSimilarity,
    Dice,                // parameter: what is added to both sums
};

struct RowLossAttributes {
    RowLossKind kind = RowLossKind::AbsoluteError;
    float scale = 1.0f;  // factor on the mean
    float parameter = 0.0f, second = 0.0f;
    bool operator==(const RowLossAttributes &) const = default;
};

struct TopKAttributes {
    std::int64_t k = 1;
    std::int32_t ignoreIndex = -1;  // as in LossAttributes
    bool operator==(const TopKAttributes &) const = default;
};

struct ConfusionAttributes {
    bool binary = false;            // every prediction is a yes or no by itself: yes above 0
    std::int32_t ignoreIndex = -1;  // as in LossAttributes
    bool operator==(const ConfusionAttributes &) const = default;
};

// What accumulate_error adds up.
struct ErrorAttributes {
    bool squared = false;  // else absolute
    bool operator==(const ErrorAttributes &) const = default;
};

// torch.optim.SGD's rule: v = momentum v + (g + weightDecay w); w -= lr (nesterov ? g + momentum v : v).
// rateFactor, of all optimizers: these parameters go on with the step's learning rate times this.
struct SgdAttributes {
    float momentum = 0.9f, weightDecay = 0.0f;
    bool nesterov = false;
    float rateFactor = 1.0f;
    bool operator==(const SgdAttributes &) const = default;
};

// Kingma and Ba 2015 (Adam, decay added to the gradient); Loshchilov and Hutter 2019 (AdamW, decoupled).
struct AdamAttributes {
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weightDecay = 0.0f;
    bool decoupled = false;
    float rateFactor = 1.0f;
    bool operator==(const AdamAttributes &) const = default;
};

// torch.optim.NAdam's rule (Dozat 2016): Adam with Nesterov momentum; mu_t = beta1 (1 - 0.96^(t momentumDecay) / 2).
struct NadamAttributes {
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f, weightDecay = 0.0f, momentumDecay = 0.004f;
    bool decoupled = false;
    float rateFactor = 1.0f;
    bool operator==(const NadamAttributes &) const = default;
};

// torch.optim.RMSprop's rule (Hinton, lecture 6e): s = alpha s + (1 - alpha) g^2; step g / (sqrt(s) + epsilon), with momentum.
struct RmspropAttributes {
    float alpha = 0.99f, epsilon = 1e-8f, momentum = 0.0f, weightDecay = 0.0f;
    bool centered = false;
    float rateFactor = 1.0f;
    bool operator==(const RmspropAttributes &) const = default;
};

// torch.optim.Adagrad's rule (Duchi et al. 2011); the learning rate is divided by 1 + rateDecay * steps done.
struct AdagradAttributes {
    float epsilon = 1e-10f, weightDecay = 0.0f, rateDecay = 0.0f;
    float rateFactor = 1.0f;
    bool operator==(const AdagradAttributes &) const = default;
};

// Chen et al. 2023: the sign of an interpolated momentum; decoupled weight decay.
struct LionAttributes {
    float beta1 = 0.9f, beta2 = 0.99f, weightDecay = 0.0f;
    float rateFactor = 1.0f;
    bool operator==(const LionAttributes &) const = default;
};

// You et al. 2020: Adam's step scaled per tensor by |w| / |step|.
struct LambAttributes {
    float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-6f, weightDecay = 0.0f;
    float rateFactor = 1.0f;
    bool operator==(const LambAttributes &) const = default;
};

// Jordan et al. 2024: momentum, orthogonalized for each matrix by Newton and Schulz's iteration.
struct MuonAttributes {
    float momentum = 0.95f, weightDecay = 0.0f;
    bool nesterov = true;
    std::int32_t iterations = 5;
    float rateFactor = 1.0f;
    bool operator==(const MuonAttributes &) const = default;
};

// average = d average + (1 - d) value, after the update, with d = min(decay, (1 + t) / (10 + t)) after t steps: early on the
// average follows fast, so that it forgets where training began.
struct EmaAttributes {
    float decay = 0.999f;
    bool operator==(const EmaAttributes &) const = default;
};

// Gradients of `count` batches make one step. Of all but the last: sum = sum + gradient. Of the last:
// gradient = (sum + gradient) / count, sum = 0.
struct AccumulateAttributes {
    std::int32_t count = 1;
    bool last = false;
    bool operator==(const AccumulateAttributes &) const = default;
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
    Activate,      // activation(a), parameter is its slope
    ActivateGrad,  // activation'(a) b; a is the output where gradientUsesOutput(), else the input
    Dropout,       // as the dropout op with rate = parameter and this key, by the element's index
    Subtract,      // a - b
    Divide,        // a / b
    Maximum,       // of a and b
    Minimum,
    Power,         // a^b
    PowerConstant, // a^parameter
    AddConstant,   // a + parameter
    Exp,
    Log,
    Sqrt,
    Abs,
    Sign,          // -1, 0 or 1
    Sin,
    Cos,
    GreaterEqual,  // a >= b ? 1 : 0
    Greater,       // a > b ? 1 : 0
    Noise,         // a + parameter * a standard normal number, a function of (seed, step, key, element index)
    Constant,      // parameter
};

// Operands are registers: 0 to inputs - 1 hold the inputs, instruction k writes register inputs + k.
struct ElementwiseInstruction {
    ElementwiseCode code = ElementwiseCode::Add;
    std::uint8_t a = 0, b = 0;  // b only where the code has two operands
    ActivationKind activation = ActivationKind::Identity;
    float parameter = 0.0f;
    std::uint32_t key = 0;  // of dropout and noise
    bool operator==(const ElementwiseInstruction &) const = default;
};

// Prebuilt kernels hold a whole chain in their arguments and its registers in an array of this size.
inline constexpr std::size_t kMaxChainInputs = 8, kMaxChainOutputs = 4, kMaxChainInstructions = 120;
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
                 ElementwiseChainAttributes, LayerNormAttributes, ClipAttributes, GatherAttributes, GroupNormAttributes,
                 PermuteAttributes, PadAttributes, ExpandAttributes, ReduceAttributes, AdaptivePoolAttributes, MatmulAttributes, UpsampleAttributes,
                 Conv3dAttributes, EmbeddingAttributes, RotaryAttributes, AttentionAttributes, RecurrentAttributes,
                 RowLossAttributes, TopKAttributes, ConfusionAttributes, ErrorAttributes, NadamAttributes, RmspropAttributes, AdagradAttributes, LionAttributes,
                 LambAttributes, MuonAttributes, EmaAttributes, AccumulateAttributes>;

}  // namespace trainyard
