// The words around what a network wrote, for the live run and for past ones.
#pragma once

#include <vector>

#include <QString>

#include "engine/storage/run_record.h"
#include "engine/train/text_sample.h"

namespace trainyard::ui {

struct ShownSample {
    QString prompt, text;
    QString caption;   // "Step 1,200, epoch 3"
    QString settings;  // "200 tokens, temperature 0.8, seed 1"
    bool operator==(const ShownSample &) const = default;
};

ShownSample shownSample(const TextSample &sample);
std::vector<ShownSample> shownSamples(const std::vector<SampleRecord> &samples);

}  // namespace trainyard::ui
