// An op turned into something that runs: chosen and created once, bound to the arena once, then run every step without
// allocating.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/backends/cpu/onednn.h"
#include "engine/program/program.h"

namespace trainyard::cpu {

// Where everything lies. `values` are the program's, by ValueId; null for what is not in memory.
struct StepMemory {
    std::span<std::byte *const> values;
    std::byte *scratch = nullptr;  // this op's own
    const StepScalars *scalars = nullptr;

    template <typename T>
    T *at(ValueId id) const
    {
        return id == kNoValue ? nullptr : reinterpret_cast<T *>(values[static_cast<std::size_t>(id)]);
    }
};

class Step {
public:
    virtual ~Step() = default;
    // Called once when the arena is there: primitives take their pointers now.
    virtual void bind(const StepMemory &) {}
    virtual void run(const StepMemory &memory) = 0;
};

// What making a step needs to know and what it says back.
struct StepRequest {
    const OpList &list;
    const Op &op;
    int threads = 1;                 // how many this op is worth; already set for OpenMP while the step is made
    std::uint64_t scratchBytes = 0;  // out
    // out: bytes of outputs in a format of the backend's own, by output index; 0 keeps the declared size
    std::array<std::uint64_t, 4> outputBytes{};

    template <typename T>
    const T &attributes() const
    {
        return std::get<T>(op.attributes);
    }
    const TensorType &inputType(std::size_t i) const { return list.value(op.inputs[i]).type; }
    const TensorType &outputType(std::size_t i = 0) const { return list.value(op.outputs[i]).type; }
    const Shape &inputShape(std::size_t i) const { return inputType(i).shape; }
    const Shape &outputShape(std::size_t i = 0) const { return outputType(i).shape; }
    bool hasInput(std::size_t i) const { return i < op.inputs.size() && op.inputs[i] != kNoValue; }
};

#define X(Name, file) std::unique_ptr<Step> make##Name(StepRequest &request);
TRAINYARD_OPS(X)
#undef X

// Below so many parameters an update is not worth a second thread.
inline constexpr std::size_t kSmallUpdate = 1 << 15;

// A step that is one function over pointers; the function is called with the memory and must not allocate.
template <typename Function>
std::unique_ptr<Step> makeLoop(Function function)
{
    class Loop : public Step {
    public:
        explicit Loop(Function f) : m_function(std::move(f)) {}
        void run(const StepMemory &memory) override { m_function(memory); }

    private:
        Function m_function;
    };
    return std::make_unique<Loop>(std::move(function));
}

// Splits [0, count) into one fixed, contiguous piece per thread: the same pieces every time, so the same bits.
template <typename Function>
void forPieces(std::size_t count, int threads, Function function)
{
    if (threads <= 1) {
        function(std::size_t{0}, count);
        return;
    }
    // Pieces begin at multiples of 16 floats, so that no two threads write one cache line.
    const auto parts = static_cast<std::size_t>(threads);
    const std::size_t piece = ((count + parts - 1) / parts + 15) / 16 * 16;
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int t = 0; t < threads; ++t) {
        const std::size_t begin = std::min(count, static_cast<std::size_t>(t) * piece);
        const std::size_t end = t == threads - 1 ? count : std::min(count, begin + piece);
        if (begin < end)
            function(begin, end);
    }
}

}  // namespace trainyard::cpu
