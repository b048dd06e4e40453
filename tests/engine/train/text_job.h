// A training job over a text, small enough for tests: lines that repeat themselves, and a network that can learn them.
#pragma once

#include "engine/data/text_dataset.h"
#include "tests/engine/train/small_job.h"

namespace trainyard::test {

inline constexpr std::int64_t kTextContext = 16;

inline std::vector<char> linesOfText(int count)
{
    std::string text;
    for (int line = 0; line < count; ++line)
        text += line % 3 == 0 ? "one wagon rolls\n" : line % 3 == 1 ? "two wagons roll\n" : "the yard sleeps\n";
    return {text.begin(), text.end()};
}

inline Dataset smallText()
{
    DataConfig config;
    config.format = DataFormat::Text;
    config.window.length = kTextContext;
    config.window.stride = 4;
    return datasetFromText(linesOfText(60), config).value();
}

inline TrainJob textJob(const SamplingConfig &sampling)
{
    TrainJob job;
    const auto tokens = static_cast<std::int64_t>(smallText().vocabulary.size());
    job.graph = std::make_shared<const Graph>(chainOf({{"input", {{"shape", std::vector<std::int64_t>{kTextContext}}}},
                                                       {"embedding", {{"tokens", tokens}, {"width", std::int64_t{16}}}},
                                                       {"positional_embedding", {}},
                                                       {"multi_head_attention", {{"heads", std::int64_t{2}}, {"causal", true}}},
                                                       {"dropout", {{"rate", 0.1}}},
                                                       {"dense", {{"units", tokens}}},
                                                       {"softmax_cross_entropy", {}}}));
    job.config = smallConfig();
    job.config.device = "cpu";
    job.config.epochs = 3;
    job.config.optimizer.type = "adam";
    job.config.sampling = sampling;
    job.loadData = [] { return Result<Dataset>(smallText()); };
    return job;
}

// The job with its samples collected; the vector must outlive the run.
inline TrainJob collecting(TrainJob job, std::vector<TextSample> &samples)
{
    job.onSample = [&samples](const TextSample &sample) { samples.push_back(sample); };
    return job;
}

}  // namespace trainyard::test
