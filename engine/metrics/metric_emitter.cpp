#include "engine/metrics/metric.h"

namespace trainyard {

Result<ValueId> MetricEmitter::sums(const std::string &name, Shape shape, OpKind op, const OpAttributes &attributes, std::vector<ValueId> inputs)
{
    const auto found = m_sums.find(name);
    if (found != m_sums.end())
        return found->second;
    const ValueId sums = m_builder.addValue({DType::F64, std::move(shape)}, Role::Metric, "metric/" + name);
    inputs.push_back(sums);
    TRAINYARD_CHECK(m_builder.add(op, attributes, std::move(inputs), {sums}));
    m_sums.emplace(name, sums);
    return sums;
}

}  // namespace trainyard
