// Ops over all parameters at once, with their gradients and states: what optimizers do.
#pragma once

#include <array>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

inline constexpr std::size_t kMostArrays = 5;

// The tensors an update goes over, by the op's inputs.
class UpdatedTensors {
public:
    // common: inputs behind the last group, beside the loss scale.
    explicit UpdatedTensors(const StepRequest &request, std::size_t common = 0) : m_threads(request.threads)
    {
        const std::vector<ValueId> &inputs = request.op.inputs;
        const std::size_t group = opSpec(request.op.kind).inputsPerTensor;
        for (std::size_t i = 0; i + group <= inputs.size(); i += group) {
            Tensor &tensor = m_tensors.emplace_back();
            std::copy_n(inputs.begin() + static_cast<std::ptrdiff_t>(i), group, tensor.values.begin());
            tensor.count = static_cast<std::size_t>(request.inputShape(i).elements());
        }
        if (inputs.size() % group == common + 1)
            m_lossScale = inputs.back();
    }

    // A gradient was not finite (float16): the step changes nothing.
    bool skipped(const StepMemory &memory) const
    {
        const float *state = memory.at<float>(m_lossScale);
        return state && state[2] != 0.0f;
    }

    // update(arrays, begin, end) over all elements of all tensors; null for what is absent.
    template <typename Update>
    void forEach(const StepMemory &memory, Update update) const
    {
        for (const Tensor &tensor : m_tensors) {
            std::array<float *, kMostArrays> arrays{};
            for (std::size_t a = 0; a < kMostArrays; ++a)
                arrays[a] = memory.at<float>(tensor.values[a]);
            forPieces(tensor.count, tensor.count < kSmallUpdate ? 1 : m_threads,
                      [&](std::size_t begin, std::size_t end) { update(arrays, begin, end); });
        }
    }

private:
    struct Tensor {
        std::array<ValueId, kMostArrays> values{kNoValue, kNoValue, kNoValue, kNoValue, kNoValue};
        std::size_t count = 0;
    };
    std::vector<Tensor> m_tensors;
    ValueId m_lossScale = kNoValue;
    int m_threads = 1;
};

}  // namespace trainyard::cpu
