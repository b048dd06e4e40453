#include <cstring>

#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeEmbedding(StepRequest &request)
{
    const auto places = static_cast<std::size_t>(request.inputShape(0).elements());
    const EmbeddingAttributes a = request.attributes<EmbeddingAttributes>();
    return makeLoop([op = request.op, threads = request.threads, places, a](const StepMemory &memory) {
        const std::int32_t *indices = memory.at<std::int32_t>(op.inputs[0]);
        const float *table = memory.at<float>(op.inputs[1]);
        float *y = memory.at<float>(op.outputs[0]);
        const auto width = static_cast<std::size_t>(a.width);
        forPieces(places, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p)
                if (indices[p] >= 0 && indices[p] < a.tokens)
                    std::memcpy(y + p * width, table + static_cast<std::size_t>(indices[p]) * width, width * sizeof(float));
                else
                    std::memset(y + p * width, 0, width * sizeof(float));
        });
    });
}

}  // namespace trainyard::cpu
