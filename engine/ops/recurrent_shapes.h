// What the shape rules of lstm and gru share.
#pragma once

#include "engine/ops/shape_rules.h"

namespace trainyard {

// [N, T, units] from gates [N, T, count * units] and recurrent weights [units, count * units]. Errors: InvalidGraph.
inline Result<Shape> statesShape(const char *op, const TensorType &gates, const TensorType &weights, std::int64_t units, std::int64_t count)
{
    TRAINYARD_CHECK(expectRank(op, "gates", gates, 3));
    if (units < 1 || gates.shape.back() != count * units || weights.shape != Shape{units, count * units})
        return fail(ErrorCode::InvalidGraph, "{} of {} units got gates of {} and recurrent weights of {}.", op, units, gates.shape.text(),
                    weights.shape.text());
    return Shape{gates.shape[0], gates.shape[1], units};
}

// One product of all positions with the recurrent weights, and some arithmetic for each gate.
inline double recurrentFlops(const TensorType &gates, const TensorType &weights, double perGate)
{
    const auto elements = static_cast<double>(gates.shape.elements());
    return 2.0 * elements * static_cast<double>(weights.shape[0]) + perGate * elements;
}

}  // namespace trainyard
