// A fresh simulated device for each test, with one stream and the ways in and out of its memory.
#pragma once

#include <QtTest>

#include <vector>

#include <simulated_device_language.h>

namespace trainyard::tests {

class SimulatedDevice {
public:
    // What the environment told the device before is forgotten.
    cudaError_t reset()
    {
        for (const char *name : {"TRAINYARD_SIMULATED_THREADS", "TRAINYARD_SIMULATED_SCHEDULE", "TRAINYARD_SIMULATED_MEMORY_MIB",
                                 "TRAINYARD_SIMULATED_FAULT", "TRAINYARD_SIMULATED_DEVICES", "TRAINYARD_SIMULATED_DRIVER"})
            qunsetenv(name);
        cudaDeviceReset();
        return cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking);
    }

    cudaStream_t stream() const { return m_stream; }

    // Null where the memory was refused.
    template <typename T>
    T *put(const std::vector<T> &values)
    {
        void *memory = nullptr;
        if (cudaMalloc(&memory, values.size() * sizeof(T)) != cudaSuccess)
            return nullptr;
        cudaMemcpy(memory, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice);
        return static_cast<T *>(memory);
    }

    // After what the stream was given to do.
    template <typename T>
    std::vector<T> get(const T *memory, std::size_t count)
    {
        std::vector<T> values(count);
        cudaStreamSynchronize(m_stream);
        cudaMemcpy(values.data(), memory, count * sizeof(T), cudaMemcpyDeviceToHost);
        return values;
    }

private:
    cudaStream_t m_stream = nullptr;
};

}  // namespace trainyard::tests
