// What the cross-entropy ops share, row by row: the targets of either kind, a row's loss and a row's gradient.
#pragma once

#include "engine/backends/cpu/softmax_rows.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

// Rows of logits and their targets, as all three ops get them; made with the step.
struct CrossEntropyRows {
    std::int64_t columns = 0, positions = 0, perSample = 0;
    bool indices = false;  // class indices, else a row of weights each
    ValueId targets = kNoValue;

    CrossEntropyRows(const StepRequest &request, const Shape &logits)
        : columns(logits.back()), positions(logits.elements() / columns), perSample(positions / logits[0]),
          indices(request.list.value(request.op.inputs[1]).type.dtype == DType::I32), targets(request.op.inputs[1])
    {
    }

    std::int64_t valid(const StepMemory &memory) const { return memory.scalars->validRows * perSample; }

    // The loss of one position: sum_c t_c (log sum exp x - x_c); logSum comes from softmaxRow().
    void addLoss(const StepMemory &memory, std::int64_t position, const float *logits, double logSum, double &sum) const
    {
        if (indices) {
            sum += logSum - static_cast<double>(logits[memory.at<std::int32_t>(targets)[position]]);
            return;
        }
        const float *target = memory.at<float>(targets) + position * columns;
        for (std::int64_t c = 0; c < columns; ++c)
            sum += static_cast<double>(target[c]) * (logSum - static_cast<double>(logits[c]));
    }

    // factor times its derivative; out may be probabilities.
    void writeGradient(const StepMemory &memory, std::int64_t position, const float *probabilities, float factor, float *out) const
    {
        if (indices) {
            const std::int32_t target = memory.at<std::int32_t>(targets)[position];
            for (std::int64_t c = 0; c < columns; ++c)
                out[c] = factor * (probabilities[c] - (c == target ? 1.0f : 0.0f));
            return;
        }
        // Weights need not sum to one.
        const float *target = memory.at<float>(targets) + position * columns;
        float total = 0;
        for (std::int64_t c = 0; c < columns; ++c)
            total += target[c];
        for (std::int64_t c = 0; c < columns; ++c)
            out[c] = factor * (total * probabilities[c] - target[c]);
    }
};

}  // namespace trainyard::cpu
