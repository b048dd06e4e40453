#include "engine/backends/cuda/convolution_route.h"

namespace trainyard::cuda {

namespace {

// A GPU multiplies and adds about this often on its ordinary cores while it moves one byte of a copy: an estimate
// between a card of much bandwidth (H200: 14) and one of little (RTX 4090: 82).
constexpr double kOperationsPerCopiedByte = 64;
// About as long as starting two more kernels takes.
constexpr double kLeastOperations = 2e8;

double operations(const ConvolutionShape &shape)
{
    return 2.0 * static_cast<double>(shape.resultElements()) * static_cast<double>(shape.taps())
           * static_cast<double>(shape.imageChannels / shape.groups);
}

Convolution withChannels(Convolution convolution, std::int64_t channels)
{
    convolution.shape.imageChannels = channels;
    return convolution;
}

ConvolutionEpilogue fusedEpilogue(bool bias, const ActivationAttributes &post)
{
    if (post.kind == ActivationKind::Relu)
        return ConvolutionEpilogue::BiasRelu;
    return bias && post.kind == ActivationKind::Identity ? ConvolutionEpilogue::Bias : ConvolutionEpilogue::None;
}

}  // namespace

std::int64_t paddedChannels(const Convolution &asked, const DeviceProperties &device)
{
    const std::int64_t channels = asked.shape.imageChannels;
    const std::int64_t padded = (channels + kTensorCoreChannels - 1) / kTensorCoreChannels * kTensorCoreChannels;
    if (asked.dtype == DType::F32 || asked.shape.groups != 1 || padded == channels)
        return channels;
    const Convolution wide = withChannels(asked, padded);
    const auto plain = planConvolution(asked, device), other = planConvolution(wide, device);
    if (!other || !other->taken.tensorCores)
        return plain ? channels : padded;
    if (!plain)
        return padded;
    const double copied = static_cast<double>(wide.shape.imageElements()) * static_cast<double>(dtypeBytes(asked.dtype));
    if (plain->taken.tensorCores)
        return static_cast<double>(plain->taken.workspaceBytes) >= copied ? padded : channels;
    const double work = operations(asked.shape);
    return work > kOperationsPerCopiedByte * copied && work > kLeastOperations ? padded : channels;
}

std::string layerNameOf(const StepRequest &request)
{
    for (const Value &value : request.list.values) {
        const std::size_t end = value.name.rfind('/');
        if (value.role == Role::Parameter && value.layer == request.op.layer && end != std::string::npos)
            return value.name.substr(0, end);
    }
    return opSpec(request.op.kind).name;
}

Result<ConvolutionRoute> routeConvolution(const Convolution &asked, bool bias, const ActivationAttributes &post, StepRequest &request)
{
    const std::int64_t channels = asked.shape.imageChannels, padded = paddedChannels(asked, request.device);
    if (padded != channels)
        addNote(request.notes, fmt::format("{}: {} input channel{} {} padded to {} for the tensor cores.", layerNameOf(request), channels,
                                           channels == 1 ? "" : "s", channels == 1 ? "is" : "are", padded));
    const bool autotune = request.settings.autotune;
    Convolution convolution = withChannels(asked, padded);
    convolution.epilogue = fusedEpilogue(bias, post);
    if (convolution.epilogue != ConvolutionEpilogue::None)
        if (auto fused = takeConvolution(convolution, request.device, autotune, request.choices, request.notes))
            return ConvolutionRoute{std::move(*fused), padded != channels, false};
    convolution.epilogue = ConvolutionEpilogue::None;
    TRAINYARD_TRY(auto plan, takeConvolution(convolution, request.device, autotune, request.choices, request.notes));
    return ConvolutionRoute{std::move(plan), padded != channels, bias || post.kind != ActivationKind::Identity};
}

}  // namespace trainyard::cuda
