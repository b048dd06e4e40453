#include <algorithm>

#include "engine/blocks/block_body.h"
#include "engine/blocks/block_list.h"
#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostLevels = 6;

class Unet {
public:
    explicit Unet(const LayerSettings &settings) : m_settings(settings) {}

    Graph make() { return m_body.finish(level(m_body.input(), 1, m_settings.integer("filters"))); }

private:
    // One level and all below it, in columns to the right: its image comes back at the same size, with this many channels.
    LayerId level(LayerId x, std::int64_t number, std::int64_t filters)
    {
        const auto column = static_cast<double>(number - 1);
        const std::string stem = std::to_string(number);
        x = two(stem + "_down", x, filters, column);
        if (number > m_settings.integer("levels"))
            return x;
        const LayerId pool = m_body.add("max_pool2d", "pool" + stem, {x}, {{"kernel", square(2)}, {"stride", square(2)}}, column + 1);
        const LayerId below = level(pool, number + 1, 2 * filters);
        LayerId up = 0;
        if (m_settings.choice("up") == "transposed") {
            up = m_body.add("conv_transpose2d", "up" + stem, {below}, {{"filters", filters}, {"kernel", square(2)}, {"stride", square(2)}}, column + 1);
        } else {
            const LayerId large = m_body.add("upsample", "enlarge" + stem, {below}, {{"factor", square(2)}, {"method", m_settings.choice("up")}}, column + 1);
            up = addConvolution(m_body, stem + "_enlarged", large, {{"filters", filters}, {"kernel", square(3)}}, m_settings.choice("activation"), column + 1);
        }
        return two(stem + "_up", m_body.add("concat", "join" + stem, {x, up}, {}, column), filters, column);
    }

    LayerId two(const std::string &stem, LayerId x, std::int64_t filters, double column)
    {
        for (const char *letter : {"a", "b"})
            x = addConvolution(m_body, stem + "_" + letter, x, {{"filters", filters}, {"kernel", square(3)}}, m_settings.choice("activation"), column);
        return x;
    }

    const LayerSettings &m_settings;
    BlockBody m_body;
};

ParameterMap settingsFrom(const Shape &input)
{
    if (!channelsOf(input))
        return {};
    std::int64_t levels = 0;
    for (std::int64_t height = input[0], width = input[1]; levels < 3 && height % 2 == 0 && width % 2 == 0; ++levels) {
        height /= 2;
        width /= 2;
    }
    return {{"levels", std::max<std::int64_t>(levels, 1)}};
}

}  // namespace

BuiltInBlock makeUnetBlock()
{
    return {.name = "unet",
            .title = "U-Net",
            .summary = "Sees an image as a whole and in detail, and gives one of the same size.",
            .help = "Each level: two convolutions, half the size and twice the filters for the level below, back to the full size, joined with what was there before, two "
                    "convolutions more. Height and width must be divisible by 2 as often as there are levels. A 1x1 convolution behind it makes a class of "
                    "each pixel. With one level it is a single step down and up: put another U-Net in place of its lowest convolutions to nest them. "
                    "Ronneberger et al. 2015, with padding and batch norm.",
            .settings = {integerParameter("filters", "Filters", 16, 1, 1 << 12, "The channels it puts out, and those of the first level; each level below has twice as many."),
                         integerParameter("levels", "Levels", 2, 1, kMostLevels, "How often the size is halved."),
                         choiceParameter("up", "Way up", "transposed", {"transposed", "nearest", "bilinear"},
                                         "A transposed convolution, or the enlarged image followed by a convolution, which leaves no checkerboard."),
                         activationParameter("relu")},
            .make = [](const LayerSettings &settings) { return Unet(settings).make(); },
            .settingsFor = settingsFrom};
}

}  // namespace trainyard
