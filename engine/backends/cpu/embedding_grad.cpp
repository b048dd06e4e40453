#include <cstring>

#include "engine/backends/cpu/simd_clones.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

namespace {

// Adds up what belongs to rows [begin, end) of the table, in the order of the places: the same bits for any number of threads.
TRAINYARD_SIMD_CLONES void addRows(const std::int32_t *indices, std::size_t places, const float *dy, std::size_t width, std::int64_t begin,
                                   std::int64_t end, float *dtable)
{
    for (std::size_t p = 0; p < places; ++p) {
        if (indices[p] < begin || indices[p] >= end)
            continue;
        float *to = dtable + static_cast<std::size_t>(indices[p]) * width;
        const float *from = dy + p * width;
#pragma omp simd
        for (std::size_t c = 0; c < width; ++c)
            to[c] += from[c];
    }
}

}  // namespace

std::unique_ptr<Step> makeEmbeddingGrad(StepRequest &request)
{
    const auto places = static_cast<std::size_t>(request.inputShape(0).elements());
    const EmbeddingAttributes a = request.attributes<EmbeddingAttributes>();
    return makeLoop([op = request.op, threads = request.threads, places, a](const StepMemory &memory) {
        const std::int32_t *indices = memory.at<std::int32_t>(op.inputs[0]);
        const float *dy = memory.at<float>(op.inputs[1]);
        float *dtable = memory.at<float>(op.outputs[0]);
        const auto width = static_cast<std::size_t>(a.width);
        // Each thread owns some rows of the table and looks at all places.
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; ++t) {
            const std::int64_t begin = a.tokens * t / threads, end = a.tokens * (t + 1) / threads;
            std::memset(dtable + static_cast<std::size_t>(begin) * width, 0, static_cast<std::size_t>(end - begin) * width * sizeof(float));
            addRows(indices, places, dy, width, begin, end, dtable);
        }
    });
}

}  // namespace trainyard::cpu
