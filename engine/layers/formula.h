// Elementwise formulas as people type them, compiled to a chain of instructions that can be differentiated.
//
//     formula     sum, or sum < sum with one of < > <= >=, which is 1 where it holds and 0 elsewhere
//     sum         terms joined by + and -
//     term        factors joined by * and /
//     factor      -factor, or power
//     power       value ^ factor (also **): -a^2 is -(a^2), 2^-a is 2^(-a), a^b^c is a^(b^c)
//     value       a number, a constant (pi, e), an input (a, b, c, d), (formula), or function(formula, ...)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "engine/ops/op_attributes.h"

namespace trainyard {

inline constexpr std::size_t kMaxFormulaInputs = 4;

struct Formula {
    ElementwiseChainAttributes chain;
    std::vector<std::size_t> inputs;  // those it uses, 0 for a to 3 for d, in the chain's order
};

// Common parts are computed once and constants beforehand. Errors: a sentence for people with the place, counted in characters
// from 1. A formula that is good can be differentiated.
tl::expected<Formula, std::string> parseFormula(std::string_view text);

// "abs, clip, cos, ...": the functions there are.
std::string formulaFunctions();

}  // namespace trainyard
