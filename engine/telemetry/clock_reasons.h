// Why a GPU's clocks are not at their highest, in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/telemetry/run_event.h"

namespace trainyard {

struct ClockReason {
    std::uint64_t bit = 0;
    const char *words = "";    // "the power limit": fits after "held back by"
    bool holdsBack = false;    // slower than it could be, and worth telling; idle and clocks that were set are not
    bool isWarning = false;    // somebody should look at the machine
};
std::span<const ClockReason> clockReasons();

// "power limit, temperature"; "none" for 0; a bit nobody knows is named by its number.
std::string clockReasonsText(std::uint64_t reasons);

// Turns readings into events, few of them: a reason is told when it appears, and its end when it has been away for a
// while, because the power limit comes and goes every second under full load.
class ClockReasonWatch {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto kAwayBeforeEnd = std::chrono::seconds(30);

    // Texts and levels alone are set in the events.
    std::vector<RunEvent> update(std::uint64_t reasons, Clock::time_point now);

private:
    std::map<std::uint64_t, Clock::time_point> m_told;  // bit -> when it was last there
};

}  // namespace trainyard
