#include "engine/backends/cuda/choice_cache.h"

#include <cctype>
#include <filesystem>
#include <map>
#include <mutex>

#include <nlohmann/json.hpp>

#include "engine/backends/cuda/cache_folder.h"
#include "engine/base/file.h"
#include "engine/base/json_text.h"

namespace trainyard::cuda {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

std::filesystem::path cacheFile(const DeviceProperties &device)
{
    const std::filesystem::path folder = cacheFolder();
    if (folder.empty())
        return {};
    std::string name = device.name;
    for (char &letter : name)
        if (!std::isalnum(static_cast<unsigned char>(letter)))
            letter = '_';
    return folder / fmt::format("kernels-{}-{}.json", name, device.capabilityText());
}

// One card's choices: those of the file and those of this process.
struct Table {
    std::map<std::string, std::string> choices;
    bool news = false;
};

std::map<std::string, std::string> readChoices(const std::filesystem::path &path)
{
    std::map<std::string, std::string> choices;
    const auto text = readFile(path);
    if (!text)
        return choices;
    const Json json = parseJson<Json>(*text);
    if (!json.is_object() || !json.contains("format") || json["format"] != kFormat || !json.contains("choices") || !json["choices"].is_object())
        return choices;
    for (const auto &[signature, choice] : json["choices"].items())
        if (choice.is_string())
            choices[signature] = choice.get<std::string>();
    return choices;
}

std::mutex tablesMutex;

// With the mutex held. Keyed by the file: a test changes the folder.
Table &tableOf(const std::filesystem::path &path)
{
    static std::map<std::filesystem::path, Table> tables;
    const auto [table, fresh] = tables.try_emplace(path);
    if (fresh && !path.empty())
        table->second.choices = readChoices(path);
    return table->second;
}

}  // namespace

std::optional<std::string> cachedChoice(const DeviceProperties &device, const std::string &signature)
{
    const std::lock_guard lock(tablesMutex);
    const Table &table = tableOf(cacheFile(device));
    const auto found = table.choices.find(signature);
    return found == table.choices.end() ? std::nullopt : std::optional(found->second);
}

void cacheChoice(const DeviceProperties &device, const std::string &signature, const std::string &choice)
{
    const std::lock_guard lock(tablesMutex);
    Table &table = tableOf(cacheFile(device));
    table.news = table.news || table.choices[signature] != choice;
    table.choices[signature] = choice;
}

void saveCachedChoices(const DeviceProperties &device)
{
    const std::lock_guard lock(tablesMutex);
    const std::filesystem::path path = cacheFile(device);
    Table &table = tableOf(path);
    if (!table.news || path.empty())
        return;
    // Another process may have written since; what it found stays.
    for (const auto &[signature, choice] : readChoices(path))
        table.choices.try_emplace(signature, choice);
    Json json;
    json["format"] = kFormat;
    json["choices"] = table.choices;
    if (makeFolder(path.parent_path()) && writeFileAtomically(path, json.dump(1) + "\n"))
        table.news = false;
}

}  // namespace trainyard::cuda
