// A product of two matrices, or of many pairs of them, as the library is asked for it: a plain value with everything that
// decides the result.
#pragma once

#include <cstdint>
#include <string>

#include "engine/backends/cuda/device_properties.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

// What is done in the same kernel. The bias is as wide as the result and of its type.
enum class MatmulEpilogue : std::uint8_t {
    None,
    Bias,
    Relu,
    BiasRelu,
    SumRight,  // an output beside the result: the sums of the right factor over `inner`, which is a bias's gradient
};

// Row-major: result [rows, columns] = left [rows, inner] * right [inner, columns], summed in float32. A transposed factor
// is stored the other way round. Of a batch, matrices lie one after the other.
struct Matmul {
    std::int64_t rows = 0, columns = 0, inner = 0, batch = 1;
    bool leftTransposed = false, rightTransposed = false;
    DType factors = DType::F32, result = DType::F32;
    MatmulEpilogue epilogue = MatmulEpilogue::None;
    bool tf32 = false;  // F32: factors may be rounded to 10 bits of mantissa

    bool operator==(const Matmul &) const = default;
};

// What the library may use, planned before it is asked: by the shape alone, so that the plan needs no device.
std::uint64_t matmulWorkspaceBytes(const Matmul &product);

std::string matmulText(const Matmul &product);  // "F32 128x784 * 784x512 bias relu"

// The key in KernelChoices: the product, the device and the library's version.
std::string matmulSignature(const Matmul &product, const DeviceProperties &device, std::size_t libraryVersion);

// Whether there is a product of these types. Errors: Unsupported with the types.
Status checkMatmul(const Matmul &product);

}  // namespace trainyard::cuda
