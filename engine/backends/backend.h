// A backend compiles Programs into something that runs on one device. It knows ops and values, and nothing of
// layers or graphs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/program/memory_plan.h"
#include "engine/program/program.h"

namespace trainyard {

// Everything that decides the bits of a run on a device; stored with the run and held on resume.
struct DeviceSettings {
    int threads = 0;              // CPU: 0 picks the physical cores, at least 1
    std::string instructionSet;   // CPU: oneDNN's effective ISA; empty takes what the machine has
};

// A place to read or write a tensor in the canonical layout by the host.
class Executable {
public:
    virtual ~Executable() = default;

    // Of each compiled program, in the order given; known without any allocation.
    virtual const MemoryPlan &memoryPlan(std::size_t program) const = 0;

    // The whole arena's size: the forecast, to the byte. The same for all programs of this executable.
    virtual std::uint64_t arenaBytes() const = 0;

    // Takes the arena and zeroes it. Errors: OutOfMemory with asked and free bytes. Before this, only the two calls
    // above are allowed.
    virtual Status allocate() = 0;
    virtual std::uint64_t allocatedBytes() const = 0;  // 0 before allocate()

    // Binds a Role::Dataset value; the memory stays the caller's and must outlive the executable's use.
    virtual void bind(std::size_t program, ValueId value, std::span<const std::byte> data) = 0;

    // Writes the rows to gather (at most batchSize) for the next step.
    virtual void setIndices(std::size_t program, std::span<const std::int32_t> rows) = 0;

    // One step, complete when it returns on the CPU. Errors: Internal with the op's name.
    virtual Status run(std::size_t program, const StepScalars &scalars) = 0;

    // Any arena value in its canonical type and layout (weights are brought back from the device's own layout).
    // Between steps only. type.bytes() long.
    virtual Status read(std::size_t program, ValueId value, std::span<std::byte> out) = 0;
    virtual Status write(std::size_t program, ValueId value, std::span<const std::byte> in) = 0;

    // Seconds spent in each op of the last step when profiling is on; empty otherwise.
    virtual void setProfiling(bool on) = 0;
    virtual std::span<const double> opSeconds(std::size_t program) const = 0;
};

// What is true of this device, for the run's record and the doctor.
struct DeviceInfo {
    std::string id;            // "cpu", "cuda:0"
    std::string name;          // "Intel Xeon ...", "NVIDIA H200"
    std::string library;       // "oneDNN 2.6.3"
    std::string instructionSet;
    int threads = 0;           // the number compile() uses by default
    std::uint64_t memoryTotal = 0;  // 0: unknown
    std::uint64_t memoryFree = 0;
};

class Backend {
public:
    virtual ~Backend() = default;
    virtual DeviceInfo device() const = 0;

    // Chooses primitives and layouts and plans the memory; allocates no arena. Parameters with the same name in
    // several programs are one and the same memory. The programs are copied. Errors: Unsupported, Internal.
    virtual Result<std::unique_ptr<Executable>> compile(std::span<const Program *const> programs,
                                                        const DeviceSettings &settings) = 0;
};

// The backends this build and machine offer, with the reason for each that is missing.
struct BackendReport {
    std::string id;
    bool available = false;
    std::string reason;  // why not; empty when available
    std::optional<DeviceInfo> device;
};
std::vector<BackendReport> findBackends();

// "auto" (the best there is) or a device id. Errors: NotFound, with the reason.
Result<std::unique_ptr<Backend>> openBackend(const std::string &deviceId);

}  // namespace trainyard
