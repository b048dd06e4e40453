// dense_grad_weights: dW = x^T dy, db = sum of dy over the rows.
//   inputs   x [..., in], dy [..., out]
//   outputs  dW [in, out], db [out]  (db left out without a bias)
#include "engine/ops/shape_rules.h"

namespace trainyard {

static Result<std::vector<OutputType>> infer(const OpAttributes &attributes, std::span<const TensorType> inputs)
{
    const std::int64_t in = inputs[0].shape.back(), out = inputs[1].shape.back();
    std::vector<OutputType> outputs{{{DType::F32, Shape{in, out}}, Role::Gradient}};
    if (std::get<DenseAttributes>(attributes).bias)
        outputs.push_back({{DType::F32, Shape{out}}, Role::Gradient});
    return outputs;
}

static double flops(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType>)
{
    return 2.0 * static_cast<double>(inputs[0].shape.elements()) * static_cast<double>(inputs[1].shape.back());
}

const OpSpec kDenseGradWeightsOp{"dense_grad_weights", infer, nullptr, flops};

}  // namespace trainyard
