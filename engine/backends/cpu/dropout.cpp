#include "engine/backends/cpu/step.h"
#include "engine/base/philox.h"

namespace trainyard::cpu {

namespace {

struct Draw {
    DropoutAttributes attributes;
    std::uint64_t seed;
    std::uint32_t step;
    float scale;  // on what is kept

    Draw(const DropoutAttributes &a, const StepScalars &scalars)
        : attributes(a), seed(scalars.seed), step(static_cast<std::uint32_t>(scalars.step)), scale(a.rate < 1.0f ? 1.0f / (1.0f - a.rate) : 0.0f)
    {
    }
    // For the elements from 4 block to 4 block + 3.
    Philox4 bits(std::size_t block) const
    {
        return philox(seed, {static_cast<std::uint32_t>(block), step, attributes.key, static_cast<std::uint32_t>(RandomStream::Dropout)});
    }
};

// Pieces begin at multiples of four, as the generator's blocks do.
void dropElements(const Draw &draw, const float *x, std::size_t begin, std::size_t end, float *y)
{
    for (std::size_t i = begin; i < end; i += 4) {
        const Philox4 bits = draw.bits(i / 4);
        for (std::size_t k = i; k < std::min(i + 4, end); ++k)
            y[k] = philoxUniform(bits[k - i]) >= draw.attributes.rate ? x[k] * draw.scale : 0.0f;
    }
}

// One sample of [positions, channels]; four channels at a time, whose numbers may lie in two blocks.
void dropChannels(const Draw &draw, std::size_t sample, std::size_t positions, std::size_t channels, const float *x, float *y)
{
    for (std::size_t c = 0; c < channels;) {
        const std::size_t index = sample * channels + c, here = std::min(channels - c, 4 - index % 4);
        const Philox4 bits = draw.bits(index / 4);
        for (std::size_t p = 0; p < positions; ++p)
            for (std::size_t k = 0; k < here; ++k) {
                const std::size_t at = p * channels + c + k;
                y[at] = philoxUniform(bits[index % 4 + k]) >= draw.attributes.rate ? x[at] * draw.scale : 0.0f;
            }
        c += here;
    }
}

}  // namespace

std::unique_ptr<Step> makeDropout(StepRequest &request)
{
    const auto attributes = request.attributes<DropoutAttributes>();
    const Shape &shape = request.outputShape();
    const auto count = static_cast<std::size_t>(shape.elements());
    const auto samples = static_cast<std::size_t>(shape[0]), channels = static_cast<std::size_t>(shape.back());
    return makeLoop([op = request.op, attributes, count, samples, channels, threads = request.threads](const StepMemory &memory) {
        const float *x = memory.at<float>(op.inputs[0]);
        float *y = memory.at<float>(op.outputs[0]);
        const Draw draw(attributes, *memory.scalars);
        if (!attributes.channelwise)
            return forPieces(count, threads, [=](std::size_t begin, std::size_t end) { dropElements(draw, x, begin, end, y); });
        const std::size_t each = count / samples;
        forPieces(samples, threads, [=](std::size_t begin, std::size_t end) {
            for (std::size_t n = begin; n < end; ++n)
                dropChannels(draw, n, each / channels, channels, x + n * each, y + n * each);
        });
    });
}

}  // namespace trainyard::cpu
