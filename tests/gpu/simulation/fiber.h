// A call stack of its own that runs until it switches back: what a thread of a simulated block stands on while it waits
// at a barrier. Switching costs a few nanoseconds on x86-64 and goes through <ucontext.h> elsewhere.
//
// Used on one host thread at a time; switchTo() and the switch back happen on the same host thread.
#pragma once

#include <cstddef>
#include <memory>

namespace trainyard::simulation {

class Fiber {
public:
    static constexpr std::size_t kStackBytes = 128 * 1024;  // kernels keep little on the stack

    // entry(argument) begins at the first switchTo() and must never return: it ends by switching back for good.
    Fiber(void (*entry)(void *), void *argument);
    ~Fiber();
    Fiber(const Fiber &) = delete;
    Fiber &operator=(const Fiber &) = delete;

    void switchTo();    // from the host's stack into the fiber
    void switchBack();  // from within the fiber to where switchTo() was called

private:
    struct Context;
    std::unique_ptr<Context> m_context;
};

}  // namespace trainyard::simulation
