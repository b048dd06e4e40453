// The activations and their derivatives for one element, in float32, as engine/ops/activate.cpp defines them.
#pragma once

#include <cmath>
#include <type_traits>

#include "engine/backends/cuda/device_code.h"
#include "engine/ops/op_attributes.h"

namespace trainyard::cuda {

__host__ __device__ inline float sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

inline constexpr float kSeluScale = 1.0507009873554805f, kSeluBelow = 1.0507009873554805f * 1.6732632423543772f;  // Klambauer et al. 2017

// GELU's approximation lets 0.5 (1 + tanh(u)) of x through, which is the logistic function of 2 u.
__host__ __device__ inline float geluTanhShare(float x)
{
    return sigmoid(1.59576912f * (x + 0.044715f * x * x * x));
}

// tanh(log(1 + exp(x))) = n (n + 2) / (n (n + 2) + 2) for n = exp(x); 1 beyond 20.
__host__ __device__ inline float mishShare(float x)
{
    const float n = expf(fminf(x, 20.0f)), product = n * (n + 2.0f);
    return product / (product + 2.0f);
}

__host__ __device__ inline float hardShare(float x)
{
    return fminf(fmaxf(x + 3.0f, 0.0f), 6.0f) * (1.0f / 6.0f);
}

// slope: ActivationAttributes::slope.
template <ActivationKind kKind>
__host__ __device__ inline float activated(float x, float slope)
{
    if constexpr (kKind == ActivationKind::Relu)
        return x > 0.0f ? x : 0.0f;
    else if constexpr (kKind == ActivationKind::LeakyRelu)
        return x > 0.0f ? x : slope * x;
    else if constexpr (kKind == ActivationKind::Gelu)
        return 0.5f * x * (1.0f + erff(x * 0.70710678f));
    else if constexpr (kKind == ActivationKind::Silu)
        return x * sigmoid(x);
    else if constexpr (kKind == ActivationKind::Tanh)
        return tanhf(x);
    else if constexpr (kKind == ActivationKind::Sigmoid)
        return sigmoid(x);
    else if constexpr (kKind == ActivationKind::GeluTanh)
        return x * geluTanhShare(x);
    else if constexpr (kKind == ActivationKind::Elu)
        return x > 0.0f ? x : slope * expm1f(x);
    else if constexpr (kKind == ActivationKind::Selu)
        return x > 0.0f ? kSeluScale * x : kSeluBelow * expm1f(x);
    else if constexpr (kKind == ActivationKind::Softplus)
        return fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));
    else if constexpr (kKind == ActivationKind::Mish)
        return x * mishShare(x);
    else if constexpr (kKind == ActivationKind::HardSwish)
        return x * hardShare(x);
    else if constexpr (kKind == ActivationKind::HardSigmoid)
        return hardShare(x);
    else
        return x;
}

// saved: the output where gradientUsesOutput(), else the input.
template <ActivationKind kKind>
__host__ __device__ inline float activationDerivative(float saved, float slope)
{
    if constexpr (kKind == ActivationKind::Relu) {
        return saved > 0.0f ? 1.0f : 0.0f;
    } else if constexpr (kKind == ActivationKind::LeakyRelu) {
        return saved > 0.0f ? 1.0f : slope;
    } else if constexpr (kKind == ActivationKind::Gelu) {
        const float share = 0.5f * (1.0f + erff(saved * 0.70710678f));
        return share + saved * 0.39894228f * expf(-0.5f * saved * saved);
    } else if constexpr (kKind == ActivationKind::Silu) {
        const float s = sigmoid(saved);
        return s + saved * s * (1.0f - s);
    } else if constexpr (kKind == ActivationKind::Tanh) {
        return 1.0f - saved * saved;
    } else if constexpr (kKind == ActivationKind::Sigmoid) {
        return saved * (1.0f - saved);
    } else if constexpr (kKind == ActivationKind::GeluTanh) {
        const float s = geluTanhShare(saved);
        return s + saved * s * (1.0f - s) * 1.59576912f * (1.0f + 0.134145f * saved * saved);
    } else if constexpr (kKind == ActivationKind::Elu) {
        return saved > 0.0f ? 1.0f : gradientUsesOutput(kKind, slope) ? saved + slope : slope * expf(saved);
    } else if constexpr (kKind == ActivationKind::Selu) {
        return saved > 0.0f ? kSeluScale : saved + kSeluBelow;
    } else if constexpr (kKind == ActivationKind::Softplus) {
        return -expm1f(-saved);
    } else if constexpr (kKind == ActivationKind::Mish) {
        const float share = mishShare(saved);
        return share + saved * (1.0f - share * share) * sigmoid(saved);
    } else if constexpr (kKind == ActivationKind::HardSwish) {
        return saved <= -3.0f ? 0.0f : saved >= 3.0f ? 1.0f : saved * (1.0f / 3.0f) + 0.5f;
    } else if constexpr (kKind == ActivationKind::HardSigmoid) {
        return saved > 0.0f && saved < 1.0f ? 1.0f / 6.0f : 0.0f;
    } else {
        return 1.0f;
    }
}

#define TRAINYARD_ACTIVATIONS(X) \
    X(Identity) X(Relu) X(LeakyRelu) X(Gelu) X(Silu) X(Tanh) X(Sigmoid) X(GeluTanh) X(Elu) X(Selu) X(Softplus) X(Mish) X(HardSwish) X(HardSigmoid)

// Of a kind that is known at run time alone.
__host__ __device__ inline float activatedBy(ActivationKind kind, float x, float slope)
{
    switch (kind) {
#define X(Name) \
    case ActivationKind::Name: return activated<ActivationKind::Name>(x, slope);
        TRAINYARD_ACTIVATIONS(X)
#undef X
    }
    return x;
}

__host__ __device__ inline float activationDerivativeBy(ActivationKind kind, float saved, float slope)
{
    switch (kind) {
#define X(Name) \
    case ActivationKind::Name: return activationDerivative<ActivationKind::Name>(saved, slope);
        TRAINYARD_ACTIVATIONS(X)
#undef X
    }
    return 1.0f;
}

// activation'(saved) dy. Chosen, not multiplied by 0: an infinite gradient behind a closed ReLU is no NaN.
__host__ __device__ inline float activationGradientBy(ActivationKind kind, float saved, float dy, float slope)
{
    const float derivative = activationDerivativeBy(kind, saved, slope);
    return derivative == 0.0f ? 0.0f : derivative * dy;
}

// Calls function(std::integral_constant<ActivationKind, kind>) for the isFusable() kinds, so that a kernel is compiled for
// each of these few.
template <typename Function>
auto withFusedActivation(ActivationKind kind, Function function)
{
    switch (kind) {
    case ActivationKind::Relu: return function(std::integral_constant<ActivationKind, ActivationKind::Relu>{});
    case ActivationKind::LeakyRelu: return function(std::integral_constant<ActivationKind, ActivationKind::LeakyRelu>{});
    case ActivationKind::Gelu: return function(std::integral_constant<ActivationKind, ActivationKind::Gelu>{});
    case ActivationKind::Silu: return function(std::integral_constant<ActivationKind, ActivationKind::Silu>{});
    case ActivationKind::Tanh: return function(std::integral_constant<ActivationKind, ActivationKind::Tanh>{});
    case ActivationKind::Sigmoid: return function(std::integral_constant<ActivationKind, ActivationKind::Sigmoid>{});
    default: return function(std::integral_constant<ActivationKind, ActivationKind::Identity>{});
    }
}

}  // namespace trainyard::cuda
