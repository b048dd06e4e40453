#include "engine/backends/cuda/convolution_operand.h"

#include "engine/backends/cuda/image_copy.h"

namespace trainyard::cuda {

ImageOperand::ImageOperand(const StepRequest &request, ValueId value, std::int64_t channels, ScratchLayout &scratch) :
    m_value(value), m_channels(channels)
{
    const TensorType &type = request.list.value(value).type;
    m_dtype = type.dtype;
    m_valueChannels = type.shape.back();
    m_pixels = type.shape.elements() / m_valueChannels;
    m_copied = channels != m_valueChannels;
    if (m_copied)
        m_offset = scratch.take(static_cast<std::uint64_t>(m_pixels * channels) * dtypeBytes(m_dtype));
}

Status ImageOperand::read(const StepMemory &memory, cudaStream_t stream) const
{
    if (!m_copied)
        return {};
    return copyChannels(stream, m_dtype, m_pixels, memory.at<const std::byte>(m_value), m_valueChannels, address(memory), m_channels);
}

Status ImageOperand::write(const StepMemory &memory, cudaStream_t stream) const
{
    if (!m_copied)
        return {};
    return copyChannels(stream, m_dtype, m_pixels, address(memory), m_channels, memory.at<std::byte>(m_value), m_valueChannels);
}

FilterOperand::FilterOperand(const StepRequest &request, ValueId value, const Convolution &convolution, ScratchLayout &scratch) :
    m_value(value), m_filters(convolution.shape.resultChannels),
    m_taps(convolution.shape.taps())
{
    const TensorType &type = request.list.value(value).type;
    m_valueForm = {type.dtype, request.layouts[static_cast<std::size_t>(value)], type.shape[type.shape.rank() - 2]};
    m_form = {convolution.dtype, ValueLayout::FilterKrsc, convolution.shape.imageChannels / convolution.shape.groups};
    m_copied = m_form != m_valueForm;
    if (m_copied)
        m_offset = scratch.take(static_cast<std::uint64_t>(convolution.shape.filterElements()) * dtypeBytes(m_form.dtype));
}

Status FilterOperand::read(const StepMemory &memory, cudaStream_t stream) const
{
    if (!m_copied)
        return {};
    return copyFilter(stream, m_filters, m_taps, memory.at<const std::byte>(m_value), m_valueForm, address(memory), m_form);
}

Status FilterOperand::write(const StepMemory &memory, cudaStream_t stream) const
{
    if (!m_copied)
        return {};
    return copyFilter(stream, m_filters, m_taps, address(memory), m_form, memory.at<std::byte>(m_value), m_valueForm);
}

}  // namespace trainyard::cuda
