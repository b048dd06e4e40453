// The intermediate representation: a flat list of tensor ops over typed values, in static single assignment.
//
// Layers emit forward ops through an OpBuilder; gradient rules emit backward ops through the same builder.
// Everything here is a plain value: no device, no memory, no layer. Batch is the first dimension of every
// activation; images are NHWC.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/ops/op_attributes.h"
#include "engine/ops/op_kind.h"
#include "engine/tensor/tensor.h"

namespace trainyard {

using ValueId = std::int32_t;
inline constexpr ValueId kNoValue = -1;

// What a value is for; decides which part of the arena it lives in and how the forecast counts it.
enum class Role : std::uint8_t {
    Dataset,         // bound from outside, never in the arena: the resident data set and its scaling vectors
    Data,            // the batch: indices, gathered samples and targets
    Parameter,       // trained
    State,           // kept between steps, not trained: running mean and variance of batch norm
    OptimizerState,  // momentum, Adam moments
    Gradient,        // of a parameter
    Activation,      // forward values and their gradients
    Workspace,       // scratch of one op, or saved by a forward op for its backward op in a backend's own format
    Metric,          // accumulators read by the host
};

const char *roleName(Role role);

struct Value {
    TensorType type;
    Role role = Role::Activation;
    std::string name;         // unique for Parameter, State and OptimizerState: "conv1/weights"
    std::int32_t layer = -1;  // index of the layer that emitted it, -1 when none
    bool trainable = false;   // a Parameter the optimizer changes
    // Its memory outlives the program, whatever its role: values of this name in all programs of one arena are one and the
    // same. Set where a Program is cut into one part per device.
    bool kept = false;
    std::int32_t place = -1;  // kept values of one number share their memory, since they are never needed together; -1: none
};

struct Op {
    OpKind kind;
    OpAttributes attributes;
    std::vector<ValueId> inputs;    // kNoValue where an optional input is left out
    std::vector<ValueId> outputs;   // kNoValue where an optional output is not wanted
    std::vector<ValueId> mutates;   // inputs that are changed in place: running statistics, parameters
    std::int32_t layer = -1;
    std::int32_t device = 0;        // index into Program::devices
};

struct OpList {
    std::vector<Value> values;
    std::vector<Op> ops;

    const Value &value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }
    Value &value(ValueId id) { return values[static_cast<std::size_t>(id)]; }
};

// How a fresh parameter is filled; see program/fill_parameter.cpp. Constant: deviation everywhere. Uniform: within
// -deviation to deviation. Sinusoidal: a row of waves for each position (Vaswani et al. 2017). LossScale: 65536 and zeros.
// LstmBias: Uniform, and offset more in the second of four quarters, the forget gate's.
enum class Initializer : std::uint8_t {
    Zeros,
    Ones,
    KaimingNormal,
    KaimingUniform,
    XavierUniform,
    XavierNormal,
    Normal,
    LossScale,
    Constant,
    Uniform,
    Sinusoidal,
    LstmBias,
    Values,  // ParameterInit::values, as they are
};

struct ParameterInit {
    ValueId value = kNoValue;
    Initializer initializer = Initializer::Zeros;
    double fanIn = 1, fanOut = 1;  // in the sense of Glorot and Bengio 2010, He et al. 2015
    double deviation = 0.02;       // for Normal, Constant, Uniform and LstmBias
    double offset = 0;             // for LstmBias
    std::vector<float> values;     // for Values
};

// Appends ops and values to an OpList. Used on one thread; keeps a reference to the list.
class OpBuilder {
public:
    explicit OpBuilder(OpList &list) : m_list(list) {}

    // New ops and values are counted as this layer's until the next call.
    void setLayer(std::int32_t layer) { m_layer = layer; }
    std::int32_t layer() const { return m_layer; }

    ValueId addValue(TensorType type, Role role, std::string name = {}, bool trainable = false);
    // The one of this name, where it is there already and of this shape: layers that share weights. Of another shape, it
    // gets a fresh one, and sharingProblem() says so.
    ValueId addParameter(std::string name, Shape shape, ParameterInit init, bool trainable = true);
    // Of the first parameter that could not be shared; empty: all could.
    const std::string &sharingProblem() const { return m_sharingProblem; }

    // Adds one op; its outputs' types come from the op's shape rule. Errors: InvalidGraph from that rule.
    Result<std::vector<ValueId>> add(OpKind kind, OpAttributes attributes, std::vector<ValueId> inputs,
                                     std::vector<ValueId> mutates = {});
    // The first output of add().
    Result<ValueId> addOne(OpKind kind, OpAttributes attributes, std::vector<ValueId> inputs);

    const Value &value(ValueId id) const { return m_list.value(id); }
    const Shape &shape(ValueId id) const { return m_list.value(id).type.shape; }
    OpList &list() { return m_list; }
    std::vector<ParameterInit> &inits() { return m_inits; }

private:
    OpList &m_list;
    std::vector<ParameterInit> m_inits;
    std::string m_sharingProblem;
    std::int32_t m_layer = -1;
};

}  // namespace trainyard
