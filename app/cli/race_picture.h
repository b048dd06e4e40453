// A race on a terminal: a line for each contestant while it goes on, bars and the ratio at the end. Where the output is not
// a terminal, the end alone and a line for each turn.
#pragma once

#include <string>
#include <vector>

#include "engine/api/race.h"

namespace trainyard::cli {

class RacePicture {
public:
    RacePicture();
    void showLive(const RaceState &state);
    void showResult(const RaceState &state);

private:
    void clear();

    bool m_terminal;
    int m_drawn = 0;  // lines standing
    std::vector<RacePhase> m_told;
};

// Bars as long as the rates, the longest `width` characters, and what follows. Pure.
std::vector<std::string> resultLines(const RaceState &state, int width);

}  // namespace trainyard::cli
