#include "engine/backends/cuda/chain_kernel.h"

#include "engine/backends/cuda/chain_source.h"
#include "engine/backends/cuda/kernel_cache.h"
#include "engine/backends/cuda/kernel_compiler.h"
#include "engine/backends/cuda/launch.h"
#include "engine/backends/cuda/status.h"

namespace trainyard::cuda {

// The runtime's functions for loading code came with CUDA 12.8.
#if defined(TRAINYARD_CUDA_SIMULATION) || CUDART_VERSION < 12080

Result<std::unique_ptr<ChainKernel>> loadChainKernel(const ElementwiseChainAttributes &, std::span<const DType>, std::int64_t, const DeviceProperties &)
{
    return std::unique_ptr<ChainKernel>();
}

#else

namespace {

Result<std::string> imageOf(const std::string &source, int capability)
{
    TRAINYARD_TRY(const KernelCompiler *compiler, KernelCompiler::find());
    TRAINYARD_TRY(const std::string architecture, compiler->architectureFor(capability));
    const std::string key = fmt::format("NVRTC {} {}\n{}", compiler->version(), architecture, source);
    if (auto cached = cachedKernel(key))
        return std::move(*cached);
    TRAINYARD_TRY(std::string image, compiler->compile(source, architecture));
    cacheKernel(key, image);
    return image;
}

class LoadedChain : public ChainKernel {
public:
    LoadedChain(cudaLibrary_t library, cudaKernel_t kernel, std::int64_t count, unsigned blocks)
        : m_library(library), m_kernel(kernel), m_count(count), m_blocks(blocks)
    {
    }
    ~LoadedChain() override { cudaLibraryUnload(m_library); }

    Status enqueue(std::span<const std::byte *const> inputs, std::span<std::byte *const> outputs, const StepScalars *scalars,
                   cudaStream_t stream) override
    {
        const void *pointers[kMaxChainInputs + kMaxChainOutputs];
        void *arguments[kMaxChainInputs + kMaxChainOutputs + 2];
        std::size_t count = 0;
        for (const std::byte *input : inputs)
            pointers[count++] = input;
        for (const std::byte *output : outputs)
            pointers[count++] = output;
        for (std::size_t i = 0; i < count; ++i)
            arguments[i] = &pointers[i];
        long long elements = m_count;
        arguments[count] = &elements;
        arguments[count + 1] = &scalars;
        return check(cudaLaunchKernel(reinterpret_cast<const void *>(m_kernel), dim3(m_blocks), dim3(kChainThreads), arguments, 0, stream),
                     "start a kernel");
    }

private:
    cudaLibrary_t m_library;
    cudaKernel_t m_kernel;
    std::int64_t m_count;
    unsigned m_blocks;
};

}  // namespace

Result<std::unique_ptr<ChainKernel>> loadChainKernel(const ElementwiseChainAttributes &chain, std::span<const DType> inputs, std::int64_t elements,
                                                     const DeviceProperties &device)
{
    constexpr std::int64_t kMostBlocks = 16384;
    TRAINYARD_TRY(const std::string image, imageOf(chainSource(chain, inputs), device.capability()));
    cudaLibrary_t library = nullptr;
    TRAINYARD_CHECK(check(cudaLibraryLoadData(&library, image.data(), nullptr, nullptr, 0, nullptr, nullptr, 0), "load a generated kernel"));
    cudaKernel_t kernel = nullptr;
    if (Status found = check(cudaLibraryGetKernel(&kernel, library, kChainKernelName), "find a generated kernel"); !found) {
        cudaLibraryUnload(library);
        return fail(found.error());
    }
    const unsigned blocks = blocksFor(elements, kChainThreads * chainElementsPerThread(chain, inputs), kMostBlocks);
    return std::make_unique<LoadedChain>(library, kernel, elements, blocks);
}

#endif

}  // namespace trainyard::cuda
