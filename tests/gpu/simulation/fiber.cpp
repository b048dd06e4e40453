#include "tests/gpu/simulation/fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <new>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__x86_64__)
// Saves the registers that a call preserves on the stack it leaves and takes them from the one it enters.
extern "C" void trainyardSimulationSwitch(void **leave, void *enter);
asm(R"(
    .text
    .p2align 4
    .hidden trainyardSimulationSwitch
    .globl trainyardSimulationSwitch
    .type trainyardSimulationSwitch, @function
trainyardSimulationSwitch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size trainyardSimulationSwitch, .-trainyardSimulationSwitch
)");
#endif

namespace trainyard::simulation {

struct Fiber::Context {
    void (*entry)(void *) = nullptr;
    void *argument = nullptr;
    std::byte *memory = nullptr;
    std::size_t bytes = 0;
#if defined(__x86_64__)
    void *host = nullptr, *fiber = nullptr;  // stack pointers of the one that is not running
#else
    ucontext_t host, fiber;
#endif
#if defined(__SANITIZE_ADDRESS__)
    void *hostFake = nullptr, *fiberFake = nullptr;
    const void *hostBottom = nullptr;
    std::size_t hostBytes = 0;
#endif
#if defined(__SANITIZE_THREAD__)
    void *hostTsan = nullptr, *fiberTsan = nullptr;
#endif

    static Context *s_starting;
    static void begin()
    {
        Context *self = s_starting;
#if defined(__SANITIZE_ADDRESS__)
        __sanitizer_finish_switch_fiber(nullptr, &self->hostBottom, &self->hostBytes);
#endif
        self->entry(self->argument);
        __builtin_trap();  // a fiber has nowhere to return to
    }
};

Fiber::Context *Fiber::Context::s_starting = nullptr;

Fiber::Fiber(void (*entry)(void *), void *argument) : m_context(std::make_unique<Context>())
{
    Context &c = *m_context;
    c.entry = entry;
    c.argument = argument;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    c.bytes = kStackBytes + page;
    void *memory = mmap(nullptr, c.bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    c.memory = static_cast<std::byte *>(memory);
    mprotect(c.memory, page, PROT_NONE);  // a kernel that needs more stack stops here instead of writing elsewhere
#if defined(__x86_64__)
    // As if begin() had been called: the stack is 16-byte aligned before the return address.
    auto *top = reinterpret_cast<std::uintptr_t *>(c.memory + c.bytes);
    *--top = 0;
    *--top = reinterpret_cast<std::uintptr_t>(&Context::begin);
    for (int i = 0; i < 6; ++i)
        *--top = 0;
    c.fiber = top;
#else
    getcontext(&c.fiber);
    c.fiber.uc_stack.ss_sp = c.memory + page;
    c.fiber.uc_stack.ss_size = kStackBytes;
    c.fiber.uc_link = nullptr;
    makecontext(&c.fiber, &Context::begin, 0);
#endif
#if defined(__SANITIZE_THREAD__)
    c.fiberTsan = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber()
{
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(m_context->fiberTsan);
#endif
    munmap(m_context->memory, m_context->bytes);
}

void Fiber::switchTo()
{
    Context &c = *m_context;
    Context::s_starting = &c;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&c.hostFake, c.memory + (c.bytes - kStackBytes), kStackBytes);
#endif
#if defined(__SANITIZE_THREAD__)
    c.hostTsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(c.fiberTsan, 0);
#endif
#if defined(__x86_64__)
    trainyardSimulationSwitch(&c.host, c.fiber);
#else
    swapcontext(&c.host, &c.fiber);
#endif
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(c.hostFake, nullptr, nullptr);
#endif
}

void Fiber::switchBack()
{
    Context &c = *m_context;
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&c.fiberFake, c.hostBottom, c.hostBytes);
#endif
#if defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(c.hostTsan, 0);
#endif
#if defined(__x86_64__)
    trainyardSimulationSwitch(&c.fiber, c.host);
#else
    swapcontext(&c.fiber, &c.host);
#endif
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(c.fiberFake, &c.hostBottom, &c.hostBytes);
#endif
}

}  // namespace trainyard::simulation
