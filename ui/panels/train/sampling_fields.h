// What a network that learns a text is asked to write, one line each.
#pragma once

#include <vector>

#include "ui/panels/train/training_fields.h"

namespace trainyard::ui {

inline constexpr const char *kPromptField = "samplePrompt";

std::vector<TrainingField> samplingFields();

}  // namespace trainyard::ui
