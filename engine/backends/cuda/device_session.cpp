#include "engine/backends/cuda/device_session.h"

#include <map>
#include <mutex>

namespace trainyard::cuda {

namespace {

// What this process knows of a card.
struct Health {
    int sessions = 0;
    bool lost = false;
    std::string reason;
};

std::mutex healthMutex;

std::map<int, Health> &healthByDevice()
{
    static std::map<int, Health> table;
    return table;
}

// With the mutex held, and no session left. A driver that refuses leaves the card lost for this process.
void reset(int device, Health &health)
{
    cudaSetDevice(device);  // makes it the current one even where it repeats the error of the lost context
    if (cudaDeviceReset() == cudaSuccess)
        health = {};
    cudaGetLastError();
}

}  // namespace

Result<std::unique_ptr<DeviceSession>> DeviceSession::open(int device)
{
    std::unique_ptr<DeviceSession> session(new DeviceSession(device));
    {
        const std::lock_guard lock(healthMutex);
        Health &health = healthByDevice()[device];
        if (health.lost && health.sessions == 0)
            reset(device, health);
        if (health.lost)
            return fail(ErrorCode::Internal,
                        "cuda:{} is unusable since an error of an earlier run ({}). {}", device, health.reason,
                        health.sessions > 0 ? "It is reset when the runs that used it are closed." : "Start the program again.");
        ++health.sessions;
        session->m_counted = true;
    }
    TRAINYARD_CHECK(session->start());
    return session;
}

Status DeviceSession::start()
{
    TRAINYARD_CHECK(check(cudaSetDevice(m_device), "be chosen for the run"));
    TRAINYARD_TRY(m_compute, makeStream());
    TRAINYARD_TRY(m_copy, makeStream());
    TRAINYARD_TRY(m_gather, makeStream());
    TRAINYARD_CHECK(check(cublasLtCreate(&m_libraries.cublasLt), "start cuBLASLt"));
    TRAINYARD_CHECK(check(cudnnCreate(&m_libraries.cudnn), "start cuDNN"));
    return check(cudnnSetStream(m_libraries.cudnn, m_compute.get()), "give cuDNN its stream");
}

DeviceSession::~DeviceSession()
{
    cudaSetDevice(m_device);
    release();
    if (!m_counted)
        return;
    const std::lock_guard lock(healthMutex);
    Health &health = healthByDevice()[m_device];
    if (--health.sessions == 0 && health.lost)
        reset(m_device, health);
}

void DeviceSession::release()
{
    if (m_libraries.cudnn)
        cudnnDestroy(m_libraries.cudnn);
    if (m_libraries.cublasLt)
        cublasLtDestroy(m_libraries.cublasLt);
    m_libraries = {};
    m_gather.reset();
    m_copy.reset();
    m_compute.reset();
    cudaGetLastError();
}

Status DeviceSession::use()
{
    if (m_lost)
        return fail(*m_lost);
    return check(cudaSetDevice(m_device), "be used by this thread");
}

tl::unexpected<Error> DeviceSession::failed(Error error)
{
    if (m_lost)
        return fail(*m_lost);
    // Any call tells: a lost context answers all of them with the error that destroyed it.
    const cudaError_t state = m_compute ? cudaStreamQuery(m_compute.get()) : cudaGetLastError();
    cudaGetLastError();
    if (isSticky(state)) {
        m_lost = error;
        const std::lock_guard lock(healthMutex);
        Health &health = healthByDevice()[m_device];
        health.lost = true;
        health.reason = cudaGetErrorString(state);
    }
    return fail(std::move(error));
}

Result<std::uint64_t> DeviceSession::freeBytes() const
{
    std::size_t free = 0, total = 0;
    TRAINYARD_CHECK(check(cudaMemGetInfo(&free, &total), "tell its free memory"));
    return static_cast<std::uint64_t>(free);
}

std::uint64_t DeviceSession::freeBytesIfOpen(int device)
{
    const std::lock_guard lock(healthMutex);
    const auto known = healthByDevice().find(device);
    if (known == healthByDevice().end() || known->second.sessions == 0 || known->second.lost)
        return 0;
    // The thread stays with this card: going back to another could make a context there, and every user chooses first.
    std::size_t free = 0, total = 0;
    const bool asked = cudaSetDevice(device) == cudaSuccess && cudaMemGetInfo(&free, &total) == cudaSuccess;
    cudaGetLastError();
    return asked ? free : 0;
}

}  // namespace trainyard::cuda
