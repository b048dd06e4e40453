#include "engine/backends/cuda/cudnn_graph.h"

namespace trainyard::cuda {

GraphDescriptor::~GraphDescriptor()
{
    if (m_descriptor)
        cudnnBackendDestroyDescriptor(m_descriptor);
}

GraphDescriptor &GraphDescriptor::operator=(GraphDescriptor &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_status, other.m_status);
    std::swap(m_attribute, other.m_attribute);
    return *this;
}

GraphDescriptor &GraphDescriptor::set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count,
                                      const void *values)
{
    if (m_status == CUDNN_STATUS_SUCCESS)
        note(cudnnBackendSetAttribute(m_descriptor, name, type, count, values), name);
    return *this;
}

GraphDescriptor &GraphDescriptor::set(cudnnBackendAttributeName_t name, std::span<const std::int64_t> values)
{
    return set(name, CUDNN_TYPE_INT64, static_cast<std::int64_t>(values.size()), values.data());
}

GraphDescriptor &GraphDescriptor::set(cudnnBackendAttributeName_t name, const GraphDescriptor &value)
{
    note(value.m_status, name);
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value.m_descriptor);
}

GraphDescriptor &GraphDescriptor::set(cudnnBackendAttributeName_t name, std::span<const GraphDescriptor> values)
{
    std::vector<cudnnBackendDescriptor_t> raw;
    raw.reserve(values.size());
    for (const GraphDescriptor &value : values) {
        note(value.m_status, name);
        raw.push_back(value.m_descriptor);
    }
    return set(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, static_cast<std::int64_t>(raw.size()), raw.data());
}

bool GraphDescriptor::finalized()
{
    if (m_status == CUDNN_STATUS_SUCCESS)
        note(cudnnBackendFinalize(m_descriptor));
    return m_status == CUDNN_STATUS_SUCCESS;
}

Status GraphDescriptor::finalize()
{
    if (finalized())
        return {};
    const bool unsupported = CUDNN_STATUS_CATEGORY(m_status) == CUDNN_STATUS_NOT_SUPPORTED;
    char text[512] = {};
    cudnnGetLastErrorString(text, sizeof text);
    std::string detail = m_attribute < 0 ? std::string(text) : fmt::format("attribute {}: {}", m_attribute, text);
    return fail(Error{unsupported ? ErrorCode::Unsupported : ErrorCode::Internal,
                      fmt::format("cuDNN refused a description: {}.", cudnnGetErrorString(m_status)), {}, std::move(detail)});
}

std::int64_t GraphDescriptor::number(cudnnBackendAttributeName_t name, std::int64_t otherwise) const
{
    const auto found = values<std::int64_t>(name, CUDNN_TYPE_INT64, 1);
    return found.empty() ? otherwise : found.front();
}

std::int64_t GraphDescriptor::count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const
{
    std::int64_t count = 0;
    if (cudnnBackendGetAttribute(m_descriptor, name, type, 0, &count, nullptr) != CUDNN_STATUS_SUCCESS)
        return 0;
    return count;
}

std::vector<GraphDescriptor> GraphDescriptor::descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type,
                                                          std::int64_t most) const
{
    std::vector<GraphDescriptor> made;
    std::vector<cudnnBackendDescriptor_t> raw;
    for (std::int64_t i = 0; i < most; ++i) {
        raw.push_back(made.emplace_back(type).get());
        if (!raw.back())
            return {};
    }
    std::int64_t found = 0;
    if (cudnnBackendGetAttribute(m_descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, most, &found, raw.data()) != CUDNN_STATUS_SUCCESS)
        found = 0;
    made.erase(made.begin() + static_cast<std::ptrdiff_t>(found < most ? found : most), made.end());
    return made;
}

}  // namespace trainyard::cuda
