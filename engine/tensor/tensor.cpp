#include "engine/tensor/tensor.h"

namespace trainyard {

std::size_t dtypeBytes(DType type)
{
    switch (type) {
    case DType::F32: return 4;
    case DType::F64: return 8;
    case DType::I32: return 4;
    case DType::I64: return 8;
    case DType::U8: return 1;
    case DType::BF16:
    case DType::F16: return 2;
    }
    return 0;
}

const char *dtypeName(DType type)
{
    switch (type) {
    case DType::F32: return "F32";
    case DType::F64: return "F64";
    case DType::I32: return "I32";
    case DType::I64: return "I64";
    case DType::U8: return "U8";
    case DType::BF16: return "BF16";
    case DType::F16: return "F16";
    }
    return "";
}

std::int64_t Shape::elements() const
{
    std::int64_t product = 1;
    for (const std::int64_t size : m_sizes)
        product *= size;
    return product;
}

Shape Shape::withBatch(std::int64_t batchSize) const
{
    std::vector<std::int64_t> sizes{batchSize};
    sizes.insert(sizes.end(), m_sizes.begin(), m_sizes.end());
    return Shape(std::move(sizes));
}

Shape Shape::withoutBatch() const
{
    return Shape(std::vector<std::int64_t>(m_sizes.begin() + 1, m_sizes.end()));
}

std::string Shape::text() const
{
    if (m_sizes.empty())
        return "scalar";
    std::string text;
    for (const std::int64_t size : m_sizes)
        text += (text.empty() ? "" : "x") + std::to_string(size);
    return text;
}

}  // namespace trainyard
