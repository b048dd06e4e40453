#include "engine/backends/cuda/launch_column_copy.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

StepResult makeSlice(StepRequest &request)
{
    const auto attributes = request.attributes<SliceAttributes>();
    const AxisRows x = axisRows(request.inputShape(0), attributes.axis);
    const DType dtype = request.outputType().dtype;
    if (request.inputType(0).dtype != dtype)
        return fail(ErrorCode::Unsupported, "The GPU cannot slice {} into {}.", dtypeName(request.inputType(0).dtype), dtypeName(dtype));
    const ValueId from = request.op.inputs[0], to = request.op.outputs[0];
    const auto bytes = static_cast<std::int64_t>(dtypeBytes(dtype));
    const std::int64_t begin = attributes.begin * x.perEntry, width = attributes.length * x.perEntry;
    return makeKernelStep([=](const StepMemory &memory, cudaStream_t stream) {
        const ColumnPiece piece{memory.at<std::byte>(from) + begin * bytes, memory.at<std::byte>(to), x.perRow, width, width};
        return copyColumnPieces(stream, {&piece, 1}, x.rows, bytes);
    });
}

}  // namespace trainyard::cuda
