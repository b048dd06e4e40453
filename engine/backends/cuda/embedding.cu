#include "engine/backends/cuda/row_teams.h"
#include "engine/backends/cuda/value_types.h"

namespace trainyard::cuda {

namespace {

template <int kLanes, int kPack, typename T>
__global__ void lookUp(std::int64_t places, std::int64_t tokens, int width, const std::int32_t *indices, const T *table, T *y)
{
    using Team = RowTeam<kLanes>;
    for (std::int64_t round = Team::firstRow(); round < places; round += Team::rowStride()) {
        const std::int64_t place = round + Team::index();
        const std::int64_t index = place < places ? indices[place] : -1;
        Team::template forColumns<kPack>(place < places ? width : 0, [&](int c) {
            Pack<T, kPack> found{};
            if (index >= 0 && index < tokens)
                found = loadPack<kPack>(table + index * width + c);
            storePack(y + place * width + c, found);
        });
    }
}

}  // namespace

StepResult makeEmbedding(StepRequest &request)
{
    const Op op = request.op;
    TRAINYARD_TRY(const DType dtype, commonFloatType(request, {op.inputs[1], op.outputs[0]}));
    const EmbeddingAttributes a = request.attributes<EmbeddingAttributes>();
    const std::int64_t places = request.inputShape(0).elements();
    const RowGrid grid = rowGrid(places, a.width, false);
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        return withFloatType(dtype, [&](auto zero) {
            using T = decltype(zero);
            const T *table = memory.at<T>(op.inputs[1]);
            T *y = memory.at<T>(op.outputs[0]);
            return withLanes(grid.lanes, [&](auto lanes) {
                return withRowPack<T>(a.width, packsAligned(table, y), [&](auto pack) {
                    return launch(stream, lookUp<lanes(), pack(), T>, grid.blocks, grid.threads, places, a.tokens, a.width,
                                  memory.at<std::int32_t>(op.inputs[0]), table, y);
                });
            });
        });
    });
}

}  // namespace trainyard::cuda
