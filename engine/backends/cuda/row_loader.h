// Collects rows of a data set in host memory into one contiguous block, with a few threads of its own. Knows no device.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace trainyard::cuda {

// Rows of one part of the data set and where they go, one after another.
struct RowSource {
    const std::byte *data = nullptr;
    std::int64_t rows = 0;  // the part has
    std::uint64_t rowBytes = 0;
    std::byte *target = nullptr;
};

class RowLoader;

struct GatherJob {
    RowLoader *loader = nullptr;
    std::vector<RowSource> sources;
    std::vector<std::int32_t> rows;  // what is no row of a source leaves its place as it was
};

class RowLoader {
public:
    explicit RowLoader(int threads);  // the caller of gather() counts as one of them
    ~RowLoader();

    // Returns when all rows are in place. One caller at a time, any thread.
    void gather(const GatherJob &job);

private:
    void serve(const std::stop_token &stop);
    void takePieces(const GatherJob &job);

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::condition_variable m_idle;
    const GatherJob *m_job = nullptr;
    std::uint64_t m_round = 0;
    std::size_t m_busy = 0;
    std::atomic<std::size_t> m_next{0};
    std::vector<std::jthread> m_threads;
};

}  // namespace trainyard::cuda
