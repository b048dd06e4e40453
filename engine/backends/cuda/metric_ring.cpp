#include "engine/backends/cuda/metric_ring.h"

#include <cstring>

namespace trainyard::cuda {

Result<MetricRing::Entry> MetricRing::freeEntry(std::size_t count)
{
    for (std::size_t i = 0; i < m_free.size(); ++i)
        if (m_free[i].capacity >= count) {
            Entry entry = std::move(m_free[i]);
            m_free.erase(m_free.begin() + static_cast<std::ptrdiff_t>(i));
            return entry;
        }
    Entry entry;
    entry.capacity = count;
    TRAINYARD_TRY(entry.pinned, takePinnedMemory(count * sizeof(double)));
    TRAINYARD_TRY(entry.arrived, makeEvent());
    return entry;
}

Status MetricRing::request(const CompiledProgram &program, std::int64_t tag, cudaStream_t stream)
{
    const std::size_t count = sumCount(program.program);
    TRAINYARD_TRY(Entry entry, freeEntry(count));
    entry.count = count;
    entry.tag = tag;
    std::byte *target = entry.pinned.get();
    for (const ValueId accumulator : program.program.accumulators) {
        const std::size_t bytes = static_cast<std::size_t>(program.program.list.value(accumulator).type.shape.elements()) * sizeof(double);
        const std::byte *source = program.values[static_cast<std::size_t>(accumulator)];
        TRAINYARD_CHECK(check(cudaMemcpyAsync(target, source, bytes, cudaMemcpyDeviceToHost, stream), "copy the metrics"));
        target += bytes;
    }
    TRAINYARD_CHECK(check(cudaEventRecord(entry.arrived.get(), stream), "copy the metrics"));
    m_pending.push_back(std::move(entry));
    return {};
}

Result<std::optional<MetricSums>> MetricRing::take(bool wait)
{
    if (m_pending.empty())
        return std::nullopt;
    Entry &oldest = m_pending.front();
    if (wait) {
        TRAINYARD_CHECK(check(cudaEventSynchronize(oldest.arrived.get()), "finish the steps before"));
    } else if (const cudaError_t state = cudaEventQuery(oldest.arrived.get()); state == cudaErrorNotReady) {
        cudaGetLastError();
        return std::nullopt;
    } else {
        TRAINYARD_CHECK(check(state, "finish the steps before"));
    }
    MetricSums sums{oldest.tag, std::vector<double>(oldest.count)};
    std::memcpy(sums.sums.data(), oldest.pinned.get(), oldest.count * sizeof(double));
    m_free.push_back(std::move(oldest));
    m_pending.pop_front();
    return sums;
}

}  // namespace trainyard::cuda
