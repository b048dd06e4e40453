// A backend compiles Programs into something that runs on one device. It knows ops and values, and nothing of
// layers or graphs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/program/memory_plan.h"
#include "engine/program/program.h"

namespace trainyard {

// Which of several kernels was taken for an op of these shapes on this device: signature -> choice, both texts of the
// backend's own. Kept with the run, so that a resume takes the same ones and makes the same bits.
using KernelChoices = std::map<std::string, std::string>;

// Everything that decides the bits of a run on a device, and how much of the device it may take; stored with the run
// and held on resume.
struct DeviceSettings {
    int threads = 0;              // CPU: 0 picks the physical cores, at least 1
    std::string instructionSet;   // CPU: oneDNN's effective ISA; empty takes what the machine has
    bool tf32 = false;            // GPU: float32 products may round their factors to 10 bits of mantissa
    bool autotune = false;        // GPU: time the candidates instead of taking the library's first advice
    std::uint64_t memoryLimit = 0;  // GPU: bytes the run may take of the device, arena and data together; 0: what is free
    bool reserveMemory = false;   // GPU: take all of memoryLimit at once instead of what the plan needs
    KernelChoices choices;        // of the run that is resumed; empty in a new run
};

// Where the data set lies during a run on a device.
enum class DataPlacement : std::uint8_t {
    Host,      // the CPU reads it where it is
    Resident,  // copied to the device once
    Streamed,  // batches are copied while the step before them runs
};

// Where one step's time went, in milliseconds; what was not measured is absent.
struct StepTimes {
    std::uint64_t step = 0;                   // StepScalars::step of the step measured
    std::optional<double> dataWaitMs;         // the device waited for the batch to be gathered on the host
    std::optional<double> copyMs;             // batch and scalars to the device
    std::optional<double> forwardMs, backwardMs, updateMs;
    std::optional<double> hostGapMs;          // the device was idle between the step before and this one
};

// The metric accumulators as they were after one step, one after another in the order of Program::metrics.
struct MetricSums {
    std::int64_t tag = 0;  // the caller's, from requestMetrics()
    std::vector<double> sums;
};

// What is true of this device, for the run's record and the doctor.
struct DeviceInfo {
    std::string id;            // "cpu", "cuda:0"
    std::string name;          // "Intel Xeon ...", "NVIDIA H200"
    std::string library;       // "oneDNN 2.6.3", "CUDA 13.0, cuDNN 9.19.0"
    std::string instructionSet;  // CPU: "AVX-512 ..."; GPU: "compute capability 9.0"
    int threads = 0;           // CPU: the number compile() uses by default; GPU: 0
    std::uint64_t memoryTotal = 0;  // 0: unknown
    std::uint64_t memoryFree = 0;
    std::string driver;        // GPU: "580.65.06"; empty when unknown
    std::string uuid;          // GPU: "GPU-..."; empty when unknown
    bool lowPrecision = false; // bfloat16 and float16 programs run here
    bool bfloat16Products = false;  // CPU: instructions for them; without these 16 bit computes in float32
    // Starting an op costs more than a small op's arithmetic: programs are to be built with BuildOptions::deviceFusion.
    bool prefersFusion = false;
};

// What a run takes of one of its devices.
struct DeviceArena {
    DeviceInfo device;            // as it was when the run was compiled
    std::uint64_t arenaBytes = 0;
    std::uint64_t dataBytes = 0;  // the data set on the device, beside the arena
};

class Executable {
public:
    virtual ~Executable() = default;

    // Of each compiled program, in the order given; known without any allocation.
    virtual const MemoryPlan &memoryPlan(std::size_t program) const = 0;

    // The whole arena's size: the forecast, to the byte. The same for all programs of this executable.
    virtual std::uint64_t arenaBytes() const = 0;

    // Where the data set will lie, and the bytes of the device's memory it takes beside the arena (0 on the CPU).
    virtual DataPlacement dataPlacement() const { return DataPlacement::Host; }
    virtual std::uint64_t deviceDataBytes() const { return 0; }

    // Of a network whose layers lie on several devices, the run's own first; the parts add up to arenaBytes() and
    // deviceDataBytes(). Empty: all is on one device.
    virtual std::vector<DeviceArena> deviceArenas() const { return {}; }

    // What the choice of kernels has to tell people, one sentence each: padded channels, a fallback that was taken.
    virtual std::vector<std::string> notes() const { return {}; }
    virtual KernelChoices choices() const { return {}; }

    // Takes the arena and zeroes it. Errors: OutOfMemory with asked and free bytes. Before this, only the calls
    // above are allowed.
    virtual Status allocate() = 0;
    virtual std::uint64_t allocatedBytes() const = 0;  // 0 before allocate()

    // Binds a Role::Dataset value; the memory stays the caller's and must outlive the executable's use.
    // Errors: OutOfMemory, Internal.
    virtual Status bind(std::size_t program, ValueId value, std::span<const std::byte> data) = 0;

    // Writes the rows to gather (at most batchSize) for the next step.
    virtual void setIndices(std::size_t program, std::span<const std::int32_t> rows) = 0;

    // One step: complete when it returns on the CPU, queued on a GPU, where an error may come with a later call.
    // Errors: Internal with the op's name.
    virtual Status run(std::size_t program, const StepScalars &scalars) = 0;

    // The same step, and the same bits, op by op: after each op it waits and asks `look`, which may read() what the op has
    // made; false ends the step there. Slow: for looking into a step. Errors: those of run(), and look's.
    using LookAtOp = std::function<Result<bool>(std::size_t op)>;
    virtual Status runOpByOp(std::size_t program, const StepScalars &scalars, const LookAtOp &look) = 0;

    // Waits until everything queued is done. Errors: those of the steps queued.
    virtual Status finish() { return {}; }

    // Asks for the program's metric accumulators as they are after the steps run so far. They come back from
    // takeMetrics() in the order asked, without holding up the steps; with `wait`, the next one for certain.
    virtual Status requestMetrics(std::size_t program, std::int64_t tag) = 0;
    virtual Result<std::optional<MetricSums>> takeMetrics(bool wait) = 0;

    // Any arena value in its canonical type and layout (weights are brought back from the device's own layout), after
    // the steps run so far. type.bytes() long.
    virtual Status read(std::size_t program, ValueId value, std::span<std::byte> out) = 0;
    virtual Status write(std::size_t program, ValueId value, std::span<const std::byte> in) = 0;

    // Seconds spent in each op of the last step when profiling is on; empty otherwise.
    virtual void setProfiling(bool on) = 0;
    virtual std::span<const double> opSeconds(std::size_t program) const = 0;

    // The times of a step of program 0, measured now and then without holding it up; each is given once.
    virtual std::optional<StepTimes> takeStepTimes() { return std::nullopt; }
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

// A device of this machine, or why a kind of device is not there.
struct BackendReport {
    std::string id;            // "cpu", "cuda:0"; "cuda" when there is none
    bool available = false;
    std::string reason;        // why not; empty when available
    std::string advice;        // what to do about it; empty when nothing
    std::optional<DeviceInfo> device;
};

// Loads the CUDA module the first time, so tens of milliseconds: not on the UI thread.
std::vector<BackendReport> findBackends();

// "auto" (the best there is) or a device id. Errors: NotFound, with the reason; not on the UI thread.
Result<std::unique_ptr<Backend>> openBackend(const std::string &deviceId);

// Plans for a GPU that is not in this machine, from the text of its property file; nothing compiled by it can be
// allocated. Errors: NotFound without the CUDA module, InvalidFile.
Result<std::unique_ptr<Backend>> planningBackend(const std::string &properties);

}  // namespace trainyard
