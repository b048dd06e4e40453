// How far a result is from what it should be: the relative L2 norm of the difference, and its largest entry relative to
// the largest entry there should be. What the norms may be depends on the type the result was computed in.
#pragma once

#include <fmt/format.h>

#include "tests/engine/backends/cpu_run.h"

namespace trainyard::tests {

struct ErrorNorms {
    double l2 = 0, largest = 0;

    void include(const ErrorNorms &other)
    {
        l2 = std::max(l2, other.l2);
        largest = std::max(largest, other.largest);
    }
};

// Entries that are not numbers, or infinite, must be so on both sides; anything else there is an infinite error.
inline ErrorNorms errorNorms(const Tensor64 &got, const Tensor64 &wanted, double floor = 1e-6)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double difference = 0, size = 0, worst = 0, most = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!std::isfinite(wanted[i]) || !std::isfinite(got[i])) {
            if (wanted[i] != got[i] && !(std::isnan(wanted[i]) && std::isnan(got[i])))
                return {kInfinity, kInfinity};
            continue;
        }
        const double off = std::abs(got[i] - wanted[i]);
        difference += off * off;
        size += wanted[i] * wanted[i];
        worst = std::max(worst, off);
        most = std::max(most, std::abs(wanted[i]));
    }
    return {std::sqrt(difference) / std::max(std::sqrt(size), floor), worst / std::max(most, floor)};
}

// A rounded result is off by half a unit of its last place at most, 2^-9 for bfloat16 and 2^-12 for float16; one that was
// rounded in between (a product before its activation), by as much again. Float32: either side may be 2e-5 from the
// truth, as tst_ops.cpp allows.
inline ErrorNorms allowedNorms(DType dtype)
{
    switch (dtype) {
    case DType::BF16: return {6e-3, 1.2e-2};
    case DType::F16: return {7.5e-4, 1.5e-3};
    default: return {4e-5, 8e-5};
    }
}

inline bool within(const ErrorNorms &norms, const ErrorNorms &allowed)
{
    return norms.l2 <= allowed.l2 && norms.largest <= allowed.largest;
}

}  // namespace trainyard::tests
