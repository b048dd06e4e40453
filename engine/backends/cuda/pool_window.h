// Where the windows of pooling lie: which inputs an output sees, and which outputs see an input. Also the way from a
// kernel's running index to image, pixel and channels.
#pragma once

#include "engine/backends/cuda/fast_divisor.h"
#include "engine/ops/op_attributes.h"
#include "engine/tensor/tensor.h"

namespace trainyard::cuda {

struct IndexRange {
    int begin, end;
};

// Along one dimension.
struct PoolAxis {
    int inputs = 1, outputs = 1, kernel = 1, stride = 1, pad = 0;
    FastDivisor byStride;

    // May be below 0: the padding.
    TRAINYARD_HOST_DEVICE int windowBegin(int output) const { return output * stride - pad; }

    TRAINYARD_HOST_DEVICE IndexRange inputsUnder(int output) const
    {
        const int begin = windowBegin(output), end = begin + kernel;
        return {begin < 0 ? 0 : begin, end < inputs ? end : inputs};
    }

    TRAINYARD_HOST_DEVICE IndexRange outputsOver(int input) const
    {
        const int position = input + pad;
        const int begin = position < kernel ? 0 : static_cast<int>(byStride.quotient(static_cast<std::uint32_t>(position - kernel))) + 1;
        const int end = static_cast<int>(byStride.quotient(static_cast<std::uint32_t>(position))) + 1;
        return {begin, end < outputs ? end : outputs};
    }
};

struct PoolWindow {
    PoolAxis h, w;
    bool countPadding = false;

    // By which the sum under an output's window is divided.
    TRAINYARD_HOST_DEVICE float share(int outputH, int outputW) const
    {
        if (countPadding)
            return 1.0f / static_cast<float>(h.kernel * w.kernel);
        const IndexRange rows = h.inputsUnder(outputH), columns = w.inputsUnder(outputW);
        const int seen = (rows.end - rows.begin) * (columns.end - columns.begin);
        return seen > 0 ? 1.0f / static_cast<float>(seen) : 0.0f;
    }
};

// x, y: the forward op's shapes, NHWC.
inline PoolWindow poolWindow(const Pool2dAttributes &pool, const Shape &x, const Shape &y)
{
    const auto axis = [](std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t stride, std::int64_t pad) {
        return PoolAxis{static_cast<int>(inputs), static_cast<int>(outputs), static_cast<int>(kernel),
                        static_cast<int>(stride), static_cast<int>(pad),     FastDivisor(stride)};
    };
    const Window2d &w = pool.window;
    return {axis(x[1], y[1], w.kernelH, w.strideH, w.padTop), axis(x[2], y[2], w.kernelW, w.strideW, w.padLeft), pool.countPadding};
}

// One item: some channels of one pixel of one image.
struct PixelItem {
    std::uint32_t image;
    int row, column;
    std::uint32_t pack;
};

struct PixelItems {
    FastDivisor packs, width, height;
    std::uint32_t count = 0;

    TRAINYARD_HOST_DEVICE PixelItem item(std::uint32_t index) const
    {
        PixelItem at;
        at.pack = packs.takeRemainder(index);
        at.column = static_cast<int>(width.takeRemainder(index));
        at.row = static_cast<int>(height.takeRemainder(index));
        at.image = index;
        return at;
    }
};

// Where the item's first element lies in a tensor of these items.
TRAINYARD_HOST_DEVICE inline std::size_t pixelOffset(std::uint32_t image, int row, int column, int height, int width, std::size_t channels)
{
    return ((static_cast<std::size_t>(image) * height + row) * width + column) * channels;
}

}  // namespace trainyard::cuda
