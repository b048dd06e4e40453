// A run's hold on one card: its streams and the libraries' handles. When a step has destroyed the card's context
// (a sticky error), the last session of that card resets it on leaving, so that a new run can start.
#pragma once

#include <memory>
#include <optional>

#include "engine/backends/cuda/resources.h"
#include "engine/backends/cuda/step.h"

namespace trainyard::cuda {

class DeviceSession {
public:
    // Errors: Internal with the text of CUDA or a library; Internal, too, while another run holds a lost context.
    static Result<std::unique_ptr<DeviceSession>> open(int device);
    ~DeviceSession();
    DeviceSession(const DeviceSession &) = delete;
    DeviceSession &operator=(const DeviceSession &) = delete;

    // Before every use: makes the card the calling thread's. Errors: the one that destroyed the context.
    Status use();

    // What to return after an error: looks whether the context is lost, and keeps the first such error for use().
    tl::unexpected<Error> failed(Error error);

    int device() const { return m_device; }
    cudaStream_t compute() const { return m_compute.get(); }
    cudaStream_t copy() const { return m_copy.get(); }      // host to device, beside the computation
    cudaStream_t gather() const { return m_gather.get(); }  // host functions alone, which collect rows for the copy
    const Libraries &libraries() const { return m_libraries; }
    Result<std::uint64_t> freeBytes() const;

    // Free memory of a card on which this process has a session anyway; 0 (unknown) otherwise, because asking would
    // make a context there, which itself takes memory. Any thread.
    static std::uint64_t freeBytesIfOpen(int device);

private:
    explicit DeviceSession(int device) : m_device(device) {}
    Status start();
    void release();

    int m_device;
    bool m_counted = false;
    std::optional<Error> m_lost;
    Stream m_compute, m_copy, m_gather;
    Libraries m_libraries;
};

}  // namespace trainyard::cuda
