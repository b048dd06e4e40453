// Numbers as people read them: SI units, three significant digits, thousands separators.
#pragma once

#include <cstdint>
#include <string>

namespace trainyard {

std::string formatBytes(std::uint64_t bytes);         // "1.95 MB", "512 B" (powers of 1000)
std::string formatCount(std::int64_t count);          // "41,200"
std::string formatSignificant(double value);          // "0.0833", "12.3", "1.2e-05"; "nan", "inf" as they are
std::string formatDuration(double seconds);           // "3.2 ms", "12.4 s", "1:12", "2:03:09"
std::string formatPercent(double share);              // 0.984 -> "98.4 %"

}  // namespace trainyard
