// What row_losses.h walks a row with on the CPU: a single thread.
#pragma once

#include <cstdint>

namespace trainyard::cpu {

struct RowTeam {
    static constexpr std::int64_t lanes = 1;
    static std::int64_t lane() { return 0; }
    static float number(float x) { return x; }
    static double sum(double mine) { return mine; }
    static std::int64_t largest(float, std::int64_t place) { return place; }
};

}  // namespace trainyard::cpu
