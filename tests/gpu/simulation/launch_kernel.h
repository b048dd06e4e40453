// Starting a kernel on the simulated device: what cudaLaunchKernel is to nvcc's code.
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>
#include <vector>

#include <cuda_runtime_api.h>

namespace trainyard::simulation {

// Queues the grid on the stream or adds it to what the stream captures. pointers: the kernel's pointer arguments, which
// must be addresses that the device can reach when the kernel runs, or null. Errors: those of cudaLaunchKernel.
cudaError_t launchGrid(cudaStream_t stream, dim3 blocks, dim3 threads, std::function<void()> kernel, std::vector<const void *> pointers);

template <typename... Parameters>
cudaError_t launch(cudaStream_t stream, void (*kernel)(Parameters...), dim3 blocks, dim3 threads, std::type_identity_t<Parameters>... arguments)
{
    std::vector<const void *> pointers;
    const auto note = [&](const auto &argument) {
        using Argument = std::remove_cvref_t<decltype(argument)>;
        if constexpr (std::is_pointer_v<Argument> && !std::is_function_v<std::remove_pointer_t<Argument>>)
            pointers.push_back(argument);
    };
    (note(arguments), ...);
    return launchGrid(stream, blocks, threads,
                      [kernel, values = std::make_tuple(arguments...)] { std::apply(kernel, values); }, std::move(pointers));
}

}  // namespace trainyard::simulation
