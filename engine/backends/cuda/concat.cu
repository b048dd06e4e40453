#include "engine/backends/cuda/launch_column_copy.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

StepResult makeConcat(StepRequest &request)
{
    const std::int64_t axis = request.attributes<ConcatAttributes>().axis;
    const AxisRows y = axisRows(request.outputShape(), axis);
    const DType dtype = request.outputType().dtype;
    std::vector<std::int64_t> widths;
    for (std::size_t i = 0; i < request.op.inputs.size(); ++i) {
        if (request.inputType(i).dtype != dtype)
            return fail(ErrorCode::Unsupported, "The GPU cannot put {} and {} side by side.", dtypeName(dtype), dtypeName(request.inputType(i).dtype));
        widths.push_back(axisRows(request.inputShape(i), axis).perRow);
    }
    return makeKernelStep([op = request.op, widths, y, bytes = static_cast<std::int64_t>(dtypeBytes(dtype))](const StepMemory &memory,
                                                                                                             cudaStream_t stream) {
        std::vector<ColumnPiece> pieces;
        std::int64_t column = 0;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            pieces.push_back({memory.at<std::byte>(op.inputs[i]), memory.at<std::byte>(op.outputs[0]) + column * bytes, widths[i], y.perRow, widths[i]});
            column += widths[i];
        }
        return copyColumnPieces(stream, pieces, y.rows, bytes);
    });
}

}  // namespace trainyard::cuda
