#include "tests/gpu/simulation/lt_product.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/gpu/simulation/matrix_product.h"

namespace trainyard::simulation {

namespace {

enum class Activation { None, Relu, Gelu };

struct Epilogue {
    std::uint32_t word;
    Activation activation;
    bool backward;  // the activation's gradient instead of the activation
    bool aux, bias, biasGradient;
};
constexpr Epilogue kEpilogues[] = {
    {CUBLASLT_EPILOGUE_DEFAULT, Activation::None, false, false, false, false},
    {CUBLASLT_EPILOGUE_RELU, Activation::Relu, false, false, false, false},
    {CUBLASLT_EPILOGUE_RELU_AUX, Activation::Relu, false, true, false, false},
    {CUBLASLT_EPILOGUE_BIAS, Activation::None, false, false, true, false},
    {CUBLASLT_EPILOGUE_RELU_BIAS, Activation::Relu, false, false, true, false},
    {CUBLASLT_EPILOGUE_RELU_AUX_BIAS, Activation::Relu, false, true, true, false},
    {CUBLASLT_EPILOGUE_DRELU, Activation::Relu, true, true, false, false},
    {CUBLASLT_EPILOGUE_DRELU_BGRAD, Activation::Relu, true, true, false, true},
    {CUBLASLT_EPILOGUE_GELU, Activation::Gelu, false, false, false, false},
    {CUBLASLT_EPILOGUE_GELU_AUX, Activation::Gelu, false, true, false, false},
    {CUBLASLT_EPILOGUE_GELU_BIAS, Activation::Gelu, false, false, true, false},
    {CUBLASLT_EPILOGUE_GELU_AUX_BIAS, Activation::Gelu, false, true, true, false},
    {CUBLASLT_EPILOGUE_DGELU, Activation::Gelu, true, true, false, false},
    {CUBLASLT_EPILOGUE_DGELU_BGRAD, Activation::Gelu, true, true, false, true},
    {CUBLASLT_EPILOGUE_BGRADA, Activation::None, false, false, false, true},
    {CUBLASLT_EPILOGUE_BGRADB, Activation::None, false, false, false, true},
};

const Epilogue *find(std::uint32_t word)
{
    for (const Epilogue &one : kEpilogues)
        if (one.word == word)
            return &one;
    return nullptr;
}

constexpr float kGelu = 0.7978845608f, kCube = 0.044715f;

float gelu(float x) { return 0.5f * x * (1.0f + std::tanh(kGelu * (x + kCube * x * x * x))); }

float geluSlope(float x)
{
    const float t = std::tanh(kGelu * (x + kCube * x * x * x));
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * kGelu * (1.0f + 3.0f * kCube * x * x);
}

bool bit(const void *bits, std::size_t index) { return (static_cast<const unsigned char *>(bits)[index / 8] >> index % 8 & 1) != 0; }

void setBit(void *bits, std::size_t index, bool on)
{
    auto &byte = static_cast<unsigned char *>(bits)[index / 8];
    byte = static_cast<unsigned char>(on ? byte | 1u << index % 8 : byte & ~(1u << index % 8));
}

std::byte *moved(const void *data, const LtLayout &layout, int batch)
{
    const auto elementBytes = static_cast<std::ptrdiff_t>(bytesOf(layout.type));
    return static_cast<std::byte *>(const_cast<void *>(data)) + batch * layout.batchStride * elementBytes;
}

// op(matrix), row-major and without gaps.
std::vector<float> plain(const void *data, const LtLayout &layout, bool transposed, bool tf32)
{
    std::vector<float> values(layout.rows * layout.columns);
    std::size_t i = 0;
    const std::uint64_t rows = transposed ? layout.columns : layout.rows, columns = transposed ? layout.rows : layout.columns;
    for (std::uint64_t row = 0; row < rows; ++row)
        for (std::uint64_t column = 0; column < columns; ++column, ++i) {
            values[i] = load(data, transposed ? layout.at(column, row) : layout.at(row, column), layout.type);
            if (tf32)
                values[i] = toTf32(values[i]);
        }
    return values;
}

}  // namespace

std::size_t LtLayout::extentBytes() const
{
    return (at(rows - 1, columns - 1) + 1 + static_cast<std::size_t>((batches - 1) * batchStride)) * bytesOf(type);
}

bool LtLayout::valid() const
{
    return rows > 0 && columns > 0 && batches > 0 && bytesOf(type) > 0 && stride >= static_cast<std::int64_t>(rowMajor ? columns : rows);
}

std::size_t LtProduct::workspaceBytes() const { return algorithm == 1 ? static_cast<std::size_t>(m() * n() * sizeof(float)) : 0; }
bool LtProduct::biasIn() const { return find(operation.epilogue) != nullptr && find(operation.epilogue)->bias; }
bool LtProduct::biasOut() const { return find(operation.epilogue) != nullptr && find(operation.epilogue)->biasGradient; }

cublasStatus_t LtProduct::check() const
{
    if (!a.valid() || !b.valid() || !c.valid() || !d.valid())
        return CUBLAS_STATUS_INVALID_VALUE;
    const bool ta = operation.transposeA != CUBLAS_OP_N, tb = operation.transposeB != CUBLAS_OP_N;
    if ((ta ? a.columns : a.rows) != d.rows || (tb ? b.rows : b.columns) != d.columns || (tb ? b.columns : b.rows) != k() || c.rows != d.rows ||
        c.columns != d.columns || a.batches != d.batches || b.batches != d.batches || c.batches != d.batches)
        return CUBLAS_STATUS_INVALID_VALUE;
    const Epilogue *epilogue = find(operation.epilogue);
    const bool sameFactors = a.type == b.type, sameResults = c.type == d.type;
    const bool types = sameFactors && sameResults && (d.type == a.type || d.type == CUDA_R_32F);
    const bool compute = operation.compute == CUBLAS_COMPUTE_32F || operation.compute == CUBLAS_COMPUTE_32F_PEDANTIC ||
                         (operation.compute == CUBLAS_COMPUTE_32F_FAST_TF32 && a.type == CUDA_R_32F);
    if (epilogue == nullptr || !types || !compute || operation.scaleType != CUDA_R_32F)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    // As the library: epilogues with vectors are for column-major results.
    if ((epilogue->bias || epilogue->biasGradient || epilogue->aux) && d.rowMajor)
        return CUBLAS_STATUS_NOT_SUPPORTED;
    const bool bits = epilogue->activation == Activation::Relu;  // one for each element of aux
    if (epilogue->aux && (operation.auxStride < static_cast<std::int64_t>(d.rows) || (bits && operation.auxStride % 128 != 0)))
        return CUBLAS_STATUS_INVALID_VALUE;
    return CUBLAS_STATUS_SUCCESS;
}

void LtProduct::run(const void *aData, const void *bData, const void *cData, void *dData) const
{
    const Epilogue &epilogue = *find(operation.epilogue);
    const bool tf32 = operation.compute == CUBLAS_COMPUTE_32F_FAST_TF32;
    const auto biasType = operation.biasType >= 0 ? static_cast<cudaDataType>(operation.biasType) : d.type;
    const auto auxType = operation.auxType >= 0 ? static_cast<cudaDataType>(operation.auxType) : d.type;
    for (int batch = 0; batch < d.batches; ++batch) {
        const std::vector<float> left = plain(moved(aData, a, batch), a, operation.transposeA != CUBLAS_OP_N, tf32);
        const std::vector<float> right = plain(moved(bData, b, batch), b, operation.transposeB != CUBLAS_OP_N, tf32);
        std::vector<float> sums(m() * n());
        // The algorithms differ in the order of the sums, as a GPU's do: a resumed run must take the same one.
        const std::uint64_t pieces = algorithm == 0 ? 1 : algorithm == 1 ? 2 : 4, piece = (k() + pieces - 1) / pieces;
        for (std::uint64_t first = 0; first < k(); first += piece) {
            const std::uint64_t count = std::min(piece, k() - first);
            std::vector<float> part(m() * count), partial(m() * n());
            for (std::uint64_t row = 0; row < m(); ++row)
                std::copy_n(&left[row * k() + first], count, &part[row * count]);
            multiplyAdd(part.data(), &right[first * n()], partial.data(), m(), n(), count);
            for (std::size_t i = 0; i < sums.size(); ++i)
                sums[i] += partial[i];
        }
        void *target = moved(dData, d, batch);
        void *bias = static_cast<std::byte *>(operation.bias) + batch * operation.biasBatchStride * static_cast<std::int64_t>(bytesOf(biasType));
        const std::size_t auxBase = static_cast<std::size_t>(batch * operation.auxBatchStride);
        std::vector<float> rowSums(m());
        for (std::uint64_t row = 0; row < m(); ++row)
            for (std::uint64_t column = 0; column < n(); ++column) {
                float value = alpha * sums[row * n() + column];
                if (beta != 0.0f)
                    value += beta * load(moved(cData, c, batch), c.at(row, column), c.type);
                if (epilogue.bias)
                    value += load(bias, row, biasType);
                const std::size_t auxAt = auxBase + column * static_cast<std::size_t>(operation.auxStride) + row;
                if (epilogue.activation == Activation::Relu) {
                    if (epilogue.aux && !epilogue.backward)
                        setBit(operation.aux, auxAt, value > 0.0f);
                    value = (epilogue.backward ? bit(operation.aux, auxAt) : !(value <= 0.0f)) ? value : 0.0f;
                } else if (epilogue.activation == Activation::Gelu) {
                    if (epilogue.aux && !epilogue.backward)
                        store(operation.aux, auxAt, auxType, value);
                    value = epilogue.backward ? value * geluSlope(load(operation.aux, auxAt, auxType)) : gelu(value);
                }
                store(target, d.at(row, column), d.type, value);
                rowSums[row] += value;
            }
        if (operation.epilogue == CUBLASLT_EPILOGUE_BGRADA)  // op(A) summed over k
            for (std::uint64_t row = 0; row < m(); ++row) {
                float sum = 0;
                for (std::uint64_t i = 0; i < k(); ++i)
                    sum += left[row * k() + i];
                store(bias, row, biasType, sum);
            }
        else if (operation.epilogue == CUBLASLT_EPILOGUE_BGRADB)
            for (std::uint64_t column = 0; column < n(); ++column) {
                float sum = 0;
                for (std::uint64_t i = 0; i < k(); ++i)
                    sum += right[i * n() + column];
                store(bias, column, biasType, sum);
            }
        else if (epilogue.biasGradient)
            for (std::uint64_t row = 0; row < m(); ++row)
                store(bias, row, biasType, rowSums[row]);
    }
}

}  // namespace trainyard::simulation
