#include "engine/backends/cuda/batch_stream.h"

#include <algorithm>

namespace trainyard::cuda {

namespace {

constexpr int kMostLoaders = 4;

int loaderThreads()
{
    return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, kMostLoaders);
}

// Called by the driver, in the order of the gather stream.
void CUDART_CB collect(void *data)
{
    const auto &job = *static_cast<const GatherJob *>(data);
    job.loader->gather(job);
}

}  // namespace

Result<std::unique_ptr<BatchStream>> BatchStream::create(const DeviceSession &session, const DeviceData &data, std::size_t slots)
{
    std::unique_ptr<BatchStream> stream(new BatchStream(session, data));
    stream->m_loader = std::make_unique<RowLoader>(loaderThreads());
    stream->m_jobs.resize(slots);
    std::uint64_t rowBytes = 0;
    for (const DataPart &part : data.plan().parts)
        rowBytes += part.gathered ? part.rowBytes : 0;
    for (Stage &stage : stream->m_stages) {
        TRAINYARD_TRY(stage.pinned, takePinnedMemory(rowBytes * static_cast<std::uint64_t>(data.plan().stageRows)));
        TRAINYARD_TRY(stage.gathered, makeEvent());
        TRAINYARD_TRY(stage.copied, makeEvent());
        TRAINYARD_TRY(stage.consumed, makeEvent());
    }
    return stream;
}

Status BatchStream::send(std::size_t program, std::span<const std::int32_t> rows, std::size_t slot, std::span<std::int32_t> stagedRows,
                         const Marks &marks)
{
    m_stage = (m_stage + 1) % kStages;
    Stage &stage = m_stages[m_stage];
    const std::int64_t stageRows = m_data.plan().stageRows;
    const auto parts = m_data.streamedParts(program);

    GatherJob &job = m_jobs[slot];
    job.loader = m_loader.get();
    job.rows.assign(rows.begin(), rows.end());
    job.sources.clear();
    std::byte *target = stage.pinned.get();
    std::int64_t datasetRows = parts.empty() ? 0 : INT64_MAX;
    for (const DeviceData::StreamedPart &part : parts) {
        const auto partRows = static_cast<std::int64_t>(part.host.size() / std::max<std::uint64_t>(part.rowBytes, 1));
        job.sources.push_back({part.host.data(), partRows, part.rowBytes, target});
        target += part.rowBytes * static_cast<std::uint64_t>(stageRows);
        datasetRows = std::min(datasetRows, partRows);
    }
    // A row that does not exist stays one that does not exist: GatherRows makes zeros of it.
    for (std::size_t i = 0; i < stagedRows.size(); ++i)
        stagedRows[i] = i < rows.size() && rows[i] >= 0 && rows[i] < datasetRows
                            ? static_cast<std::int32_t>(static_cast<std::int64_t>(m_stage) * stageRows + static_cast<std::int64_t>(i))
                            : -1;

    // An event that was never recorded counts as reached: the first two batches wait for nothing.
    TRAINYARD_CHECK(check(cudaStreamWaitEvent(m_session.gather(), stage.copied.get(), 0), "order the batch's copy"));
    TRAINYARD_CHECK(check(cudaLaunchHostFunc(m_session.gather(), collect, &job), "start the loader threads"));
    TRAINYARD_CHECK(check(cudaEventRecord(stage.gathered.get(), m_session.gather()), "order the batch's copy"));
    TRAINYARD_CHECK(check(cudaStreamWaitEvent(m_session.copy(), stage.gathered.get(), 0), "order the batch's copy"));
    TRAINYARD_CHECK(check(cudaStreamWaitEvent(m_session.copy(), stage.consumed.get(), 0), "order the batch's copy"));
    if (marks.begin)
        TRAINYARD_CHECK(check(cudaEventRecord(marks.begin, m_session.copy()), "take the time of the copy"));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::uint64_t bytes = parts[i].rowBytes * rows.size();
        std::byte *device = parts[i].device + parts[i].rowBytes * static_cast<std::uint64_t>(stageRows) * m_stage;
        TRAINYARD_CHECK(check(cudaMemcpyAsync(device, job.sources[i].target, bytes, cudaMemcpyHostToDevice, m_session.copy()),
                              "copy the batch"));
    }
    if (marks.end)
        TRAINYARD_CHECK(check(cudaEventRecord(marks.end, m_session.copy()), "take the time of the copy"));
    return check(cudaEventRecord(stage.copied.get(), m_session.copy()), "order the batch's copy");
}

Status BatchStream::arrive()
{
    return check(cudaStreamWaitEvent(m_session.compute(), m_stages[m_stage].copied.get(), 0), "wait for the batch");
}

Status BatchStream::stepQueued()
{
    return check(cudaEventRecord(m_stages[m_stage].consumed.get(), m_session.compute()), "order the batch's copy");
}

}  // namespace trainyard::cuda
