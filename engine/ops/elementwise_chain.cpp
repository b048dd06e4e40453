// elementwise_chain: several elementwise ops in one pass over memory; see ElementwiseChainAttributes. Made by layers with a
// formula of their own, and by the fusion pass. For every element: the inputs are loaded into float32 registers 0..n-1, the instructions run in order, and the
// results are rounded to their outputs' types; between the instructions nothing is rounded.
//   inputs   one or more of one element count (their shapes may differ: views go through), each F32, BF16 or F16
//   outputs  one or more of that element count, of the types the attributes name
// Output 0 may lie where input 0 lies: an element is stored only after all inputs of that element have been loaded.
#include <algorithm>
#include <memory>

#include "engine/ops/chain_gradient.h"
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
    for (std::size_t k = 0; k < chain.instructions.size(); ++k)  // operands a code has not are registers too: nobody has to know which
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

// The gradients of all inputs in one chain; each by itself where that is more than a chain may have.
static Status gradient(GradientContext &context)
{
    const auto &chain = context.attributes<ElementwiseChainAttributes>();
    const std::size_t inputs = context.op().inputs.size();
    std::vector<ValueId> values = context.op().inputs;
    auto given = std::make_unique<bool[]>(chain.results.size());
    for (std::size_t k = 0; k < chain.results.size(); ++k) {
        given[k] = context.outputGradient(k) != kNoValue;
        if (given[k])
            values.push_back(context.outputGradient(k));
    }
    TRAINYARD_TRY(const ChainGradient backwards, gradientOf(chain, inputs, std::span(given.get(), chain.results.size())));
    std::vector<std::size_t> computed;
    for (std::size_t i = 0; i < inputs; ++i) {
        const auto node = context.wants(i) ? backwards.inputs[i] : std::nullopt;
        if (node && backwards.program.isInput(*node))
            context.setInputGradient(i, values[*node]);
        else if (node)
            computed.push_back(i);
    }
    const auto emit = [&](std::span<const std::size_t> wanted) -> Status {
        std::vector<ChainProgram::Node> results;
        for (const std::size_t i : wanted)
            results.push_back(*backwards.inputs[i]);
        TRAINYARD_TRY(ChainProgram::Finished finished, backwards.program.finish(results));
        std::vector<ValueId> used;
        for (const std::size_t input : finished.inputs)
            used.push_back(values[input]);
        TRAINYARD_TRY(const auto outputs, context.builder().add(OpKind::ElementwiseChain, std::move(finished.chain), used));
        for (std::size_t k = 0; k < wanted.size(); ++k)
            context.setInputGradient(wanted[k], outputs[k]);
        return {};
    };
    if (computed.empty() || emit(computed))
        return {};
    for (const std::size_t i : computed)
        TRAINYARD_CHECK(emit({&i, 1}));
    return {};
}

static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const auto &chain = std::get<ElementwiseChainAttributes>(attributes);
    return static_cast<double>(chain.instructions.size()) * static_cast<double>(inputs[0].shape.elements());
}

const OpSpec kElementwiseChainOp{"elementwise_chain", infer, gradient, flops, 0};

}  // namespace trainyard
