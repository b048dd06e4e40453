// A look at a network while it trains: it is run forward over samples of our own, with a program of its own in the run's arena.
// Nothing that training reads is touched, so that a run with looks and one without have the same bits.
//
// Kinds of looks are rows of a table; text_sample.h and decision_grid.h say what each makes of the predictions.
#pragma once

#include <optional>

#include "engine/program/build.h"
#include "engine/train/training_config.h"

namespace trainyard {

enum class ProbeKind : std::uint8_t { TextSample, DecisionGrid };

// The look that these data and settings ask for; empty: none. What the network puts out may still rule it out.
std::optional<ProbeKind> probeOf(const DataTypes &data, const TrainingConfig &config);

// Its program, Mode::Predict with BuildOptions::ownSamples; empty: this network puts out something else than the look reads.
// base: as of the run's programs. Errors: those of buildProgram.
Result<std::optional<Program>> buildProbe(ProbeKind kind, const Graph &graph, const DataTypes &data, BuildOptions base);

}  // namespace trainyard
