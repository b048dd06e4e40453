// What the cross-entropy ops share, row by row: the targets of either kind, a row's loss and a row's gradient.
#pragma once

#include "engine/backends/cpu/softmax_rows.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

// Rows of logits and their targets, as all three ops get them; made with the step.
struct CrossEntropyRows {
    std::int64_t columns = 0, positions = 0, perSample = 0;
    bool indices = false;  // class indices, else a row of numbers each
    ValueId targets = kNoValue, weights = kNoValue;
    LossAttributes attributes;

    // weightsInput: which input holds the weights of the classes, where it is there.
    CrossEntropyRows(const StepRequest &request, const Shape &logits, std::size_t weightsInput)
        : columns(logits.back()), positions(logits.elements() / columns), perSample(positions / logits[0]),
          indices(request.list.value(request.op.inputs[1]).type.dtype == DType::I32), targets(request.op.inputs[1]),
          weights(request.hasInput(weightsInput) ? request.op.inputs[weightsInput] : kNoValue), attributes(request.attributes<LossAttributes>())
    {
    }

    std::int64_t valid(const StepMemory &memory) const { return memory.scalars->validRows * perSample; }

    bool counts(const StepMemory &memory, std::int64_t position) const
    {
        return !indices || attributes.ignoreIndex < 0 || memory.at<std::int32_t>(targets)[position] != attributes.ignoreIndex;
    }

    // What the sum over positions is divided by; 0 where nothing counts.
    double divisor(const StepMemory &memory) const
    {
        const std::int64_t all = valid(memory);
        const float *w = memory.at<float>(weights);
        if (!indices || (!w && attributes.ignoreIndex < 0))
            return static_cast<double>(all);
        double sum = 0;
        for (std::int64_t p = 0; p < all; ++p)
            if (counts(memory, p))
                sum += w ? static_cast<double>(w[memory.at<std::int32_t>(targets)[p]]) : 1.0;
        return sum;
    }

    // The loss of one position: sum_c u_c (log sum exp x - x_c); logSum comes from softmaxRow().
    double loss(const StepMemory &memory, std::int64_t position, const float *logits, double logSum) const
    {
        if (isPlain())
            return logSum - static_cast<double>(logits[memory.at<std::int32_t>(targets)[position]]);
        double sum = 0;
        for (std::int64_t c = 0; c < columns; ++c)
            sum += static_cast<double>(share(memory, position, c)) * (logSum - static_cast<double>(logits[c]));
        return sum;
    }

    // factor times its derivative; out may be probabilities.
    void writeGradient(const StepMemory &memory, std::int64_t position, const float *probabilities, float factor, float *out) const
    {
        if (isPlain()) {
            const std::int32_t target = memory.at<std::int32_t>(targets)[position];
            for (std::int64_t c = 0; c < columns; ++c)
                out[c] = factor * (probabilities[c] - (c == target ? 1.0f : 0.0f));
            return;
        }
        // The shares need not sum to one.
        float total = 0;
        for (std::int64_t c = 0; c < columns; ++c)
            total += share(memory, position, c);
        for (std::int64_t c = 0; c < columns; ++c)
            out[c] = factor * (total * probabilities[c] - share(memory, position, c));
    }

private:
    bool isPlain() const { return indices && attributes.labelSmoothing == 0.0f && weights == kNoValue; }

    // u_c
    float share(const StepMemory &memory, std::int64_t position, std::int64_t c) const
    {
        float target;
        if (indices)
            target = memory.at<std::int32_t>(targets)[position] == c ? 1.0f : 0.0f;
        else
            target = memory.at<float>(targets)[position * columns + c];
        if (attributes.labelSmoothing > 0)
            target = (1.0f - attributes.labelSmoothing) * target + attributes.labelSmoothing / static_cast<float>(columns);
        return weights == kNoValue ? target : memory.at<float>(weights)[c] * target;
    }
};

}  // namespace trainyard::cpu
