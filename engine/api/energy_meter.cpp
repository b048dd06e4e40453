#include "engine/api/energy_meter.h"

#include <charconv>

#include "engine/base/file.h"

namespace trainyard {

namespace {

std::optional<std::uint64_t> readNumber(const std::filesystem::path &file)
{
    const auto text = readFile(file);
    if (!text)
        return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    return error == std::errc() && end != text->data() ? std::optional(number) : std::nullopt;
}

// "intel-rapl:0" is a package; "intel-rapl:0:1" is a part of one and counted with it; "psys" is more than processors.
bool isPackage(const std::filesystem::path &folder)
{
    const std::string name = folder.filename().string();
    if (!name.starts_with("intel-rapl:") || name.find(':', sizeof "intel-rapl:" - 1) != std::string::npos)
        return false;
    const auto label = readFile(folder / "name");
    return label && label->starts_with("package");
}

}  // namespace

std::optional<double> EnergyMeter::joules(const DeviceInfo &device)
{
    if (device.id == "cpu")
        return processorJoules();
    if (device.uuid.empty())
        return std::nullopt;
    auto known = m_gpus.find(device.uuid);
    if (known == m_gpus.end())
        known = m_gpus.emplace(device.uuid, findGpu(device.uuid)).first;
    return known->second ? known->second->energy() : std::nullopt;
}

std::optional<double> EnergyMeter::processorJoules()
{
    std::error_code code;
    double sum = 0;
    bool any = false;
    for (std::filesystem::directory_iterator entry(m_powercap, code), end; !code && entry != end; entry.increment(code)) {
        if (!isPackage(entry->path()))
            continue;
        const auto now = readNumber(entry->path() / "energy_uj");
        if (!now)
            return std::nullopt;  // a sum without one of the packages would be wrong
        Package &package = m_packages[entry->path()];
        if (*now < package.last)
            package.wraps += readNumber(entry->path() / "max_energy_range_uj").value_or(0);
        package.last = *now;
        sum += static_cast<double>(package.wraps + *now) * 1e-6;
        any = true;
    }
    return any ? std::optional(sum) : std::nullopt;
}

}  // namespace trainyard
