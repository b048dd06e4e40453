#include "engine/optim/optimizer_settings.h"

namespace trainyard {

namespace {

// Still below 1 as a float32, with a horizon of ten million steps.
constexpr double kMostBeta = 0.9999999;

}  // namespace

ParameterSpec betaSetting(std::string key, std::string label, double standard, std::string help)
{
    return realParameter(std::move(key), std::move(label), standard, 0, kMostBeta, std::move(help));
}

ParameterSpec epsilonSetting(std::string key, double standard)
{
    return realParameter(std::move(key), "Epsilon", standard, 1e-30, 1, "Keeps the division away from zero.");
}

ParameterSpec beta1Setting()
{
    return betaSetting("beta1", "Beta 1", 0.9, "How slowly the mean of the gradients follows, 0 to below 1.");
}

ParameterSpec beta2Setting()
{
    return betaSetting("beta2", "Beta 2", 0.999, "How slowly the mean of the squared gradients follows, 0 to below 1.");
}

ParameterSpec epsilonSetting()
{
    return epsilonSetting("epsilon", 1e-8);
}

}  // namespace trainyard
