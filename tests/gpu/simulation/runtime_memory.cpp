// The CUDA runtime's functions about memory. Every side of a copy that is said to be the device's must lie in memory
// that cudaMalloc gave and nobody took back.
#include <cstring>
#include <memory>

#include "tests/gpu/simulation/device.h"

using namespace trainyard::simulation;

namespace {

struct Sides {
    bool toDevice = false, fromDevice = false;
};

struct Copy {
    void *to = nullptr;
    const void *from = nullptr;
    std::size_t width = 0, height = 1, toPitch = 0, fromPitch = 0;

    std::size_t toExtent() const { return width == 0 || height == 0 ? 0 : (height - 1) * toPitch + width; }
    std::size_t fromExtent() const { return width == 0 || height == 0 ? 0 : (height - 1) * fromPitch + width; }
};

bool sidesAreRight(const Device &device, const Copy &copy, const Sides &sides)
{
    return device.onDevice(copy.to, copy.toExtent()) == sides.toDevice && device.onDevice(copy.from, copy.fromExtent()) == sides.fromDevice &&
           copy.to != nullptr && copy.from != nullptr;
}

cudaError_t sidesOf(const Device &device, const Copy &copy, cudaMemcpyKind kind, Sides &sides)
{
    switch (kind) {
    case cudaMemcpyHostToHost: sides = {false, false}; break;
    case cudaMemcpyHostToDevice: sides = {true, false}; break;
    case cudaMemcpyDeviceToHost: sides = {false, true}; break;
    case cudaMemcpyDeviceToDevice: sides = {true, true}; break;
    case cudaMemcpyDefault: sides = {device.onDevice(copy.to, copy.toExtent()), device.onDevice(copy.from, copy.fromExtent())}; break;
    default: return cudaErrorInvalidValue;
    }
    return copy.toExtent() == 0 || sidesAreRight(device, copy, sides) ? cudaSuccess : cudaErrorInvalidValue;
}

void move(const Copy &copy)
{
    for (std::size_t row = 0; row < copy.height; ++row)
        std::memmove(static_cast<std::byte *>(copy.to) + row * copy.toPitch, static_cast<const std::byte *>(copy.from) + row * copy.fromPitch,
                     copy.width);
}

cudaError_t copyAsync(Copy copy, cudaMemcpyKind kind, cudaStream_t handle)
{
    return call(Allowed::Always, [&](Device &device) {
        Stream *stream = device.stream(handle);
        if (stream == nullptr)
            return cudaErrorInvalidResourceHandle;
        Sides sides;
        if (const cudaError_t error = sidesOf(device, copy, kind, sides); error != cudaSuccess)
            return error;
        if (copy.toExtent() == 0)
            return cudaSuccess;
        if (!stream->capture) {
            // Pageable memory of the host: read before the call returns, or written before it does.
            if (!sides.fromDevice && !device.pinned(copy.from, copy.fromExtent())) {
                const auto *begin = static_cast<const std::byte *>(copy.from);
                auto staged = std::make_shared<std::vector<std::byte>>(begin, begin + copy.fromExtent());
                copy.from = staged->data();
                return device.enqueue(*stream, [copy, staged] { return move(copy), cudaSuccess; }, cudaGraphNodeTypeMemcpy);
            }
            if (!sides.toDevice && !device.pinned(copy.to, copy.toExtent())) {
                if (const cudaError_t error = device.drain(*stream); error != cudaSuccess)
                    return error;
                move(copy);
                return cudaSuccess;
            }
        }
        return device.enqueue(*stream,
                              [&device, copy, sides] {
                                  if (!sidesAreRight(device, copy, sides))
                                      return cudaErrorIllegalAddress;
                                  move(copy);
                                  return cudaSuccess;
                              },
                              cudaGraphNodeTypeMemcpy);
    });
}

// The default stream waits for the blocking ones; so does a copy that is not asynchronous.
cudaError_t copyNow(const Copy &copy, cudaMemcpyKind kind)
{
    const cudaError_t allowed = call(Allowed::NotDuringCapture, [](Device &) { return cudaSuccess; });
    if (allowed != cudaSuccess)
        return allowed;
    const cudaError_t queued = copyAsync(copy, kind, nullptr);
    return queued != cudaSuccess ? queued : call(Allowed::Always, [](Device &device) { return device.drain(*device.stream(nullptr)); });
}

cudaError_t fillAsync(void *at, std::size_t pitch, int value, std::size_t width, std::size_t height, cudaStream_t handle)
{
    return call(Allowed::Always, [&](Device &device) {
        Stream *stream = device.stream(handle);
        if (stream == nullptr)
            return cudaErrorInvalidResourceHandle;
        if (width == 0 || height == 0)
            return cudaSuccess;
        const std::size_t extent = (height - 1) * pitch + width;
        if (!device.onDevice(at, extent))
            return cudaErrorInvalidValue;
        return device.enqueue(*stream,
                              [&device, at, pitch, value, width, height, extent] {
                                  if (!device.onDevice(at, extent))
                                      return cudaErrorIllegalAddress;
                                  for (std::size_t row = 0; row < height; ++row)
                                      std::memset(static_cast<std::byte *>(at) + row * pitch, value, width);
                                  return cudaSuccess;
                              },
                              cudaGraphNodeTypeMemset);
    });
}

}  // namespace

extern "C" {

cudaError_t cudaMalloc(void **address, std::size_t bytes)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.allocate(address, bytes); });
}

cudaError_t cudaFree(void *address)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.release(address, true); });
}

cudaError_t cudaMallocAsync(void **address, std::size_t bytes, cudaStream_t stream)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) {
        return device.stream(stream) == nullptr ? cudaErrorInvalidResourceHandle : device.allocate(address, bytes);
    });
}

cudaError_t cudaFreeAsync(void *address, cudaStream_t stream)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) {
        return device.stream(stream) == nullptr ? cudaErrorInvalidResourceHandle : device.release(address, true);
    });
}

cudaError_t cudaHostAlloc(void **address, std::size_t bytes, unsigned)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.allocatePinned(address, bytes); });
}

cudaError_t cudaMallocHost(void **address, std::size_t bytes) { return cudaHostAlloc(address, bytes, 0); }

cudaError_t cudaFreeHost(void *address)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.release(address, false); });
}

cudaError_t cudaHostRegister(void *address, std::size_t bytes, unsigned)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.registerHost(address, bytes); });
}

cudaError_t cudaHostUnregister(void *address)
{
    return call(Allowed::NotDuringCapture, [&](Device &device) { return device.release(address, false, false); });
}

cudaError_t cudaHostGetDevicePointer(void **mapped, void *address, unsigned)
{
    return call(Allowed::Always, [&](Device &device) {
        *mapped = address;
        return device.pinned(address, 1) ? cudaSuccess : cudaErrorInvalidValue;
    });
}

cudaError_t cudaMemGetInfo(std::size_t *free, std::size_t *total)
{
    return call(Allowed::Always, [&](Device &device) {
        *total = device.memoryTotal();
        *free = *total - std::min<std::size_t>(*total, device.memoryUsed());
        return cudaSuccess;
    });
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes *attributes, const void *address)
{
    return call(Allowed::Always, [&](Device &device) {
        const MemoryBlock *block = device.find(address, 1);
        std::memset(attributes, 0, sizeof *attributes);
        attributes->type = block == nullptr ? cudaMemoryTypeUnregistered : block->device ? cudaMemoryTypeDevice : cudaMemoryTypeHost;
        attributes->device = block == nullptr ? -2 : 0;
        if (block != nullptr)
            attributes->devicePointer = const_cast<void *>(address);
        if (block == nullptr || !block->device)
            attributes->hostPointer = const_cast<void *>(address);
        return cudaSuccess;
    });
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream)
{
    return copyAsync({to, from, bytes, 1, bytes, bytes}, kind, stream);
}

cudaError_t cudaMemcpy(void *to, const void *from, std::size_t bytes, cudaMemcpyKind kind)
{
    return copyNow({to, from, bytes, 1, bytes, bytes}, kind);
}

cudaError_t cudaMemcpy2DAsync(void *to, std::size_t toPitch, const void *from, std::size_t fromPitch, std::size_t width, std::size_t height,
                              cudaMemcpyKind kind, cudaStream_t stream)
{
    if (width > toPitch || width > fromPitch)
        return call(Allowed::Always, [](Device &) { return cudaErrorInvalidPitchValue; });
    return copyAsync({to, from, width, height, toPitch, fromPitch}, kind, stream);
}

cudaError_t cudaMemcpy2D(void *to, std::size_t toPitch, const void *from, std::size_t fromPitch, std::size_t width, std::size_t height,
                         cudaMemcpyKind kind)
{
    if (width > toPitch || width > fromPitch)
        return call(Allowed::Always, [](Device &) { return cudaErrorInvalidPitchValue; });
    return copyNow({to, from, width, height, toPitch, fromPitch}, kind);
}

cudaError_t cudaMemsetAsync(void *at, int value, std::size_t bytes, cudaStream_t stream) { return fillAsync(at, bytes, value, bytes, 1, stream); }

cudaError_t cudaMemset(void *at, int value, std::size_t bytes)
{
    const cudaError_t allowed = call(Allowed::NotDuringCapture, [](Device &) { return cudaSuccess; });
    return allowed != cudaSuccess ? allowed : fillAsync(at, bytes, value, bytes, 1, nullptr);
}

cudaError_t cudaMemset2DAsync(void *at, std::size_t pitch, int value, std::size_t width, std::size_t height, cudaStream_t stream)
{
    return fillAsync(at, pitch, value, width, height, stream);
}

}  // extern "C"
