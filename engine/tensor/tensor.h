// Types, shapes and tensors in host memory.
//
// Shapes are row-major, outermost first; images are NHWC. A per-sample shape (what the canvas shows) leaves the
// batch dimension out.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace trainyard {

enum class DType : std::uint8_t { F32, F64, I32, I64, U8, BF16, F16 };

std::size_t dtypeBytes(DType type);
const char *dtypeName(DType type);  // safetensors' names: "F32", "F64", "I32", "I64", "U8", "BF16", "F16"

class Shape {
public:
    Shape() = default;
    Shape(std::initializer_list<std::int64_t> sizes) : m_sizes(sizes) {}
    explicit Shape(std::vector<std::int64_t> sizes) : m_sizes(std::move(sizes)) {}

    std::size_t rank() const { return m_sizes.size(); }
    std::int64_t operator[](std::size_t axis) const { return m_sizes[axis]; }
    std::int64_t back() const { return m_sizes.back(); }
    std::int64_t elements() const;  // 1 for rank 0
    const std::vector<std::int64_t> &sizes() const { return m_sizes; }
    Shape withBatch(std::int64_t batchSize) const;  // [8,8,1] -> [batchSize,8,8,1]
    Shape withoutBatch() const;                     // the inverse; rank must be at least 1
    std::string text() const;                       // "8x8x16"; "scalar" for rank 0
    bool operator==(const Shape &) const = default;

private:
    std::vector<std::int64_t> m_sizes;
};

struct TensorType {
    DType dtype = DType::F32;
    Shape shape;

    std::size_t bytes() const { return dtypeBytes(dtype) * static_cast<std::size_t>(shape.elements()); }
    bool operator==(const TensorType &) const = default;
};

// A tensor that owns its bytes, in the canonical (plain row-major) layout. Used at the edges: data sets,
// checkpoints, tests. Training itself lives in the arena.
struct HostTensor {
    TensorType type;
    std::vector<std::byte> data;

    HostTensor() = default;
    explicit HostTensor(TensorType tensorType) : type(std::move(tensorType)), data(type.bytes()) {}

    template <typename T>
    std::span<T> as()
    {
        return {reinterpret_cast<T *>(data.data()), data.size() / sizeof(T)};
    }
    template <typename T>
    std::span<const T> as() const
    {
        return {reinterpret_cast<const T *>(data.data()), data.size() / sizeof(T)};
    }
};

}  // namespace trainyard
