// What an op is: its inputs and outputs, its shape rule and its gradient rule. One OpSpec per file, collected in
// the table below through TRAINYARD_OPS.
#pragma once

#include <functional>
#include <span>

#include "engine/ops/ir.h"

namespace trainyard {

// The scalars of one step, in one small struct that a captured step reads from a fixed place.
struct StepScalars {
    std::uint64_t seed = 0;
    std::uint64_t step = 0;      // optimizer steps done before this one
    float learningRate = 0;
    std::int32_t validRows = 0;  // rows of the batch that count; the rest is padding (evaluation's last batch)
};

// An output's type, and what it is for: most are activations, some are saved only for the backward op.
struct OutputType {
    TensorType type;
    Role role = Role::Activation;
};

// What a gradient rule sees: the op, the gradients of its outputs, and where to put those of its inputs.
class GradientContext {
public:
    GradientContext(OpBuilder &builder, const Op &op, std::span<const ValueId> outputGradients,
                    std::span<const bool> wanted, std::span<ValueId> inputGradients)
        : m_builder(builder), m_op(op), m_outputGradients(outputGradients), m_wanted(wanted), m_inputGradients(inputGradients)
    {
    }

    OpBuilder &builder() { return m_builder; }
    const Op &op() const { return m_op; }
    template <typename T>
    const T &attributes() const
    {
        return std::get<T>(m_op.attributes);
    }
    ValueId input(std::size_t index) const { return m_op.inputs[index]; }
    ValueId output(std::size_t index = 0) const { return m_op.outputs[index]; }
    ValueId outputGradient(std::size_t index = 0) const { return m_outputGradients[index]; }
    bool wants(std::size_t input) const { return m_wanted[input]; }
    void setInputGradient(std::size_t input, ValueId gradient) { m_inputGradients[input] = gradient; }

private:
    OpBuilder &m_builder;
    const Op &m_op;
    std::span<const ValueId> m_outputGradients;
    std::span<const bool> m_wanted;
    std::span<ValueId> m_inputGradients;
};

using ShapeRule = Result<std::vector<OutputType>> (*)(const OpAttributes &, std::span<const TensorType> inputs);
using GradientRule = Status (*)(GradientContext &);
using CostRule = double (*)(const OpAttributes &, std::span<const TensorType> inputs, std::span<const TensorType> outputs);

struct OpSpec {
    const char *name;            // "conv2d"
    ShapeRule inferOutputs;      // optional inputs left out come as absentType()
    GradientRule gradient;       // null: not differentiable (backward ops, updates, metrics)
    CostRule flops;              // null: one per output element
    // The output may share its memory with this input when nobody needs the input afterwards; -1: never.
    int inPlaceInput = -1;
    // The output is the input's bytes under another shape: no work, no memory.
    bool isView = false;
    // What a 16-bit program does with the op (program/lower_precision.cpp):
    unsigned float32Outputs = 0;  // bit k: output k, an activation, stays float32: statistics, losses, probabilities
    int weightInput = -1;         // the input that is a matrix of weights for the tensor cores; -1: none
    bool readsAnyFloat = false;   // reads its inputs in 16 bit as well as in float32, whatever the layers around it: losses, metrics
    bool isUpdate = false;        // changes parameters by their gradients, which are the second input of each group
    bool isLossGradient = false;  // where the backward pass begins; float16's loss scale is applied behind it
    // Ops over many tensors: so many inputs, of one shape and layout, belong to each; a few behind the last group are of
    // all of them. 0: no such op.
    std::size_t inputsPerTensor = 0;
};

const OpSpec &opSpec(OpKind kind);
double opFlops(const OpList &list, const Op &op);

// Optional inputs left out come to the shape rule with no elements.
inline bool isPresent(const TensorType &type) { return type.shape.elements() > 0 && !(type.shape.rank() == 1 && type.shape[0] == 0); }
inline TensorType absentType() { return {DType::F32, Shape{0}}; }

#define X(Name, file) extern const OpSpec k##Name##Op;
TRAINYARD_OPS(X)
#undef X

}  // namespace trainyard
