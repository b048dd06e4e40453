#include "engine/backends/cpu/activation_loops.h"

#include <cmath>

#include "engine/backends/cpu/element_loop.h"
#include "engine/backends/cpu/elementary.h"

namespace trainyard::cpu {

namespace {

constexpr float kSeluScale = 1.0507009873554805f, kSeluBelow = 1.0507009873554805f * 1.6732632423543772f;  // Klambauer et al. 2017
constexpr float kSqrtHalf = 0.70710678f, kNormalPeak = 0.39894228f;
constexpr float kTanhScale = 2 * 0.79788456f, kTanhCube = 0.044715f;  // of GELU: 2 sqrt(2 / pi)

// The share of x that mish lets through, tanh(log(1 + exp(x))) = n (n + 2) / (n (n + 2) + 2) for n = exp(x); 1 beyond 20.
TRAINYARD_IN_LOOPS float mishShare(float x)
{
    const float n = exponential(x < 20.0f ? x : 20.0f), product = n * (n + 2.0f);
    return product / (product + 2.0f);
}

TRAINYARD_IN_LOOPS float mishSlope(float x)
{
    const float share = mishShare(x);
    return share + x * (1.0f - share * share) * logistic(x);
}

TRAINYARD_IN_LOOPS float siluSlope(float x)
{
    const float s = logistic(x);
    return s + x * s * (1.0f - s);
}

// 0.5 (1 + tanh(u)) is the logistic function of 2 u.
TRAINYARD_IN_LOOPS float geluTanhShare(float x)
{
    return logistic(kTanhScale * (x + kTanhCube * x * x * x));
}

TRAINYARD_IN_LOOPS float geluTanhSlope(float x)
{
    const float s = geluTanhShare(x);
    return s + x * s * (1.0f - s) * kTanhScale * (1.0f + 3.0f * kTanhCube * x * x);
}

TRAINYARD_IN_LOOPS float hardShare(float x)
{
    return clamped(x + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f);
}

TRAINYARD_ELEMENT_LOOP(identity, x)
TRAINYARD_ELEMENT_LOOP(relu, x > 0.0f ? x : 0.0f)
TRAINYARD_ELEMENT_LOOP(leakyRelu, x > 0.0f ? x : p * x)
TRAINYARD_ELEMENT_LOOP(gelu, 0.5f * x * std::erfc(-x * kSqrtHalf))
TRAINYARD_ELEMENT_LOOP(silu, x * logistic(x))
TRAINYARD_ELEMENT_LOOP(tanh, hyperbolicTangent(x))
TRAINYARD_ELEMENT_LOOP(sigmoid, logistic(x))
TRAINYARD_ELEMENT_LOOP(geluTanh, x * geluTanhShare(x))
TRAINYARD_ELEMENT_LOOP(elu, x > 0.0f ? x : p * exponentialMinusOne(x))
TRAINYARD_ELEMENT_LOOP(selu, x > 0.0f ? kSeluScale * x : kSeluBelow * exponentialMinusOne(x))
TRAINYARD_ELEMENT_LOOP(softplusLoop, softplus(x))
TRAINYARD_ELEMENT_LOOP(mish, x * mishShare(x))
TRAINYARD_ELEMENT_LOOP(hardSwish, x * hardShare(x))
TRAINYARD_ELEMENT_LOOP(hardSigmoid, hardShare(x))

// x: what was saved, g: the gradient of the activation's output.
TRAINYARD_ELEMENT_LOOP(identityGrad, g)
TRAINYARD_ELEMENT_LOOP(reluGrad, x > 0.0f ? g : 0.0f)
TRAINYARD_ELEMENT_LOOP(leakyReluGrad, x > 0.0f ? g : p * g)
TRAINYARD_ELEMENT_LOOP(geluGrad, g * (0.5f * std::erfc(-x * kSqrtHalf) + x * kNormalPeak * exponential(-0.5f * x * x)))
TRAINYARD_ELEMENT_LOOP(siluGrad, g * siluSlope(x))
TRAINYARD_ELEMENT_LOOP(tanhGrad, g * (1.0f - x * x))
TRAINYARD_ELEMENT_LOOP(sigmoidGrad, g * (x * (1.0f - x)))
TRAINYARD_ELEMENT_LOOP(geluTanhGrad, g * geluTanhSlope(x))
TRAINYARD_ELEMENT_LOOP(eluGradOfOutput, x > 0.0f ? g : g * (x + p))
TRAINYARD_ELEMENT_LOOP(eluGradOfInput, x > 0.0f ? g : g * p * exponential(x))
TRAINYARD_ELEMENT_LOOP(seluGrad, x > 0.0f ? g * kSeluScale : g * (x + kSeluBelow))
TRAINYARD_ELEMENT_LOOP(softplusGrad, g * -exponentialMinusOne(-x))
TRAINYARD_ELEMENT_LOOP(mishGrad, g * mishSlope(x))
TRAINYARD_ELEMENT_LOOP(hardSwishGrad, x <= -3.0f ? 0.0f : x >= 3.0f ? g : g * (x * (1.0f / 3.0f) + 0.5f))
TRAINYARD_ELEMENT_LOOP(hardSigmoidGrad, x > 0.0f && x < 1.0f ? g * (1.0f / 6.0f) : 0.0f)

}  // namespace

ElementLoop activationLoop(ActivationKind kind)
{
    switch (kind) {
    case ActivationKind::Identity: return identity;
    case ActivationKind::Relu: return relu;
    case ActivationKind::LeakyRelu: return leakyRelu;
    case ActivationKind::Gelu: return gelu;
    case ActivationKind::Silu: return silu;
    case ActivationKind::Tanh: return tanh;
    case ActivationKind::Sigmoid: return sigmoid;
    case ActivationKind::GeluTanh: return geluTanh;
    case ActivationKind::Elu: return elu;
    case ActivationKind::Selu: return selu;
    case ActivationKind::Softplus: return softplusLoop;
    case ActivationKind::Mish: return mish;
    case ActivationKind::HardSwish: return hardSwish;
    case ActivationKind::HardSigmoid: return hardSigmoid;
    }
    return identity;
}

ElementLoop activationGradLoop(ActivationKind kind, float slope)
{
    switch (kind) {
    case ActivationKind::Identity: return identityGrad;
    case ActivationKind::Relu: return reluGrad;
    case ActivationKind::LeakyRelu: return leakyReluGrad;
    case ActivationKind::Gelu: return geluGrad;
    case ActivationKind::Silu: return siluGrad;
    case ActivationKind::Tanh: return tanhGrad;
    case ActivationKind::Sigmoid: return sigmoidGrad;
    case ActivationKind::GeluTanh: return geluTanhGrad;
    case ActivationKind::Elu: return gradientUsesOutput(kind, static_cast<double>(slope)) ? eluGradOfOutput : eluGradOfInput;
    case ActivationKind::Selu: return seluGrad;
    case ActivationKind::Softplus: return softplusGrad;
    case ActivationKind::Mish: return mishGrad;
    case ActivationKind::HardSwish: return hardSwishGrad;
    case ActivationKind::HardSigmoid: return hardSigmoidGrad;
    }
    return identityGrad;
}

}  // namespace trainyard::cpu
