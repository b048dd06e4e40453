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

// slope: of the leaky ReLU below zero.
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
    } else {
        return 1.0f;
    }
}

// Calls function(std::integral_constant<ActivationKind, kind>), so that a kernel is compiled for each.
template <typename Function>
auto withActivation(ActivationKind kind, Function function)
{
    switch (kind) {
    case ActivationKind::Relu: return function(std::integral_constant<ActivationKind, ActivationKind::Relu>{});
    case ActivationKind::LeakyRelu: return function(std::integral_constant<ActivationKind, ActivationKind::LeakyRelu>{});
    case ActivationKind::Gelu: return function(std::integral_constant<ActivationKind, ActivationKind::Gelu>{});
    case ActivationKind::Silu: return function(std::integral_constant<ActivationKind, ActivationKind::Silu>{});
    case ActivationKind::Tanh: return function(std::integral_constant<ActivationKind, ActivationKind::Tanh>{});
    case ActivationKind::Sigmoid: return function(std::integral_constant<ActivationKind, ActivationKind::Sigmoid>{});
    case ActivationKind::Identity: break;
    }
    return function(std::integral_constant<ActivationKind, ActivationKind::Identity>{});
}

}  // namespace trainyard::cuda
