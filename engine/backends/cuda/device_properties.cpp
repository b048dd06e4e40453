// The device's numbers as text and back. Nothing here touches a device.
#include "engine/backends/cuda/device_properties.h"

#include <limits>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"

namespace trainyard::cuda {

namespace {

using Json = nlohmann::ordered_json;

struct Number {
    const char *key;
    int DeviceProperties::*member;
};

// All numbers of a property file that are plain ints. The file's keys are the members' names.
constexpr Number kNumbers[] = {
    {"computeMajor", &DeviceProperties::computeMajor},
    {"computeMinor", &DeviceProperties::computeMinor},
    {"multiprocessors", &DeviceProperties::multiprocessors},
    {"sharedBytesPerBlock", &DeviceProperties::sharedBytesPerBlock},
    {"sharedBytesPerBlockDefault", &DeviceProperties::sharedBytesPerBlockDefault},
    {"sharedBytesReserved", &DeviceProperties::sharedBytesReserved},
    {"registersPerBlock", &DeviceProperties::registersPerBlock},
    {"registersPerMultiprocessor", &DeviceProperties::registersPerMultiprocessor},
    {"threadsPerBlock", &DeviceProperties::threadsPerBlock},
    {"threadsPerMultiprocessor", &DeviceProperties::threadsPerMultiprocessor},
    {"blocksPerMultiprocessor", &DeviceProperties::blocksPerMultiprocessor},
    {"warpSize", &DeviceProperties::warpSize},
    {"clockKHz", &DeviceProperties::clockKHz},
    {"memoryClockKHz", &DeviceProperties::memoryClockKHz},
    {"driverVersion", &DeviceProperties::driverVersion},
};

struct ByteCount {
    const char *key;
    std::uint64_t DeviceProperties::*member;
};

constexpr ByteCount kByteCounts[] = {
    {"memoryBytes", &DeviceProperties::memoryBytes},
    {"l2Bytes", &DeviceProperties::l2Bytes},
};

struct Sizes {
    const char *key;
    int (DeviceProperties::*member)[3];
};

constexpr Sizes kSizes[] = {
    {"maxGrid", &DeviceProperties::maxGrid},
    {"maxBlock", &DeviceProperties::maxBlock},
};

tl::unexpected<Error> wrong(const char *key, const char *wanted)
{
    return fail(ErrorCode::InvalidFile, "The device description has no usable \"{}\": it must be {}.", key, wanted);
}

bool isInt(const Json &json)
{
    if (json.is_number_unsigned())
        return json.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<int>::max());
    return json.is_number_integer() && json.get<std::int64_t>() >= 0;
}

Status readSizes(const Json &json, const Sizes &sizes, DeviceProperties &properties)
{
    const auto found = json.find(sizes.key);
    if (found == json.end() || !found->is_array() || found->size() != 3)
        return wrong(sizes.key, "three whole numbers");
    for (std::size_t i = 0; i < 3; ++i) {
        if (!isInt((*found)[i]))
            return wrong(sizes.key, "three whole numbers");
        (properties.*sizes.member)[i] = (*found)[i].get<int>();
    }
    return {};
}

}  // namespace

std::string DeviceProperties::capabilityText() const
{
    return fmt::format("{}.{}", computeMajor, computeMinor);
}

// The keys are those cuDNN 9.19 asks for; they are documented nowhere.
std::string DeviceProperties::cudnnJson() const
{
    Json json;
    json["maxGridSize"] = maxGrid;
    json["maxBlockSize"] = maxBlock;
    json["regsPerBlock"] = registersPerBlock;
    json["multiProcessorCount"] = multiprocessors;
    json["warpSize"] = warpSize;
    json["maxSharedMemoryPerBlock"] = sharedBytesPerBlockDefault;
    json["maxSharedMemoryPerBlockOptin"] = sharedBytesPerBlock;
    json["reservedSharedMemoryPerBlock"] = sharedBytesReserved;
    json["maxRegistersPerSM"] = registersPerMultiprocessor;
    json["maxCtasPerSM"] = blocksPerMultiprocessor;
    json["maxThreadsPerBlock"] = threadsPerBlock;
    json["maxThreadsPerSM"] = threadsPerMultiprocessor;
    json["pciDeviceId"] = 0;
    json["isTccDriver"] = 0;
    json["supportCoopLaunch"] = cooperativeLaunch ? 1 : 0;
    json["totalGlobalMem"] = memoryBytes;
    json["smClockRateKHz"] = clockKHz;
    json["memClockRateKHz"] = memoryClockKHz;
    json["l2CacheSize"] = l2Bytes;
    json["cudaDeviceId"] = 0;
    json["deviceVer"] = capability() * 10;
    json["driverVer"] = driverVersion;
    json["deviceName"] = name;
    return json.dump();
}

Result<DeviceProperties> parseDeviceProperties(const std::string &text)
{
    const Json json = parseJson<Json>(text);
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "The device description is not a JSON object.");
    DeviceProperties properties;
    const auto name = json.find("name");
    if (name == json.end() || !name->is_string() || name->get<std::string>().empty())
        return wrong("name", "the card's name");
    properties.name = name->get<std::string>();
    if (const auto uuid = json.find("uuid"); uuid != json.end() && uuid->is_string())
        properties.uuid = uuid->get<std::string>();
    for (const Number &number : kNumbers) {
        const auto found = json.find(number.key);
        if (found == json.end() || !isInt(*found))
            return wrong(number.key, "a whole number");
        properties.*number.member = found->get<int>();
    }
    for (const ByteCount &count : kByteCounts) {
        const auto found = json.find(count.key);
        if (found == json.end() || !found->is_number_integer() || (!found->is_number_unsigned() && found->get<std::int64_t>() < 0))
            return wrong(count.key, "a number of bytes");
        properties.*count.member = found->get<std::uint64_t>();
    }
    for (const Sizes &sizes : kSizes)
        TRAINYARD_CHECK(readSizes(json, sizes, properties));
    const auto cooperative = json.find("cooperativeLaunch");
    if (cooperative == json.end() || !cooperative->is_boolean())
        return wrong("cooperativeLaunch", "true or false");
    properties.cooperativeLaunch = cooperative->get<bool>();
    if (properties.computeMajor == 0 || properties.multiprocessors == 0 || properties.memoryBytes == 0)
        return fail(ErrorCode::InvalidFile, "The device description of {} has no compute capability, no multiprocessors or no memory.",
                    properties.name);
    return properties;
}

std::string devicePropertiesToJson(const DeviceProperties &properties)
{
    Json json;
    json["name"] = properties.name;
    if (!properties.uuid.empty())
        json["uuid"] = properties.uuid;
    for (const Number &number : kNumbers)
        json[number.key] = properties.*number.member;
    for (const ByteCount &count : kByteCounts)
        json[count.key] = properties.*count.member;
    for (const Sizes &sizes : kSizes)
        json[sizes.key] = properties.*sizes.member;
    json["cooperativeLaunch"] = properties.cooperativeLaunch;
    return json.dump(2) + "\n";
}

}  // namespace trainyard::cuda
