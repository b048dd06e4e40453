#include "engine/backends/cpu/float_blocks.h"
#include "engine/backends/cpu/step.h"

namespace trainyard::cpu {

std::unique_ptr<Step> makeCast(StepRequest &request)
{
    struct Tensor {
        ValueId from, to;
        DType fromType, toType;
        std::size_t count;
    };
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        const ValueId from = request.op.inputs[i], to = request.op.outputs[i];
        const TensorType &type = request.list.value(from).type;
        tensors.push_back({from, to, type.dtype, request.list.value(to).type.dtype, static_cast<std::size_t>(type.shape.elements())});
    }
    return makeLoop([tensors, threads = request.threads](const StepMemory &memory) {
        constexpr std::size_t kBlock = 512;
        for (const Tensor &tensor : tensors) {
            const auto *from = memory.at<std::byte>(tensor.from);
            auto *to = memory.at<std::byte>(tensor.to);
            forPieces(tensor.count, threads, [&](std::size_t begin, std::size_t end) {
                float block[kBlock];
                for (std::size_t i = begin; i < end; i += kBlock) {
                    const std::size_t count = std::min(kBlock, end - i);
                    loadFloats(tensor.fromType, from, i, count, block);
                    storeFloats(tensor.toType, block, i, count, to);
                }
            });
        }
    });
}

}  // namespace trainyard::cpu
