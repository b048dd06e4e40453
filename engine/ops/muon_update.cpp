// muon_update: one update of matrices; see MuonAttributes. A parameter [..., columns] is a matrix of that many columns.
//   m = momentum m + (1 - momentum) g;  u = nesterov ? (1 - momentum) g + momentum m : m
//   X = u / (|u| + 1e-7), then `iterations` times X = a X + (b A + c A^2) X with A = X X^T (or X (b A + c A^2) with A = X^T X
//   where there are more rows than columns): a polynomial in the singular values that brings each near 1
//   w = (1 - lr weightDecay) w - lr 0.2 sqrt(max(rows, columns)) X
// a, b, c are Jordan's; the factor makes the steps as large as AdamW's (Liu et al. 2025), so that one learning rate serves for
// both. lr from the step's scalars.
//   inputs   parameter, gradient, momentum, repeated per parameter (all but gradients mutated), and last, in a float16
//            program: loss scale F32 [4] (see scale_gradient); where its flag lossScale[2] is set, nothing changes
//   outputs  none
#include <algorithm>

#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &, std::span<const TensorType> inputs)
{
    for (std::size_t i = 0; i + 2 < inputs.size(); i += 3)
        if (inputs[i].shape.rank() < 2)
            return fail(ErrorCode::InvalidGraph, "muon_update needs matrices, got a parameter of shape {}.", inputs[i].shape.text());
    return std::vector<OutputType>{};
}

// Three products an iteration, two of them of the shorter side's squares.
static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    double sum = 0;
    for (std::size_t i = 0; i + 2 < inputs.size(); i += 3) {
        const auto columns = static_cast<double>(inputs[i].shape.back());
        const double rows = static_cast<double>(inputs[i].shape.elements()) / columns;
        const double shorter = std::min(rows, columns), longer = std::max(rows, columns);
        sum += 2 * shorter * shorter * (2 * longer + shorter);
    }
    return sum * std::get<MuonAttributes>(attributes).iterations;
}

const OpSpec kMuonUpdateOp{.name = "muon_update", .inferOutputs = infer, .flops = flops, .isUpdate = true, .inputsPerTensor = 3};

}  // namespace trainyard
