#include "engine/layers/initializer_settings.h"

#include "engine/layers/parameter_specs.h"

namespace trainyard {

namespace {

struct InitializerName {
    const char *name;
    Initializer initializer;
};

constexpr InitializerName kNames[] = {
    {"kaiming_normal", Initializer::KaimingNormal}, {"kaiming_uniform", Initializer::KaimingUniform},
    {"xavier_uniform", Initializer::XavierUniform}, {"xavier_normal", Initializer::XavierNormal},
    {"normal", Initializer::Normal},                {"zeros", Initializer::Zeros},
};

}  // namespace

std::vector<ParameterSpec> initializerParameters(const std::string &defaultChoice)
{
    std::vector<std::string> choices;
    for (const InitializerName &entry : kNames)
        choices.emplace_back(entry.name);
    return {choiceParameter("initializer", "Initializer", defaultChoice, std::move(choices),
                            "How the weights start. Kaiming keeps the signal's size through ReLU layers, Xavier through "
                            "tanh, sigmoid and linear ones; normal draws with a fixed deviation. Zeros makes all units "
                            "equal and is meant for last layers only."),
            onlyWhen(realParameter("deviation", "Deviation", 0.02, 0.0, 100.0,
                                   "Standard deviation of the normal distribution the weights are drawn from."),
                     "initializer", "normal")};
}

ParameterInit initializerOf(const LayerSettings &settings, std::int64_t fanIn, std::int64_t fanOut)
{
    ParameterInit init;
    const std::string &choice = settings.choice("initializer");
    for (const InitializerName &entry : kNames)
        if (choice == entry.name)
            init.initializer = entry.initializer;
    init.fanIn = static_cast<double>(fanIn);
    init.fanOut = static_cast<double>(fanOut);
    init.deviation = settings.real("deviation");
    return init;
}

}  // namespace trainyard
