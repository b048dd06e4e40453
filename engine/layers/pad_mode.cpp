#include "engine/layers/pad_mode.h"

#include <algorithm>

#include "engine/layers/parameter_specs.h"

namespace trainyard {

std::vector<ParameterSpec> padModeParameters()
{
    return {choiceParameter("mode", "Mode", "constant", {"constant", "reflect", "replicate"},
                            "constant: one value. reflect: mirrored at the outermost entry. replicate: the outermost entry again and again."),
            onlyWhen(realParameter("value", "Value", 0.0, -1e6, 1e6, "What the new entries hold."), "mode", "constant")};
}

PadAttributes padAttributes(const LayerSettings &settings, std::int64_t axis, std::int64_t before, std::int64_t after)
{
    const std::string &mode = settings.choice("mode");
    return {axis, before, after, mode == "constant" ? static_cast<float>(settings.real("value")) : 0.0f,
            mode == "reflect" ? PadMode::Reflect : mode == "replicate" ? PadMode::Replicate : PadMode::Constant};
}

std::optional<LayerProblem> checkPadding(const std::string &title, const LayerSettings &settings, std::int64_t length, std::int64_t before, std::int64_t after,
                                         const std::string &key)
{
    if (settings.choice("mode") != "reflect" || std::max(before, after) < length)
        return std::nullopt;
    return LayerProblem{fmt::format("{} by reflection can add {} entries at most to a dimension of {}, and is to add {} and {}. Add fewer, or replicate.", title,
                                    length - 1, length, before, after),
                        key, ParameterFix{"mode", std::string("replicate"), "Set mode to replicate"}};
}

}  // namespace trainyard
