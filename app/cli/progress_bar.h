// One line on a terminal that shows how training goes; plain lines, one an epoch, where the output is not a terminal.
#pragma once

#include <cstdint>
#include <string>

#include "engine/train/trainer.h"

namespace trainyard::cli {

class ProgressBar {
public:
    ProgressBar();
    void show(const TrainProgress &progress);
    void message(const std::string &text);  // a line of its own above the bar
    void finish();                          // leaves the last state standing

private:
    void clear();
    bool m_terminal;
    bool m_drawn = false;
    std::int64_t m_lastEpoch = 0;
};

// "epoch 12/30  loss 0.0833  val accuracy 98.4 %  41,200 samples/s  1:12 left"
std::string progressText(const TrainProgress &progress);

}  // namespace trainyard::cli
