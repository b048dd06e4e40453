// attention: y = softmax(scale q k^T) v for each head, without ever keeping the T x S matrix. Vaswani et al. 2017; computed as
// Dao et al. 2022. A key and value head serves heads / keyHeads query heads in a row (grouped queries, Ainslie et al. 2023).
//   inputs   q [N, T, heads * size], k and v [N, S, keyHeads * size], mask [N, S]?: a key whose mask is 0 is seen by nobody
//   outputs  y like q, log-sum-exp F32 [N, heads, T] of the scaled products. A query that sees no key gives zeros.
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const auto &a = std::get<AttentionAttributes>(attributes);
    const Shape &q = inputs[0].shape, &k = inputs[1].shape;
    for (const TensorType &input : inputs.first(3))
        TRAINYARD_CHECK(expectRank("attention", "queries, keys and values", input, 3));
    TRAINYARD_CHECK(expectSame("attention", inputs[1], inputs[2]));
    if (a.heads < 1 || a.keyHeads < 1 || a.heads % a.keyHeads != 0)
        return fail(ErrorCode::InvalidGraph, "attention needs a number of heads that its key heads divide, got {} heads and {} key heads.", a.heads,
                    a.keyHeads);
    if (q.back() % a.heads != 0 || q.back() / a.heads * a.keyHeads != k.back() || q[0] != k[0])
        return fail(ErrorCode::InvalidGraph, "attention got queries of {} in {} heads for keys of {} in {} heads.", q.text(), a.heads, k.text(), a.keyHeads);
    if (inputs.size() > 3 && isPresent(inputs[3]) && inputs[3].shape != Shape{k[0], k[1]})
        return fail(ErrorCode::InvalidGraph, "attention needs a mask of {} x {}, one number per key, got {}.", k[0], k[1], inputs[3].shape.text());
    const TensorType sums{DType::F32, Shape{q[0], a.heads, q[1]}};
    return std::vector<OutputType>{{inputs[0], Role::Activation}, {sums, Role::Activation}};
}

static Status gradient(GradientContext &context)
{
    const ValueId mask = context.op().inputs.size() > 3 ? context.input(3) : kNoValue;
    TRAINYARD_TRY(const auto grads, context.builder().add(OpKind::AttentionGrad, context.attributes<AttentionAttributes>(),
                                                          {context.input(0), context.input(1), context.input(2), context.output(0),
                                                           context.outputGradient(), context.output(1), mask}));
    for (std::size_t i = 0; i < 3; ++i)
        context.setInputGradient(i, grads[i]);
    return {};
}

// Two products; with a causal mask about half of it.
static double flops(const OpAttributes &attributes, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    const double all = 4.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(inputs[1].shape[1]);
    return std::get<AttentionAttributes>(attributes).causal ? all / 2 : all;
}

const OpSpec kAttentionOp{.name = "attention", .inferOutputs = infer, .gradient = gradient, .flops = flops, .float32Outputs = 0b10};

}  // namespace trainyard
