// Initial weights. Glorot and Bengio 2010 (Xavier), He et al. 2015 (Kaiming, for relu: gain sqrt 2).
#include <cmath>
#include <numbers>

#include "engine/base/philox.h"
#include "engine/program/build.h"

namespace trainyard {

namespace {

// FNV-1a: the number of a parameter among the random streams is a function of its name alone, so that adding a layer
// elsewhere does not change how this one starts.
std::uint32_t hashName(std::string_view name)
{
    std::uint32_t hash = 2166136261u;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return hash;
}

// High, because coming down costs one skipped step each time and going up 2000 steps.
constexpr float kFirstLossScale = 65536.0f;

void fillUniform(std::span<float> out, PhiloxSequence random, double limit)
{
    for (float &value : out)
        value = static_cast<float>((2.0 * random.uniform() - 1.0) * limit);
}

// Box-Muller; 1 - u keeps the logarithm's argument above zero.
void fillNormal(std::span<float> out, PhiloxSequence random, double deviation)
{
    for (std::size_t i = 0; i < out.size(); i += 2) {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
        const double angle = 2.0 * std::numbers::pi * random.uniform();
        out[i] = static_cast<float>(deviation * radius * std::cos(angle));
        if (i + 1 < out.size())
            out[i + 1] = static_cast<float>(deviation * radius * std::sin(angle));
    }
}

// Vaswani et al. 2017: sin in the even columns, cos in the odd ones, wavelengths from 2 pi to 10000 * 2 pi.
void fillSinusoidal(std::span<float> out, std::size_t width)
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t position = i / width, column = i % width;
        const double angle = static_cast<double>(position) / std::pow(10000.0, static_cast<double>(column / 2 * 2) / static_cast<double>(width));
        out[i] = static_cast<float>(column % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
}

}  // namespace

void fillParameter(const Program &program, const ParameterInit &init, std::uint64_t seed, std::span<float> out)
{
    const PhiloxSequence random(seed, RandomStream::Initialize, hashName(program.list.value(init.value).name));
    switch (init.initializer) {
    case Initializer::Zeros: std::fill(out.begin(), out.end(), 0.0f); return;
    case Initializer::Values: std::copy(init.values.begin(), init.values.end(), out.begin()); return;
    case Initializer::Ones: std::fill(out.begin(), out.end(), 1.0f); return;
    case Initializer::KaimingNormal: return fillNormal(out, random, std::sqrt(2.0 / init.fanIn));
    case Initializer::KaimingUniform: return fillUniform(out, random, std::sqrt(6.0 / init.fanIn));
    case Initializer::XavierNormal: return fillNormal(out, random, std::sqrt(2.0 / (init.fanIn + init.fanOut)));
    case Initializer::XavierUniform: return fillUniform(out, random, std::sqrt(6.0 / (init.fanIn + init.fanOut)));
    case Initializer::Normal: return fillNormal(out, random, init.deviation);
    case Initializer::Constant: std::fill(out.begin(), out.end(), static_cast<float>(init.deviation)); return;
    case Initializer::Uniform: return fillUniform(out, random, init.deviation);
    case Initializer::Sinusoidal: return fillSinusoidal(out, static_cast<std::size_t>(program.list.value(init.value).type.shape.back()));
    case Initializer::LstmBias:
        fillUniform(out, random, init.deviation);
        for (float &value : out.subspan(out.size() / 4, out.size() / 4))
            value += static_cast<float>(init.offset);
        return;
    case Initializer::LossScale:
        std::fill(out.begin(), out.end(), 0.0f);
        out.front() = kFirstLossScale;
        return;
    }
}

}  // namespace trainyard
