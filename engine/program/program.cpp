#include "engine/program/program.h"

#include <limits>

namespace trainyard {

namespace {

std::size_t sumsOf(const Program &program, ValueId accumulator)
{
    return static_cast<std::size_t>(program.list.value(accumulator).type.shape.elements());
}

}  // namespace

std::size_t sumCount(const Program &program)
{
    std::size_t count = 0;
    for (const ValueId accumulator : program.accumulators)
        count += sumsOf(program, accumulator);
    return count;
}

double metricValue(const Program &program, const MetricSlot &slot, std::span<const double> sums)
{
    for (const ValueId accumulator : program.accumulators) {
        const std::size_t count = sumsOf(program, accumulator);
        if (accumulator == slot.accumulator)
            return slot.choice.spec->value(slot.choice, sums.first(count));
        sums = sums.subspan(count);
    }
    return std::numeric_limits<double>::quiet_NaN();
}

std::int64_t Program::parameterCount() const
{
    std::int64_t count = 0;
    for (const Value &value : list.values)
        if (value.role == Role::Parameter && value.trainable)
            count += value.type.shape.elements();
    return count;
}

double Program::flops() const
{
    double sum = 0;
    for (const Op &op : list.ops)
        sum += opFlops(list, op);
    return sum;
}

}  // namespace trainyard
