#include "engine/backends/cuda/batch_norm.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

StepResult makeBatchNormInference(StepRequest &request)
{
    const Op op = request.op;
    const ValueId x = op.inputs[0], y = op.outputs[0];
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {x, y}));
    const auto attributes = request.attributes<BatchNormAttributes>();
    const Shape &shape = request.inputShape(0);
    const std::int64_t channels = shape.back(), rows = shape.elements() / channels;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        const ChannelVectors vectors{memory.at<float>(op.inputs[1]), memory.at<float>(op.inputs[2]), memory.at<float>(op.inputs[3]),
                                     memory.at<float>(op.inputs[4]), attributes.epsilon};
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            constexpr int kPack = packElements<T>();
            const bool packed = channels % kPack == 0 && packsAligned(memory.at<T>(x), memory.at<T>(y));
            const ChannelTiles tiles = applyTiles(rows, channels, packed ? kPack : 1);
            return launch(stream, packed ? normalize<kPack, T> : normalize<1, T>, tiles.blocks(), kTileThreads, tiles, vectors,
                          attributes.fusedRelu, memory.at<const T>(x), memory.at<T>(y));
        });
    });
}

}  // namespace trainyard::cuda
