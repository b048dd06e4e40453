// elementwise_chain: several elementwise ops in one pass over memory; see ElementwiseChainAttributes. Made by the fusion pass
// alone. For every element: the inputs are loaded into float32 registers 0..n-1, the instructions run in order, and the
// results are rounded to their outputs' types; between the instructions nothing is rounded.
//   inputs   one or more of one element count (their shapes may differ: views go through), each F32, BF16 or F16
//   outputs  one or more of that element count, of the types the attributes name
// Output 0 may lie where input 0 lies: an element is stored only after all inputs of that element have been loaded.
#include <algorithm>

#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &chain = std::get<ElementwiseChainAttributes>(attributes);
    if (inputs.empty() || inputs.size() > kMaxChainInputs || chain.results.empty() || chain.results.size() > kMaxChainOutputs
        || chain.instructions.size() > kMaxChainInstructions || chain.results.size() != chain.types.size())
        return fail(ErrorCode::InvalidGraph, "elementwise_chain takes up to {} inputs, {} outputs and {} instructions, got {}, {} and {}.",
                    kMaxChainInputs, kMaxChainOutputs, kMaxChainInstructions, inputs.size(), chain.results.size(), chain.instructions.size());
    for (const TensorType &input : inputs)
        if (input.shape.elements() != inputs[0].shape.elements() || !isFloat(input.dtype))
            return fail(ErrorCode::InvalidGraph, "elementwise_chain needs floating-point inputs of one size, got {} and {}.",
                        inputs[0].shape.text(), input.shape.text());
    for (std::size_t k = 0; k < chain.instructions.size(); ++k)
        if (std::max(chain.instructions[k].a, chain.instructions[k].b) >= inputs.size() + k)
            return fail(ErrorCode::InvalidGraph, "elementwise_chain reads a register before instruction {} has written it.", k);
    std::vector<OutputType> outputs;
    for (std::size_t k = 0; k < chain.results.size(); ++k) {
        if (chain.results[k] >= inputs.size() + chain.instructions.size() || !isFloat(chain.types[k]))
            return fail(ErrorCode::InvalidGraph, "elementwise_chain has no register {} for output {}.", chain.results[k], k);
        outputs.push_back({{chain.types[k], inputs[0].shape}, Role::Activation});
    }
    return outputs;
}

static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const auto &chain = std::get<ElementwiseChainAttributes>(attributes);
    return static_cast<double>(chain.instructions.size()) * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kElementwiseChainOp{"elementwise_chain", infer, nullptr, flops, 0};

}  // namespace trainyard
