#include "engine/backends/cpu/pooling.h"

namespace trainyard::cpu {

PoolingDescs poolingDescs(const Pool2dAttributes &pool, bool maximum, const TensorType &x, const TensorType &y)
{
    const Window2d &w = pool.window;
    const Algorithm average = pool.countPadding ? Algorithm::pooling_avg_include_padding : Algorithm::pooling_avg_exclude_padding;
    return {imageDesc(x), imageDesc(y), {{w.strideH, w.strideW}, {w.kernelH, w.kernelW}, {w.padTop, w.padLeft}, {w.padBottom, w.padRight}},
            maximum ? Algorithm::pooling_max : average};
}

std::unique_ptr<Step> makePoolForward(StepRequest &request, bool maximum)
{
    const PoolingDescs descs =
        poolingDescs(request.attributes<Pool2dAttributes>(), maximum, request.inputType(0), request.outputType());
    const auto desc = poolingForwardDesc(Propagation::forward_training, descs.algorithm, descs.x, descs.y, descs.window);
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::pooling_forward(desc));
    step->argument(call, DNNL_ARG_SRC, descs.x, request.op.inputs[0]);
    step->argument(call, DNNL_ARG_DST, descs.y, request.op.outputs[0]);
    if (maximum) {
        step->argument(call, DNNL_ARG_WORKSPACE, desc.workspace_desc(), request.op.outputs[1]);
        request.outputBytes[1] = desc.workspace_desc().get_size();
    }
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

std::unique_ptr<Step> makePoolBackward(StepRequest &request, bool maximum)
{
    const PoolingDescs descs =
        poolingDescs(request.attributes<Pool2dAttributes>(), maximum, request.outputType(), request.inputType(0));
    const auto forward = poolingForwardDesc(Propagation::forward_training, descs.algorithm, descs.x, descs.y, descs.window);
    const auto desc = poolingBackwardDesc(descs.algorithm, descs.x, descs.y, descs.window, forward);
    auto step = std::make_unique<PrimitiveStep>();
    const std::size_t call = step->add(dnnl::pooling_backward(desc));
    step->argument(call, DNNL_ARG_DIFF_DST, descs.y, request.op.inputs[0]);
    if (maximum)
        step->argument(call, DNNL_ARG_WORKSPACE, forward.workspace_desc(), request.op.inputs[1]);
    step->argument(call, DNNL_ARG_DIFF_SRC, descs.x, request.op.outputs[0]);
    step->scratchArgument(call, DNNL_ARG_SCRATCHPAD, desc.scratchpad_desc(), 0);
    request.scratchBytes = desc.scratchpad_desc().get_size();
    return step;
}

}  // namespace trainyard::cpu
