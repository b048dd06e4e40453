// The NVIDIA driver's own counters, through its library NVML, which is opened at run time: a machine without a driver has
// no such library and needs none.
//
// One session serves the whole process: open() gives the one that is there, and the last holder closes it. Any thread;
// most calls take microseconds to a millisecond, opening tens of milliseconds: not on the UI thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/telemetry/gpu_reading.h"
#include "engine/telemetry/nvml_functions.h"

namespace trainyard {

class NvmlGpu;

class Nvml : public std::enable_shared_from_this<Nvml> {
public:
    // library: the file; empty takes the one in the environment variable TRAINYARD_NVML, else the driver's.
    // Errors: NotFound (there is no driver), Unsupported (the library lacks what is needed, or does not fit the kernel's
    // part of the driver), Internal (it does not start); each says what to do.
    static Result<std::shared_ptr<Nvml>> open(std::string library = {});
    ~Nvml();
    Nvml(const Nvml &) = delete;
    Nvml &operator=(const Nvml &) = delete;

    DriverFacts driver() const;
    std::vector<NvmlGpu> gpus() const;  // in the driver's order; those that answer
    // The GPU that CUDA knows under the same uuid ("GPU-..."). Empty when the driver shows none such.
    std::optional<NvmlGpu> gpu(std::string_view uuid) const;

    const nvml::Functions &functions() const { return m_functions; }

private:
    Nvml(std::string path, void *library) : m_path(std::move(path)), m_functions(library) {}

    const std::string m_path;
    const nvml::Functions m_functions;
    bool m_started = false;
};

// One GPU; keeps the session open. Copies are the same GPU. Any thread.
class NvmlGpu {
public:
    NvmlGpu(std::shared_ptr<const Nvml> session, nvml::Device device, unsigned index);

    unsigned index() const { return m_index; }
    std::string uuid() const;  // empty when unknown
    GpuFacts facts() const;
    // Everything but PCIe rates (slow) and what lies between two moments (see NvmlGpm).
    GpuReading read() const;
    void readPcie(GpuReading &reading) const;  // waits 40 ms
    // The programs that hold memory, the largest first. Empty optional: the driver does not tell.
    std::optional<std::vector<GpuProcess>> processes() const;
    std::optional<double> energy() const;  // J since the driver was loaded

    const nvml::Functions &functions() const { return m_session->functions(); }
    nvml::Device device() const { return m_device; }

private:
    std::shared_ptr<const Nvml> m_session;
    nvml::Device m_device;
    unsigned m_index;
};

// The GPU of this uuid, in the process's session. Empty: there is no driver, it shows none such, or the uuid is empty.
std::optional<NvmlGpu> findGpu(std::string_view uuid);

}  // namespace trainyard
