// Cuts a sequence (the characters of a text, the rows of a series) into windows, each wholly inside one part.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/result.h"
#include "engine/data/data_config.h"

namespace trainyard {

struct WindowRows {
    std::vector<std::int64_t> starts;  // position of each window's first element, ascending
    std::int64_t train = 0, validation = 0, test = 0;  // how many windows each part has, in this order
    std::int64_t trainPositions = 0;   // the training part is the positions before this one
};

// The parts are contiguous: training first, then validation, then test, so that no window of one part shares an element
// with one of another. A window takes window.length + ahead elements: what it sees and the targets after it. positionName:
// "characters". Errors: those of checkShares; InvalidData for a length, stride below 1 or ahead below 0, and for a part with a share that is too short
// for one window.
Result<WindowRows> cutWindows(std::int64_t positions, std::int64_t ahead, const WindowConfig &window, const SplitConfig &split,
                              const char *positionName);

struct Dataset;

// The row indices of the three parts: windows are rows in the order of their starts.
void setWindowParts(Dataset &dataset, const WindowRows &rows);

// Windows are copied one by one, so that overlapping ones repeat their elements: bytes is what all together take.
// Errors: OutOfMemory beyond 32 GB, with what to change.
Status checkWindowBytes(const WindowRows &rows, std::uint64_t bytesPerWindow);

}  // namespace trainyard
