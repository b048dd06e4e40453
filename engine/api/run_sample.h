// Text from the weights of a past run: what its network writes from a checkpoint. Blocking: for programs without a window,
// or a worker thread.
#pragma once

#include <functional>
#include <optional>

#include "engine/api/project.h"
#include "engine/storage/run_store.h"
#include "engine/train/text_sample.h"

namespace trainyard {

struct RunSampleRequest {
    std::optional<std::int64_t> run;                    // empty: the newest that has a checkpoint
    bool best = false;                                  // the best weights that were kept, instead of the latest
    std::optional<std::string> device;                  // instead of the run's
    std::function<void(SamplingConfig &)> change;       // of the settings the run had; may be empty
    std::function<bool()> cancelled = [] { return false; };
};

struct RunSample {
    std::int64_t run = 0;
    TextSample sample;
};

// With the same settings, device and number of threads it is what the run itself wrote at that step, to the letter. Errors:
// NotFound (no such run, no checkpoint), InvalidFile, InvalidArgument (a setting; a run whose network learns no text), and
// those of reading the data and making the model.
Result<RunSample> sampleFromRun(const Project &project, RunStore &store, const RunSampleRequest &request);

}  // namespace trainyard
