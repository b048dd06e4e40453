#include "tests/gpu/simulation/host_convolution.h"

#include <algorithm>
#include <vector>

#include "tests/gpu/simulation/host_types.h"
#include "tests/gpu/simulation/matrix_product.h"

namespace trainyard::simulation {

namespace {

using cuda::Convolution;
using cuda::ConvolutionDirection;
using cuda::ConvolutionEpilogue;
using cuda::ConvolutionShape;

cudaDataType typeOf(DType dtype) { return dtype == DType::BF16 ? CUDA_R_16BF : dtype == DType::F16 ? CUDA_R_16F : CUDA_R_32F; }

std::vector<float> read(const void *from, std::int64_t count, const Convolution &convolution)
{
    std::vector<float> values(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = load(from, i, typeOf(convolution.dtype));
        if (convolution.tf32 && convolution.dtype == DType::F32)
            values[i] = toTf32(values[i]);
    }
    return values;
}

// One image and one group: which elements of the image each result pixel sees, as a matrix [pixels, window x channels].
class Patches {
public:
    Patches(const ConvolutionShape &shape, std::int64_t batch, std::int64_t group)
        : m_shape(shape), m_channels(shape.imageChannels / shape.groups),
          m_base(batch * shape.depth.image * shape.imageH * shape.imageW * shape.imageChannels + group * m_channels)
    {
    }

    std::size_t rows() const { return static_cast<std::size_t>(m_shape.depth.result * m_shape.resultH * m_shape.resultW); }
    std::size_t columns() const { return static_cast<std::size_t>(m_shape.taps() * m_channels); }

    // function(position in the matrix, index of the first channel in the image, channels)
    template <typename Function>
    void forEach(Function function) const
    {
        std::size_t at = 0;
        for (std::int64_t z = 0; z < m_shape.depth.result; ++z)
            for (std::int64_t y = 0; y < m_shape.resultH; ++y)
                for (std::int64_t x = 0; x < m_shape.resultW; ++x)
                    forWindow(z, y, x, at, function);
    }

    std::vector<float> gather(const std::vector<float> &image) const
    {
        std::vector<float> matrix(rows() * columns());
        forEach([&](std::size_t at, std::size_t from, std::size_t count) { std::copy_n(&image[from], count, &matrix[at]); });
        return matrix;
    }

    void scatterAdd(const std::vector<float> &matrix, std::vector<float> &image) const
    {
        forEach([&](std::size_t at, std::size_t to, std::size_t count) {
            for (std::size_t i = 0; i < count; ++i)
                image[to + i] += matrix[at + i];
        });
    }

private:
    template <typename Function>
    void forWindow(std::int64_t z, std::int64_t y, std::int64_t x, std::size_t &at, Function function) const
    {
        const Window2d &w = m_shape.window;
        const cuda::ConvolutionDepth &d = m_shape.depth;
        for (std::int64_t kz = 0; kz < d.kernel; ++kz)
            for (std::int64_t ky = 0; ky < w.kernelH; ++ky)
                for (std::int64_t kx = 0; kx < w.kernelW; ++kx, at += static_cast<std::size_t>(m_channels)) {
                    const std::int64_t slice = z * d.stride - d.padBefore + kz * d.dilation, row = y * w.strideH - w.padTop + ky * w.dilationH,
                                       column = x * w.strideW - w.padLeft + kx * w.dilationW;
                    if (slice >= 0 && slice < d.image && row >= 0 && row < m_shape.imageH && column >= 0 && column < m_shape.imageW)
                        function(at, static_cast<std::size_t>(m_base + ((slice * m_shape.imageH + row) * m_shape.imageW + column) * m_shape.imageChannels),
                                 static_cast<std::size_t>(m_channels));
                }
    }

    const ConvolutionShape &m_shape;
    std::int64_t m_channels, m_base;
};

std::vector<float> transposed(const std::vector<float> &matrix, std::size_t rows, std::size_t columns)
{
    std::vector<float> result(matrix.size());
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t column = 0; column < columns; ++column)
            result[column * rows + row] = matrix[row * columns + column];
    return result;
}

// The product in pieces of k, each summed on its own.
void product(const std::vector<float> &a, const float *b, std::vector<float> &c, std::size_t m, std::size_t n, std::size_t k, int order)
{
    const std::size_t piece = (k + static_cast<std::size_t>(order) - 1) / static_cast<std::size_t>(order);
    for (std::size_t first = 0; first < k; first += piece) {
        const std::size_t count = std::min(piece, k - first);
        std::vector<float> part(m * count), sums(m * n);
        for (std::size_t row = 0; row < m; ++row)
            std::copy_n(&a[row * k + first], count, &part[row * count]);
        multiplyAdd(part.data(), b + first * n, sums.data(), m, n, count);
        for (std::size_t i = 0; i < sums.size(); ++i)
            c[i] += sums[i];
    }
}

}  // namespace

void convolve(const Convolution &convolution, const ConvolutionMemory &memory, int order)
{
    const ConvolutionShape &shape = convolution.shape;
    const cudaDataType type = typeOf(convolution.dtype);
    const bool forward = convolution.direction == ConvolutionDirection::Forward;
    const bool gradData = convolution.direction == ConvolutionDirection::GradData;
    const auto allFilters = static_cast<std::size_t>(shape.resultChannels), filters = allFilters / static_cast<std::size_t>(shape.groups);
    // What is written begins as zeros.
    const auto zerosOrRead = [&](bool written, const void *from, std::int64_t count) {
        return written ? std::vector<float>(static_cast<std::size_t>(count)) : read(from, count, convolution);
    };
    std::vector<float> image = zerosOrRead(gradData, memory.image, shape.imageElements());
    std::vector<float> result = zerosOrRead(forward, memory.result, shape.resultElements());
    std::vector<float> filter = zerosOrRead(!forward && !gradData, memory.filter, shape.filterElements());
    for (std::int64_t batch = 0; batch < shape.batch; ++batch)
        for (std::int64_t group = 0; group < shape.groups; ++group) {
            const Patches patches(shape, batch, group);
            const std::size_t pixels = patches.rows(), window = patches.columns();
            // This image's and group's part of the result, [pixels, filters], and the group's filters, [filters, window].
            const auto resultAt = [&](std::size_t pixel) {
                return (static_cast<std::size_t>(batch) * pixels + pixel) * allFilters + static_cast<std::size_t>(group) * filters;
            };
            std::vector<float> part(pixels * filters);
            float *groupFilter = &filter[static_cast<std::size_t>(group) * filters * window];
            if (!forward)
                for (std::size_t pixel = 0; pixel < pixels; ++pixel)
                    std::copy_n(&result[resultAt(pixel)], filters, &part[pixel * filters]);
            if (forward) {
                const std::vector<float> weights = transposed({groupFilter, groupFilter + filters * window}, filters, window);
                product(patches.gather(image), weights.data(), part, pixels, filters, window, order);
                for (std::size_t pixel = 0; pixel < pixels; ++pixel)
                    std::copy_n(&part[pixel * filters], filters, &result[resultAt(pixel)]);
            } else if (gradData) {
                std::vector<float> matrix(pixels * window);
                product(part, groupFilter, matrix, pixels, window, filters, order);
                patches.scatterAdd(matrix, image);
            } else {
                const std::vector<float> matrix = patches.gather(image);
                std::vector<float> sums(filters * window);
                product(transposed(part, pixels, filters), matrix.data(), sums, filters, window, pixels, order);
                for (std::size_t i = 0; i < sums.size(); ++i)
                    groupFilter[i] += sums[i];
            }
        }
    if (!forward) {
        const std::vector<float> &written = gradData ? image : filter;
        for (std::size_t i = 0; i < written.size(); ++i)
            store(gradData ? memory.image : memory.filter, i, type, written[i]);
        return;
    }
    for (std::size_t i = 0; i < result.size(); ++i) {
        float value = result[i];
        if (convolution.epilogue != ConvolutionEpilogue::None)
            value += load(memory.bias, i % allFilters, type);
        if (convolution.epilogue == ConvolutionEpilogue::BiasRelu)
            value = value <= 0.0f ? 0.0f : value;
        store(memory.result, i, type, value);
    }
}

}  // namespace trainyard::simulation
