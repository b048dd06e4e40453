#include "engine/backends/compile_placed.h"

#include <algorithm>

#include "engine/backends/placed_executable.h"

namespace trainyard {

namespace {

// What decides the bits on a device beside the run's own, and what its backend chose, is kept among the run's choices
// under the device's name.
constexpr const char *kThreads = "threads", *kInstructionSet = "instruction set";

std::string keyOf(const std::string &device, const std::string &key)
{
    return device + "/" + key;
}

DeviceSettings settingsOf(const std::string &device, const DeviceSettings &run)
{
    DeviceSettings settings = run;
    settings.instructionSet.clear();  // the run's own device's
    settings.choices.clear();
    const std::string prefix = keyOf(device, {});
    for (const auto &[key, choice] : run.choices) {
        if (!key.starts_with(prefix))
            continue;
        const std::string own = key.substr(prefix.size());
        if (own == kInstructionSet)
            settings.instructionSet = choice;
        else if (own == kThreads)
            settings.threads = std::max(0, std::atoi(choice.c_str()));
        else
            settings.choices[own] = choice;
    }
    return settings;
}

// The same programs with one list of devices, the run's first: a device that is the run's own is no other.
struct Placing {
    std::vector<Program> programs;
    std::vector<std::string> devices;
    std::vector<std::string> layers;  // one that is placed there, per device
    bool isPlaced = false;
};

Placing resolve(std::span<const Program *const> programs, const std::string &runDevice)
{
    Placing placing;
    placing.devices = {runDevice};
    placing.layers = {{}};
    for (const Program *program : programs) {
        std::vector<std::int32_t> indices;
        for (const std::string &name : program->devices) {
            const std::string &device = name.empty() ? runDevice : name;
            auto found = std::find(placing.devices.begin(), placing.devices.end(), device);
            if (found == placing.devices.end()) {
                found = placing.devices.insert(placing.devices.end(), device);
                placing.layers.emplace_back();
            }
            indices.push_back(static_cast<std::int32_t>(found - placing.devices.begin()));
        }
        Program &resolved = placing.programs.emplace_back(*program);
        for (Op &op : resolved.list.ops) {
            op.device = indices[static_cast<std::size_t>(op.device)];
            placing.isPlaced = placing.isPlaced || op.device != 0;
            std::string &layer = placing.layers[static_cast<std::size_t>(op.device)];
            if (layer.empty() && op.layer >= 0)
                layer = program->layerNames[static_cast<std::size_t>(op.layer)];
        }
    }
    for (Program &program : placing.programs)
        program.devices = placing.devices;
    return placing;
}

tl::unexpected<Error> placedThere(Error error, const std::string &layer, const std::string &device)
{
    if (layer.empty())
        return fail(std::move(error));
    error.message = fmt::format("{} is placed on {}: {}", layer, device, error.message);
    if (error.node.empty())
        error.node = layer;
    return fail(std::move(error));
}

}  // namespace

KernelChoices PlacedExecutable::choices() const
{
    KernelChoices choices;
    for (const Device &device : m_devices) {
        if (!device.executable)
            continue;
        for (const auto &[key, choice] : device.executable->choices())
            choices[device.backend ? keyOf(device.info.id, key) : key] = choice;
        if (!device.backend)
            continue;
        if (!device.info.instructionSet.empty())
            choices[keyOf(device.info.id, kInstructionSet)] = device.info.instructionSet;
        if (device.info.threads > 0)
            choices[keyOf(device.info.id, kThreads)] = std::to_string(device.info.threads);
    }
    return choices;
}

Result<std::unique_ptr<Executable>> compilePlaced(std::span<const Program *const> programs, Backend &run,
                                                  const DeviceSettings &settings, const OpenBackend &open)
{
    const DeviceInfo runDevice = run.device();
    Placing placing = resolve(programs, runDevice.id);
    if (!placing.isPlaced)
        return run.compile(programs, settings);
    std::vector<const Program *> whole;
    for (const Program &program : placing.programs)
        whole.push_back(&program);
    TRAINYARD_TRY(Partition partition, partitionPrograms(whole));

    std::vector<PlacedExecutable::Device> devices(placing.devices.size());
    for (std::size_t i = 0; i < partition.parts.size(); ++i)
        devices[static_cast<std::size_t>(partition.parts[i].device)].parts.push_back(i);
    for (std::size_t d = 0; d < devices.size(); ++d) {
        PlacedExecutable::Device &device = devices[d];
        device.info = runDevice;
        if (device.parts.empty())
            continue;
        std::vector<const Program *> own;
        for (const std::size_t part : device.parts)
            own.push_back(&partition.parts[part].content);
        DeviceSettings asked = settings;
        if (d > 0) {
            auto opened = open(placing.devices[d]);
            if (!opened)
                return placedThere(opened.error(), placing.layers[d], placing.devices[d]);
            device.backend = std::move(*opened);
            device.info = device.backend->device();
            asked = settingsOf(device.info.id, settings);
        }
        auto compiled = (d > 0 ? *device.backend : run).compile(own, asked);
        if (!compiled)
            return d > 0 ? placedThere(compiled.error(), placing.layers[d], device.info.id) : fail(compiled.error());
        device.executable = std::move(*compiled);
        if (asked.threads > 0)
            device.info.threads = asked.threads;  // what it was compiled for, to be held on resume
    }
    return std::make_unique<PlacedExecutable>(std::move(placing.programs), std::move(partition), std::move(devices));
}

}  // namespace trainyard
