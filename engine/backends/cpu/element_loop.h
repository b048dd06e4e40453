// How an ElementLoop is written: its name and what y[i] is.
#pragma once

#include "engine/backends/cpu/activation_loops.h"
#include "engine/backends/cpu/simd_clones.h"

// In the expression x and g are a[i] and b[i], p the parameter.
#define TRAINYARD_ELEMENT_LOOP(name, expression) \
    TRAINYARD_SIMD_CLONES void name(const float *a, [[maybe_unused]] const float *b, [[maybe_unused]] float p, std::size_t count, float *y) \
    { \
        _Pragma("omp simd") for (std::size_t i = 0; i < count; ++i) \
        { \
            [[maybe_unused]] const float x = a[i], g = b[i]; \
            y[i] = (expression); \
        } \
    }
