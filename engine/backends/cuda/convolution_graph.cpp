#include "engine/backends/cuda/convolution_graph.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace trainyard::cuda {

namespace {

constexpr std::int64_t kAlignment = 16;       // bytes; the arena's addresses are at 256
constexpr std::int64_t kMostAdvised = 64, kMostKnobs = 48;
constexpr std::int64_t kFirstInnerTensor = 100;  // ids of tensors that never reach memory

cudnnDataType_t dataType(DType dtype)
{
    return dtype == DType::BF16 ? CUDNN_DATA_BFLOAT16 : dtype == DType::F16 ? CUDNN_DATA_HALF : CUDNN_DATA_FLOAT;
}

using Sizes = std::vector<std::int64_t>;

// cuDNN names dimensions n, c, (d,) h, w; memory is n, (d,) h, w, c.
GraphDescriptor tensor(std::int64_t id, cudnnDataType_t type, const Sizes &nchw, bool isVirtual = false)
{
    Sizes strides(nchw.size());
    std::int64_t stride = nchw[1];
    for (std::size_t i = nchw.size() - 1; i > 1; --i) {
        strides[i] = stride;
        stride *= nchw[i];
    }
    strides[0] = stride;
    strides[1] = 1;
    GraphDescriptor made(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    made.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, id)
        .set(CUDNN_ATTR_TENSOR_DATA_TYPE, type)
        .set(CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, kAlignment)
        .set(CUDNN_ATTR_TENSOR_DIMENSIONS, nchw)
        .set(CUDNN_ATTR_TENSOR_STRIDES, strides);
    if (isVirtual)
        made.set(CUDNN_ATTR_TENSOR_IS_VIRTUAL, true);
    made.finalized();
    return made;
}

// These two dimensions and the numbers along depth, height and width; images have no depth.
Sizes withSpace(std::initializer_list<std::int64_t> first, const ConvolutionShape &shape, std::int64_t depth, std::int64_t height, std::int64_t width)
{
    Sizes sizes(first);
    if (shape.depth.isVolume)
        sizes.push_back(depth);
    sizes.push_back(height);
    sizes.push_back(width);
    return sizes;
}

struct OperationWords {
    cudnnBackendDescriptorType_t type;
    cudnnBackendAttributeName_t image, filter, result, window, alpha, beta;
};

constexpr OperationWords kOperations[] = {
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA},
    {CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
     CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA},
};

}  // namespace

std::string engineChoiceText(const EngineChoice &choice)
{
    std::string text = fmt::format("engine {}:", choice.engine);
    for (const auto &[type, value] : choice.knobs)
        text += fmt::format(" {}={}", type, value);
    return text;
}

std::optional<EngineChoice> parseEngineChoice(const std::string &text)
{
    std::istringstream in(text);
    std::string word;
    EngineChoice choice;
    char mark = 0;
    if (!(in >> word) || word != "engine" || !(in >> choice.engine >> mark) || mark != ':' || choice.engine < 0)
        return std::nullopt;
    std::int64_t type = 0, value = 0;
    while (in >> type) {
        if (!(in >> mark >> value) || mark != '=')
            return std::nullopt;
        choice.knobs.emplace_back(type, value);
    }
    return in.eof() ? std::optional(choice) : std::nullopt;
}

Result<GraphDescriptor> describeDevice(const DeviceProperties &properties)
{
    const std::string json = properties.cudnnJson();
    GraphDescriptor device(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    device.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, static_cast<std::int64_t>(json.size()), json.data());
    TRAINYARD_CHECK(device.finalize());
    return device;
}

void ConvolutionGraph::addConvolution(bool isVirtualResult)
{
    const ConvolutionShape &s = m_convolution.shape;
    const Window2d &w = s.window;
    const cudnnDataType_t type = dataType(m_convolution.dtype);
    const ConvolutionDepth &d = s.depth;
    const Sizes before = withSpace({}, s, d.padBefore, w.padTop, w.padLeft), after = withSpace({}, s, d.padAfter, w.padBottom, w.padRight),
                stride = withSpace({}, s, d.stride, w.strideH, w.strideW), dilation = withSpace({}, s, d.dilation, w.dilationH, w.dilationW);
    const cudnnConvolutionMode_t mode = CUDNN_CROSS_CORRELATION;
    GraphDescriptor window(CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    window.set(CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_DATA_FLOAT)
        .set(CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode)
        .set(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, static_cast<std::int64_t>(stride.size()))
        .set(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, before)
        .set(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, after)
        .set(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, stride)
        .set(CUDNN_ATTR_CONVOLUTION_DILATIONS, dilation);
    window.finalized();
    GraphDescriptor image = tensor(kImageTensor, type, withSpace({s.batch, s.imageChannels}, s, d.image, s.imageH, s.imageW));
    GraphDescriptor filter = tensor(kFilterTensor, type, withSpace({s.resultChannels, s.imageChannels / s.groups}, s, d.kernel, w.kernelH, w.kernelW));
    GraphDescriptor result = tensor(isVirtualResult ? kFirstInnerTensor : kResultTensor, isVirtualResult ? CUDNN_DATA_FLOAT : type,
                                    withSpace({s.batch, s.resultChannels}, s, d.result, s.resultH, s.resultW), isVirtualResult);
    const OperationWords &words = kOperations[static_cast<int>(m_convolution.direction)];
    GraphDescriptor operation(words.type);
    operation.set(words.window, window)
        .set(words.image, image)
        .set(words.filter, filter)
        .set(words.result, result)
        .set(words.alpha, 1.0f)
        .set(words.beta, 0.0f);
    operation.finalized();
    m_operations.push_back(std::move(operation));
    for (GraphDescriptor *part : {&window, &image, &filter, &result})
        m_parts.push_back(std::move(*part));
}

void ConvolutionGraph::addPointwise(cudnnPointwiseMode_t mode, GraphDescriptor x, GraphDescriptor *b, GraphDescriptor y)
{
    GraphDescriptor what(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
    what.set(CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode).set(CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_DATA_FLOAT);
    what.finalized();
    GraphDescriptor operation(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
    operation.set(CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, what)
        .set(CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x)
        .set(CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
    if (b)
        operation.set(CUDNN_ATTR_OPERATION_POINTWISE_BDESC, *b);
    operation.finalized();
    m_operations.push_back(std::move(operation));
    m_parts.push_back(std::move(what));
    m_parts.push_back(std::move(x));
    if (b)
        m_parts.push_back(std::move(*b));
    m_parts.push_back(std::move(y));
}

Result<ConvolutionGraph> ConvolutionGraph::make(const Convolution &convolution)
{
    ConvolutionGraph graph(convolution);
    const ConvolutionShape &s = convolution.shape;
    const cudnnDataType_t type = dataType(convolution.dtype);
    const Sizes result = withSpace({s.batch, s.resultChannels}, s, s.depth.result, s.resultH, s.resultW);
    graph.addConvolution(convolution.epilogue != ConvolutionEpilogue::None);
    if (convolution.epilogue != ConvolutionEpilogue::None) {
        const bool relu = convolution.epilogue == ConvolutionEpilogue::BiasRelu;
        const auto inner = [&](std::int64_t i) { return tensor(kFirstInnerTensor + i, CUDNN_DATA_FLOAT, result, true); };
        GraphDescriptor bias = tensor(kBiasTensor, type, withSpace({1, s.resultChannels}, s, 1, 1, 1));
        graph.addPointwise(CUDNN_POINTWISE_ADD, inner(0), &bias, relu ? inner(1) : tensor(kResultTensor, type, result));
        if (relu)
            graph.addPointwise(CUDNN_POINTWISE_RELU_FWD, inner(1), nullptr, tensor(kResultTensor, type, result));
    }
    graph.m_graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, graph.m_operations);
    TRAINYARD_CHECK(graph.m_graph.finalize());
    return graph;
}

static bool hasNote(const GraphDescriptor &engine, cudnnBackendNumericalNote_t note)
{
    const auto notes = engine.values<cudnnBackendNumericalNote_t>(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                                                                  CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    return std::ranges::find(notes, note) != notes.end();
}

bool ConvolutionGraph::accepted(const GraphDescriptor &engine) const
{
    const auto behavior = engine.values<cudnnBackendBehaviorNote_t>(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE,
                                                                    CUDNN_BEHAVIOR_NOTE_TYPE_COUNT);
    if (std::ranges::find(behavior, CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION) != behavior.end())
        return false;
    if (hasNote(engine, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC) || hasNote(engine, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION))
        return false;
    if (m_convolution.dtype != DType::F32 || m_convolution.tf32)
        return true;
    return !hasNote(engine, CUDNN_NUMERICAL_NOTE_TENSOR_CORE) && !hasNote(engine, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS);
}

std::vector<EngineChoice> ConvolutionGraph::advised(cudnnBackendHeurMode_t mode, const GraphDescriptor &device) const
{
    GraphDescriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, m_graph)
        .set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, &mode)
        .set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, device);
    std::vector<EngineChoice> choices;
    if (!heuristic.finalized())
        return choices;
    const std::int64_t count =
        std::min(heuristic.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR), kMostAdvised);
    for (const GraphDescriptor &config :
         heuristic.descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, count)) {
        const auto engines = config.descriptors(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR, 1);
        if (engines.empty() || !accepted(engines.front()))
            continue;
        EngineChoice choice{engines.front().number(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, -1), {}};
        for (const GraphDescriptor &knob :
             config.descriptors(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, kMostKnobs)) {
            const auto type = knob.values<cudnnBackendKnobType_t>(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1);
            if (!type.empty())
                choice.knobs.emplace_back(type.front(), knob.number(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, 0));
        }
        if (choice.engine >= 0 && std::ranges::find(choices, choice) == choices.end())
            choices.push_back(std::move(choice));
    }
    return choices;
}

Result<ConvolutionGraph::Plan> ConvolutionGraph::plan(const EngineChoice &choice, const GraphDescriptor &device) const
{
    Plan made{GraphDescriptor(CUDNN_BACKEND_ENGINE_DESCRIPTOR), GraphDescriptor(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR),
              GraphDescriptor(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR), {}};
    made.engine.set(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, m_graph)
        .set(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, choice.engine)
        .set(CUDNN_ATTR_ENGINE_DEVICEPROP, device);
    TRAINYARD_CHECK(made.engine.finalize());
    if (!accepted(made.engine))
        return fail(ErrorCode::Unsupported, "cuDNN's engine {} does not give the same bits each time, or not in this precision.",
                    choice.engine);
    for (const auto &[type, value] : choice.knobs) {
        const auto knobType = static_cast<cudnnBackendKnobType_t>(type);
        GraphDescriptor &knob = made.knobs.emplace_back(CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR);
        knob.set(CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, CUDNN_TYPE_KNOB_TYPE, 1, &knobType).set(CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, value);
        TRAINYARD_CHECK(knob.finalize());
    }
    made.config.set(CUDNN_ATTR_ENGINECFG_ENGINE, made.engine);
    if (!made.knobs.empty())
        made.config.set(CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, made.knobs);
    TRAINYARD_CHECK(made.config.finalize());
    made.plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, made.config).set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, device);
    TRAINYARD_CHECK(made.plan.finalize());
    made.workspaceBytes = static_cast<std::uint64_t>(made.plan.number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, 0));
    made.tensorCores = hasNote(made.engine, CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
    return made;
}

}  // namespace trainyard::cuda
