// The settings several optimizers share.
#pragma once

#include "engine/layers/parameter_specs.h"

namespace trainyard {

// How slowly a running mean follows: 0 to below 1.
ParameterSpec betaSetting(std::string key, std::string label, double standard, std::string help);
// Added to a divisor.
ParameterSpec epsilonSetting(std::string key, double standard);

// Adam's: "beta1", "beta2", "epsilon".
ParameterSpec beta1Setting();
ParameterSpec beta2Setting();
ParameterSpec epsilonSetting();

inline float floatOf(const LayerSettings &settings, const char *key)
{
    return static_cast<float>(settings.real(key));
}

}  // namespace trainyard
