#include "engine/backends/cuda/matmul_problem.h"

#include <algorithm>
#include <cstdint>

namespace trainyard::cuda {

namespace {

constexpr std::uint64_t kLeastWorkspace = 1ull << 20, kMostWorkspace = 32ull << 20;
constexpr std::uint64_t kPartialSums = 8;  // of the whole result in float32: a product split over `inner` that often

const char *epilogueText(MatmulEpilogue epilogue)
{
    switch (epilogue) {
    case MatmulEpilogue::None: break;
    case MatmulEpilogue::Bias: return " bias";
    case MatmulEpilogue::Relu: return " relu";
    case MatmulEpilogue::BiasRelu: return " bias relu";
    case MatmulEpilogue::SumRight: return " sum right";
    }
    return "";
}

}  // namespace

std::uint64_t matmulWorkspaceBytes(const Matmul &product)
{
    const auto elements = static_cast<std::uint64_t>(product.batch) * static_cast<std::uint64_t>(product.rows) * static_cast<std::uint64_t>(product.columns);
    return std::clamp<std::uint64_t>(kPartialSums * elements * sizeof(float), kLeastWorkspace, kMostWorkspace);
}

std::string matmulText(const Matmul &product)
{
    std::string types = dtypeName(product.factors);
    if (product.result != product.factors)
        types += fmt::format(" to {}", dtypeName(product.result));
    if (product.batch > 1)
        types += fmt::format(" {} times", product.batch);
    return fmt::format("{} {}x{}{} * {}x{}{}{}{}", types, product.rows, product.inner, product.leftTransposed ? "^T" : "", product.inner,
                       product.columns, product.rightTransposed ? "^T" : "", epilogueText(product.epilogue), product.tf32 ? " tf32" : "");
}

std::string matmulSignature(const Matmul &product, const DeviceProperties &device, std::size_t libraryVersion)
{
    return fmt::format("product {} | {} {} SMs {} | cuBLASLt {}", matmulText(product), device.name, device.multiprocessors,
                       device.capabilityText(), libraryVersion);
}

Status checkMatmul(const Matmul &product)
{
    const auto isFloat = [](DType type) { return type == DType::F32 || type == DType::BF16 || type == DType::F16; };
    if (!isFloat(product.factors) || (product.result != product.factors && product.result != DType::F32))
        return fail(ErrorCode::Unsupported, "The GPU has no product of {} matrices into a {} one.", dtypeName(product.factors),
                    dtypeName(product.result));
    if (product.batch > INT32_MAX)
        return fail(ErrorCode::Unsupported, "The GPU cannot multiply {} matrices at once: the most are {}.", product.batch, INT32_MAX);
    return {};
}

}  // namespace trainyard::cuda
