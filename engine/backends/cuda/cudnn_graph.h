// cuDNN's backend descriptors, owned: a graph, its engines and plans are described by setting attributes and finalizing.
// The first refusal is kept and given by status() and finalize(), so that a description reads as one sentence.
// No device and no handle is needed here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <cudnn.h>

#include "engine/base/result.h"

namespace trainyard::cuda {

class GraphDescriptor {
public:
    explicit GraphDescriptor(cudnnBackendDescriptorType_t type) { note(cudnnBackendCreateDescriptor(type, &m_descriptor)); }
    ~GraphDescriptor();
    GraphDescriptor(GraphDescriptor &&other) noexcept :
        m_descriptor(std::exchange(other.m_descriptor, nullptr)), m_status(other.m_status), m_attribute(other.m_attribute)
    {
    }
    GraphDescriptor &operator=(GraphDescriptor &&other) noexcept;

    GraphDescriptor &set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t count, const void *values);
    GraphDescriptor &set(cudnnBackendAttributeName_t name, std::int64_t value) { return set(name, CUDNN_TYPE_INT64, 1, &value); }
    GraphDescriptor &set(cudnnBackendAttributeName_t name, std::span<const std::int64_t> values);
    GraphDescriptor &set(cudnnBackendAttributeName_t name, cudnnDataType_t value) { return set(name, CUDNN_TYPE_DATA_TYPE, 1, &value); }
    GraphDescriptor &set(cudnnBackendAttributeName_t name, float value) { return set(name, CUDNN_TYPE_FLOAT, 1, &value); }
    GraphDescriptor &set(cudnnBackendAttributeName_t name, bool value) { return set(name, CUDNN_TYPE_BOOLEAN, 1, &value); }
    GraphDescriptor &set(cudnnBackendAttributeName_t name, const GraphDescriptor &value);
    GraphDescriptor &set(cudnnBackendAttributeName_t name, std::span<const GraphDescriptor> values);

    // Errors: Unsupported where cuDNN says so, else Internal; the number of the attribute refused is in the detail.
    Status finalize();
    bool finalized();  // the same for who needs no words

    // The first values of an attribute, at most `most`; fewer or none where it has fewer.
    template <typename T>
    std::vector<T> values(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, std::int64_t most) const
    {
        std::vector<T> found(static_cast<std::size_t>(most));
        std::int64_t count = 0;
        if (cudnnBackendGetAttribute(m_descriptor, name, type, most, &count, found.data()) != CUDNN_STATUS_SUCCESS)
            count = 0;
        found.resize(static_cast<std::size_t>(count < most ? count : most));
        return found;
    }
    std::int64_t number(cudnnBackendAttributeName_t name, std::int64_t otherwise) const;
    // The descriptors of an attribute, which cuDNN fills into ones made beforehand.
    std::vector<GraphDescriptor> descriptors(cudnnBackendAttributeName_t name, cudnnBackendDescriptorType_t type,
                                             std::int64_t most) const;
    std::int64_t count(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type) const;

    cudnnBackendDescriptor_t get() const { return m_descriptor; }

private:
    void note(cudnnStatus_t status, int attribute = -1)
    {
        if (m_status == CUDNN_STATUS_SUCCESS && status != CUDNN_STATUS_SUCCESS) {
            m_status = status;
            m_attribute = attribute;
        }
    }

    cudnnBackendDescriptor_t m_descriptor = nullptr;
    cudnnStatus_t m_status = CUDNN_STATUS_SUCCESS;
    int m_attribute = -1;
};

}  // namespace trainyard::cuda
