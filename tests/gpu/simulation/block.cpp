#include "tests/gpu/simulation/block.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace trainyard::simulation {

BuiltIns builtIns;

GridRunner &GridRunner::instance()
{
    static GridRunner runner;
    return runner;
}

cudaError_t GridRunner::run(dim3 blocks, dim3 threads, const std::function<void()> &kernel, std::uint64_t seed)
{
    m_kernel = &kernel;
    m_violation = nullptr;
    m_shuffled = seed != 0;
    m_random.seed(seed);
    builtIns.gridDim = blocks;
    builtIns.blockDim = threads;
    const std::uint64_t count = std::uint64_t{blocks.x} * blocks.y * blocks.z;
    m_threads.resize(threads.x * threads.y * threads.z);
    m_warps.resize((m_threads.size() + kWarp - 1) / kWarp);
    m_order.resize(m_threads.size());
    std::iota(m_order.begin(), m_order.end(), 0u);
    std::vector<std::uint64_t> blockOrder;
    if (m_shuffled) {
        blockOrder.resize(count);
        std::iota(blockOrder.begin(), blockOrder.end(), std::uint64_t{0});
        std::shuffle(blockOrder.begin(), blockOrder.end(), m_random);
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t block = m_shuffled ? blockOrder[i] : i;
        builtIns.blockIdx = {static_cast<unsigned>(block % blocks.x), static_cast<unsigned>(block / blocks.x % blocks.y),
                             static_cast<unsigned>(block / blocks.x / blocks.y)};
        if (m_shuffled)
            std::shuffle(m_order.begin(), m_order.end(), m_random);
        if (!runBlock()) {
            std::fprintf(stderr, "simulated GPU: %s (thread %u of block %u)\n", m_violation, builtIns.threadIdx.x, builtIns.blockIdx.x);
            // What still waits never goes on; its stack is not reused.
            m_fibers.clear();
            m_free.clear();
            return cudaErrorLaunchFailure;
        }
    }
    return cudaSuccess;
}

bool GridRunner::runBlock()
{
    std::fill(m_threads.begin(), m_threads.end(), Thread{});
    for (std::size_t i = 0; i < m_warps.size(); ++i) {
        m_warps[i].waiting = m_warps[i].ended = m_warps[i].turn = 0;
        m_warps[i].size = static_cast<unsigned>(std::min<std::size_t>(kWarp, m_threads.size() - i * kWarp));
    }
    m_ready.clear();
    m_readyBegin = m_started = 0;
    m_atBarrier = m_endedThreads = m_votes = 0;
    while (m_endedThreads < m_threads.size() && m_violation == nullptr) {
        const std::size_t ready = m_ready.size() - m_readyBegin;
        const std::size_t fresh = m_order.size() - m_started;
        const bool resume = ready > 0 && (!m_shuffled || m_random() % (ready + fresh) < ready);
        if (resume) {
            if (m_shuffled)
                std::swap(m_ready[m_readyBegin], m_ready[m_readyBegin + m_random() % ready]);
            const unsigned thread = m_ready[m_readyBegin++];
            setCurrent(thread);
            m_running = m_threads[thread].fiber;
        } else if (fresh > 0) {
            m_running = freeFiber();
        } else {
            violated("threads of a block wait for each other at different barriers or shuffles");
            break;
        }
        m_running->switchTo();
    }
    return m_violation == nullptr;
}

Fiber *GridRunner::freeFiber()
{
    if (m_free.empty()) {
        m_fibers.push_back(std::make_unique<Fiber>(&GridRunner::work, this));
        return m_fibers.back().get();
    }
    Fiber *fiber = m_free.back();
    m_free.pop_back();
    return fiber;
}

void GridRunner::work(void *runner)
{
    auto *self = static_cast<GridRunner *>(runner);
    for (;;) {
        // In the shuffled order the next one to run is drawn again after each.
        for (bool first = true; (first || !self->m_shuffled) && self->m_violation == nullptr && self->startNext(); first = false) {
            (*self->m_kernel)();
            self->ended();
        }
        Fiber *mine = self->m_running;
        self->m_free.push_back(mine);
        mine->switchBack();
    }
}

bool GridRunner::startNext()
{
    if (m_started == m_order.size())
        return false;
    const unsigned thread = m_order[m_started++];
    setCurrent(thread);
    m_threads[thread].fiber = m_running;
    return true;
}

void GridRunner::setCurrent(unsigned thread)
{
    m_current = thread;
    const dim3 &size = builtIns.blockDim;
    builtIns.threadIdx = size.y * size.z == 1 ? uint3{thread, 0, 0} : uint3{thread % size.x, thread / size.x % size.y, thread / size.x / size.y};
    m_threads[thread].state = State::Ready;
}

void GridRunner::wait(State at)
{
    const unsigned thread = m_current;
    m_threads[thread].state = at;
    m_running->switchBack();  // the loop of runBlock() has made this thread the current one when it goes on
}

void GridRunner::release(unsigned first, unsigned count, State from)
{
    for (unsigned i = first; i < first + count; ++i)
        if (m_threads[i].state == from) {
            m_threads[i].state = State::Ready;
            m_ready.push_back(i);
        }
    if (m_shuffled) {  // the last one to come takes part in the draw
        m_ready.push_back(m_current);
        m_running->switchBack();
    } else if (m_readyBegin > 4096) {
        m_ready.erase(m_ready.begin(), m_ready.begin() + static_cast<std::ptrdiff_t>(m_readyBegin));
        m_readyBegin = 0;
    }
}

void GridRunner::blockBarrier()
{
    if (m_endedThreads > 0)
        violated("a thread ended before a __syncthreads() that others reach");
    if (m_violation == nullptr && ++m_atBarrier == m_threads.size()) {
        m_atBarrier = 0;
        m_votesBefore = m_votes;
        m_votes = 0;
        release(0, static_cast<unsigned>(m_threads.size()), State::AtBlockBarrier);
        return;
    }
    wait(State::AtBlockBarrier);
}

int GridRunner::blockCount(bool mine)
{
    m_votes += mine ? 1 : 0;
    blockBarrier();
    const int votes = static_cast<int>(m_votesBefore);
    blockBarrier();  // nobody votes again before all have read
    return votes;
}

void GridRunner::warpBarrier()
{
    Warp &warp = m_warps[m_current / kWarp];
    if (warp.ended > 0)
        violated("a thread ended before a shuffle or __syncwarp() that others of its warp reach");
    if (m_violation == nullptr && ++warp.waiting == warp.size) {
        warp.waiting = 0;
        warp.turn ^= 1;
        release(m_current / kWarp * kWarp, warp.size, State::AtWarp);
        return;
    }
    wait(State::AtWarp);
}

const std::array<std::uint64_t, 32> &GridRunner::exchange(std::uint64_t mine)
{
    Warp &warp = m_warps[m_current / kWarp];
    auto &board = warp.boards[warp.turn];
    board[m_current % kWarp] = mine;
    warpBarrier();
    return board;
}

std::uint32_t GridRunner::lanesPresent() const
{
    const unsigned size = m_warps[m_current / kWarp].size;
    return size == kWarp ? 0xFFFFFFFFu : (1u << size) - 1;
}

void GridRunner::ended()
{
    m_threads[m_current].state = State::Ended;
    ++m_endedThreads;
    Warp &warp = m_warps[m_current / kWarp];
    ++warp.ended;
    if (m_atBarrier > 0)
        violated("a thread ended while others wait at a __syncthreads()");
    else if (warp.waiting > 0)
        violated("a thread ended while others of its warp wait at a shuffle or __syncwarp()");
}

void GridRunner::violated(const char *what)
{
    if (m_violation == nullptr)
        m_violation = what;
}

}  // namespace trainyard::simulation
