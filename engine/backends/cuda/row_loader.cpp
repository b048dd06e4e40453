#include "engine/backends/cuda/row_loader.h"

#include <algorithm>
#include <cstring>

namespace trainyard::cuda {

namespace {

constexpr std::size_t kRowsPerPiece = 16;
constexpr std::uint64_t kWorthSharing = 1 << 20;  // below it one thread is done before the others are awake

}  // namespace

RowLoader::RowLoader(int threads)
{
    for (int i = 1; i < threads; ++i)
        m_threads.emplace_back([this](const std::stop_token &stop) { serve(stop); });
}

RowLoader::~RowLoader()
{
    for (std::jthread &thread : m_threads)
        thread.request_stop();
    m_threads.clear();
}

void RowLoader::gather(const GatherJob &job)
{
    std::uint64_t bytes = 0;
    for (const RowSource &source : job.sources)
        bytes += source.rowBytes * job.rows.size();
    const bool shared = bytes >= kWorthSharing && !m_threads.empty();
    m_next.store(0);
    if (shared) {
        const std::lock_guard lock(m_mutex);
        m_job = &job;
        m_busy = m_threads.size();
        ++m_round;
        m_wake.notify_all();
    }
    takePieces(job);
    if (shared) {
        std::unique_lock lock(m_mutex);
        m_idle.wait(lock, [&] { return m_busy == 0; });
        m_job = nullptr;
    }
}

void RowLoader::serve(const std::stop_token &stop)
{
    std::uint64_t seen = 0;
    std::unique_lock lock(m_mutex);
    while (m_wake.wait(lock, stop, [&] { return m_round != seen; })) {
        seen = m_round;
        const GatherJob &job = *m_job;
        lock.unlock();
        takePieces(job);
        lock.lock();
        if (--m_busy == 0)
            m_idle.notify_one();
    }
}

void RowLoader::takePieces(const GatherJob &job)
{
    const std::size_t pieces = (job.rows.size() + kRowsPerPiece - 1) / kRowsPerPiece;
    for (std::size_t piece = m_next.fetch_add(1); piece < pieces; piece = m_next.fetch_add(1)) {
        const std::size_t end = std::min(job.rows.size(), (piece + 1) * kRowsPerPiece);
        for (const RowSource &source : job.sources)
            for (std::size_t i = piece * kRowsPerPiece; i < end; ++i)
                if (const std::int32_t row = job.rows[i]; row >= 0 && row < source.rows)
                    std::memcpy(source.target + i * source.rowBytes, source.data + static_cast<std::uint64_t>(row) * source.rowBytes,
                                source.rowBytes);
    }
}

}  // namespace trainyard::cuda
