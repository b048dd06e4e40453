// Runs a Program on a backend over values given in float64, for comparison with the naive references or another backend.
#pragma once

#include <cmath>
#include <cstring>
#include <random>
#include <stdexcept>

#include "engine/backends/backend.h"
#include "engine/tensor/low_precision.h"
#include "tests/engine/backends/reference/interpreter.h"
#include "tests/engine/backends/reference/rounding.h"

namespace trainyard::tests {

using reference::Tensor64;
using reference::Values64;

template <typename T>
void convertTo(const Tensor64 &from, HostTensor &to)
{
    for (std::size_t i = 0; i < from.size(); ++i)
        to.as<T>()[i] = static_cast<T>(from[i]);
}

inline HostTensor toHost(const Tensor64 &tensor)
{
    HostTensor host(tensor.type);
    switch (tensor.type.dtype) {
    case DType::F32: convertTo<float>(tensor, host); break;
    case DType::F64: convertTo<double>(tensor, host); break;
    case DType::I32: convertTo<std::int32_t>(tensor, host); break;
    case DType::I64: convertTo<std::int64_t>(tensor, host); break;
    case DType::U8: convertTo<std::uint8_t>(tensor, host); break;
    case DType::BF16:
    case DType::F16:
        for (std::size_t i = 0; i < tensor.size(); ++i) {
            const auto value = static_cast<float>(tensor[i]);
            host.as<std::uint16_t>()[i] = tensor.type.dtype == DType::BF16 ? floatToBfloat16(value) : floatToFloat16(value);
        }
        break;
    }
    return host;
}

inline Tensor64 fromHost(const HostTensor &host)
{
    Tensor64 tensor(host.type);
    for (std::size_t i = 0; i < tensor.size(); ++i)
        switch (host.type.dtype) {
        case DType::F32: tensor[i] = static_cast<double>(host.as<float>()[i]); break;
        case DType::F64: tensor[i] = host.as<double>()[i]; break;
        case DType::I32: tensor[i] = host.as<std::int32_t>()[i]; break;
        case DType::I64: tensor[i] = static_cast<double>(host.as<std::int64_t>()[i]); break;
        case DType::U8: tensor[i] = host.as<std::uint8_t>()[i]; break;
        case DType::BF16: tensor[i] = static_cast<double>(bfloat16ToFloat(host.as<std::uint16_t>()[i])); break;
        case DType::F16: tensor[i] = static_cast<double>(float16ToFloat(host.as<std::uint16_t>()[i])); break;
        }
    return tensor;
}

inline bool isTransient(Role role)
{
    return role == Role::Activation || role == Role::Gradient || role == Role::Workspace;
}

// One compiled Program with its arena on some device. Throws where the engine refuses: that fails the test.
class DeviceRun {
public:
    DeviceRun(Program program, Backend &backend, const DeviceSettings &settings) : m_program(std::move(program))
    {
        const Program *only = &m_program;
        auto compiled = backend.compile(std::span(&only, 1), settings);
        if (!compiled)
            throw std::runtime_error(compiled.error().message + " " + compiled.error().detail);
        m_executable = std::move(*compiled);
        if (auto allocated = m_executable->allocate(); !allocated)
            throw std::runtime_error(allocated.error().message);
        m_datasets.resize(m_program.list.values.size());
    }

    const Program &program() const { return m_program; }
    Executable &executable() { return *m_executable; }
    const MemoryPlan &plan() const { return m_executable->memoryPlan(0); }
    bool inArena(ValueId id) const { return plan().values[static_cast<std::size_t>(id)].bytes > 0; }

    void write(ValueId id, const Tensor64 &tensor)
    {
        HostTensor host = toHost(tensor);
        if (m_program.list.value(id).role == Role::Dataset) {
            m_datasets[static_cast<std::size_t>(id)] = std::move(host);
            check(m_executable->bind(0, id, m_datasets[static_cast<std::size_t>(id)].data));
        } else if (inArena(id)) {
            check(m_executable->write(0, id, host.data));
        }
    }

    Tensor64 read(ValueId id)
    {
        HostTensor host(m_program.list.value(id).type);
        check(m_executable->read(0, id, host.data));
        return fromHost(host);
    }

    void run(const StepScalars &scalars) { check(m_executable->run(0, scalars)); }

    // Every byte of every transient value becomes 0xFF, which is NaN as a float: a step must not see what the step
    // before it left behind.
    void poison()
    {
        for (std::size_t i = 0; i < m_program.list.values.size(); ++i) {
            const std::vector<std::byte> garbage(plan().values[i].bytes, std::byte{0xFF});
            if (isTransient(m_program.list.values[i].role) && roots()[i] == static_cast<ValueId>(i) && !garbage.empty())
                check(m_executable->write(0, static_cast<ValueId>(i), garbage));
        }
    }

private:
    static void check(const Status &status)
    {
        if (!status)
            throw std::runtime_error(status.error().message + " " + status.error().detail);
    }
    const std::vector<ValueId> &roots()
    {
        if (m_roots.empty())
            m_roots = planAliases(m_program);
        return m_roots;
    }

    Program m_program;
    std::unique_ptr<Executable> m_executable;
    std::vector<HostTensor> m_datasets;
    std::vector<ValueId> m_roots;
};

inline DeviceSettings withThreads(int threads)
{
    DeviceSettings settings;
    settings.threads = threads;
    return settings;
}

class CpuRun : public DeviceRun {
public:
    explicit CpuRun(Program program, int threads = 1) : DeviceRun(std::move(program), **openBackend("cpu"), withThreads(threads)) {}
};

// Numbers the type holds exactly, the same in every run.
inline Tensor64 randomTensor(Shape shape, unsigned seed, double low = -1, double high = 1, DType dtype = DType::F32)
{
    Tensor64 tensor(TensorType{dtype, std::move(shape)});
    std::mt19937 random(seed);
    for (double &value : tensor.data) {
        value = low + (high - low) * (random() / 4294967296.0);
        value = isFloat(dtype) ? reference::rounded(dtype, value) : std::floor(value);
    }
    return tensor;
}

// |a - b| / |b| over all entries; |b| counts as at least floor, so that noise against 0 is no error. Infinite where an
// entry is not a number.
inline double relativeError(const Tensor64 &a, const Tensor64 &b, double floor = 1e-6)
{
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        size += b[i] * b[i];
    }
    const double error = std::sqrt(difference) / std::max(std::sqrt(size), floor);
    return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

}  // namespace trainyard::tests
