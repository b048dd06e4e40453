#include "engine/train/non_finite.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/tensor/low_precision.h"

namespace trainyard {

namespace {

// By the bits alone, so that no compiler flag reasons it away: an exponent of all ones is not finite, and with a fraction
// it is not a number.
template <typename Bits>
bool scan(std::span<const std::byte> data, Bits exponent, Bits fraction, bool &nanFound)
{
    for (std::size_t at = 0; at + sizeof(Bits) <= data.size(); at += sizeof(Bits)) {
        Bits bits;
        std::memcpy(&bits, data.data() + at, sizeof bits);
        if ((bits & exponent) == exponent) {
            nanFound = (bits & fraction) != 0;
            return true;
        }
    }
    return false;
}

bool isLookedAt(const Value &value, bool afterForward, bool scaled)
{
    if (!isFloat(value.type.dtype))
        return false;
    switch (value.role) {
    case Role::Dataset:
    case Role::Workspace:
    case Role::Metric: return false;
    case Role::Parameter:
    case Role::State: return true;
    default: return !(afterForward && scaled);
    }
}

std::string layerOf(const Program &program, const Op &op, const Value &value)
{
    for (const std::int32_t layer : {op.layer, value.layer})
        if (layer >= 0 && static_cast<std::size_t>(layer) < program.layerNames.size())
            return program.layerNames[static_cast<std::size_t>(layer)];
    return {};
}

}  // namespace

const char *phaseName(NonFinite::Phase phase)
{
    switch (phase) {
    case NonFinite::Phase::Forward: return "forward pass";
    case NonFinite::Phase::Backward: return "backward pass";
    case NonFinite::Phase::Update: return "update";
    }
    return "";
}

bool hasNonFinite(DType type, std::span<const std::byte> data, bool &nanFound)
{
    switch (type) {
    case DType::F32: return scan<std::uint32_t>(data, 0x7F800000u, 0x007FFFFFu, nanFound);
    case DType::BF16: return scan<std::uint16_t>(data, 0x7F80u, 0x007Fu, nanFound);
    case DType::F16: return scan<std::uint16_t>(data, 0x7C00u, 0x03FFu, nanFound);
    default: return false;
    }
}

Result<std::optional<NonFinite>> runChecked(Executable &executable, std::size_t index, const Program &program, const StepScalars &scalars)
{
    const bool scaled = std::any_of(program.inits.begin(), program.inits.end(),
                                    [](const ParameterInit &init) { return init.initializer == Initializer::LossScale; });
    std::optional<NonFinite> found;
    std::vector<std::byte> bytes;
    const auto look = [&](std::size_t at) -> Result<bool> {
        const Op &op = program.list.ops[at];
        for (const auto *ids : {&op.outputs, &op.mutates})
            for (const ValueId id : *ids) {
                if (id == kNoValue || executable.memoryPlan(index).values[static_cast<std::size_t>(id)].bytes == 0)
                    continue;
                const Value &value = program.list.value(id);
                if (!isLookedAt(value, at >= program.backwardBegin, scaled))
                    continue;
                bytes.resize(value.type.bytes());
                TRAINYARD_CHECK(executable.read(index, id, bytes));
                NonFinite one;
                if (!hasNonFinite(value.type.dtype, bytes, one.isNan))
                    continue;
                one.phase = at < program.backwardBegin ? NonFinite::Phase::Forward
                            : at < program.updateBegin ? NonFinite::Phase::Backward
                                                       : NonFinite::Phase::Update;
                one.layer = layerOf(program, op, value);
                one.op = opSpec(op.kind).name;
                found = std::move(one);
                return false;
            }
        return true;
    };
    TRAINYARD_CHECK(executable.runOpByOp(index, scalars, look));
    return found;
}

}  // namespace trainyard
