// Runs the blocks of a grid one after another, the threads of a block as fibers that switch at barriers and shuffles.
//
// A thread that never waits runs straight on, on the stack the thread before it used: a kernel without barriers costs
// no switch at all. What breaks the rules of engine/backends/cuda/device_code.h ends the grid with an error and a line
// on stderr: threads waiting at different places, a thread that ends while others wait for it.
//
// All of it is used under the simulated device's lock (device.h), on whichever host thread does the device's work.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <cuda_runtime_api.h>

#include "tests/gpu/simulation/fiber.h"

namespace trainyard::simulation {

// The built-in variables of the device language.
struct BuiltIns {
    uint3 threadIdx{}, blockIdx{};
    dim3 blockDim, gridDim;
};
extern BuiltIns builtIns;

class GridRunner {
public:
    static GridRunner &instance();

    // kernel: calls it once, for the thread in builtIns. seed 0: threads and blocks go in their order; another: in an
    // order drawn anew at every wait, the same for the same seed.
    cudaError_t run(dim3 blocks, dim3 threads, const std::function<void()> &kernel, std::uint64_t seed);

    // Called by the threads of the running kernel.
    void blockBarrier();
    void warpBarrier();
    // Every lane of the warp gives 8 bytes and, when all have, sees those of all; valid until the lane's next exchange.
    const std::array<std::uint64_t, 32> &exchange(std::uint64_t mine);
    // As exchange(), for the block: how many threads gave true.
    int blockCount(bool mine);
    std::uint32_t lanesPresent() const;  // one bit each
    unsigned lane() const { return m_current % kWarp; }

private:
    static constexpr unsigned kWarp = 32;
    enum class State : std::uint8_t { NotStarted, Ready, AtBlockBarrier, AtWarp, Ended };
    struct Thread {
        State state = State::NotStarted;
        Fiber *fiber = nullptr;
    };
    struct Warp {
        unsigned waiting = 0, size = 0, ended = 0;
        unsigned turn = 0;  // which of the two boards the next exchange uses
        std::array<std::uint64_t, kWarp> boards[2];
    };

    GridRunner() = default;
    bool runBlock();
    static void work(void *runner);  // a fiber's main loop
    bool startNext();                // the next thread that was not started becomes the current one
    void setCurrent(unsigned thread);
    void wait(State at);
    void release(unsigned first, unsigned count, State from);
    void ended();
    void violated(const char *what);
    Fiber *freeFiber();

    const std::function<void()> *m_kernel = nullptr;
    std::vector<std::unique_ptr<Fiber>> m_fibers;
    std::vector<Fiber *> m_free;
    Fiber *m_running = nullptr;

    std::vector<Thread> m_threads;
    std::vector<Warp> m_warps;
    std::vector<unsigned> m_order;  // in which threads start
    std::vector<unsigned> m_ready;  // were started and may go on
    std::size_t m_readyBegin = 0, m_started = 0;
    unsigned m_current = 0, m_atBarrier = 0, m_endedThreads = 0, m_votes = 0, m_votesBefore = 0;
    bool m_shuffled = false;
    const char *m_violation = nullptr;
    std::mt19937_64 m_random;
};

}  // namespace trainyard::simulation
