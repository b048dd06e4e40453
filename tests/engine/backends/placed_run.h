// Networks on several devices, all of them the CPU under other names: so that a placed run can be compared to the bit with
// one that is not.
#pragma once

#include <map>
#include <stdexcept>

#include "engine/backends/compile_placed.h"

namespace trainyard::tests {

// The CPU, called something else.
class NamedBackend : public Backend {
public:
    explicit NamedBackend(std::string name) : m_name(std::move(name)), m_cpu(std::move(*openBackend("cpu"))) {}

    DeviceInfo device() const override
    {
        DeviceInfo info = m_cpu->device();
        info.id = m_name;
        return info;
    }
    Result<std::unique_ptr<Executable>> compile(std::span<const Program *const> programs, const DeviceSettings &settings) override
    {
        compiledWith = settings;
        return m_cpu->compile(programs, settings);
    }

    DeviceSettings compiledWith;

private:
    std::string m_name;
    std::unique_ptr<Backend> m_cpu;
};

inline Result<std::unique_ptr<Backend>> openNamed(const std::string &name)
{
    return std::make_unique<NamedBackend>(name);
}

inline std::unique_ptr<Executable> compiledOn(const std::vector<Program> &programs, Backend &run, const DeviceSettings &settings = {},
                                              const OpenBackend &open = openNamed)
{
    std::vector<const Program *> pointers;
    for (const Program &program : programs)
        pointers.push_back(&program);
    auto compiled = compilePlaced(pointers, run, settings, open);
    if (!compiled)
        throw std::runtime_error(compiled.error().message + " " + compiled.error().detail);
    return std::move(*compiled);
}

// Everything trained, by name, in its bytes.
inline std::map<std::string, std::vector<std::byte>> stateOf(Executable &executable, const Program &program, std::size_t index = 0)
{
    std::map<std::string, std::vector<std::byte>> state;
    for (std::size_t i = 0; i < program.list.values.size(); ++i) {
        const Value &value = program.list.values[i];
        if (value.role != Role::Parameter && value.role != Role::State && value.role != Role::OptimizerState)
            continue;
        auto &bytes = state[value.name];
        bytes.resize(value.type.bytes());
        if (auto read = executable.read(index, static_cast<ValueId>(i), bytes); !read)
            throw std::runtime_error(read.error().message);
    }
    return state;
}

inline std::string firstDifference(const std::map<std::string, std::vector<std::byte>> &a, const std::map<std::string, std::vector<std::byte>> &b)
{
    if (a.size() != b.size())
        return "how much is trained";
    for (const auto &[name, bytes] : a)
        if (const auto other = b.find(name); other == b.end() || other->second != bytes)
            return name;
    return {};
}

}  // namespace trainyard::tests
