#include "engine/train/sampling_config.h"

#include <cmath>

#include "engine/base/format.h"
#include "engine/train/json_settings.h"

namespace trainyard {

namespace {

constexpr std::int64_t kMostTokens = 100'000, kMostChoices = 1'000'000;
constexpr std::size_t kLongestPrompt = 10'000;
constexpr double kHottest = 100;

tl::unexpected<Error> refuse(const char *setting, std::string message)
{
    return fail(Error{ErrorCode::InvalidArgument, std::move(message), setting, {}});
}

// What JSON cannot hold could not be saved with the run.
bool isText(const std::string &bytes)
{
    try {
        (void)nlohmann::json(bytes).dump();
        return true;
    } catch (const nlohmann::json::type_error &) {
        return false;
    }
}

}  // namespace

Status checkSampling(const SamplingConfig &sampling)
{
    if (!isText(sampling.prompt))
        return refuse("sampling.prompt", "The prompt is not text in UTF-8. Type it as plain text.");
    if (sampling.prompt.size() > kLongestPrompt)
        return refuse("sampling.prompt", fmt::format("The prompt has {} bytes. At most {} can be used.", formatCount(static_cast<std::int64_t>(sampling.prompt.size())),
                                                     formatCount(static_cast<std::int64_t>(kLongestPrompt))));
    if (sampling.length < 1 || sampling.length > kMostTokens)
        return refuse("sampling.length", fmt::format("The length of a sample is {}. It must be between 1 and {}.", sampling.length, formatCount(kMostTokens)));
    if (!(sampling.temperature >= 0 && sampling.temperature <= kHottest))
        return refuse("sampling.temperature", fmt::format("The temperature is {}. It must be between 0, which always takes the likeliest, and {}.",
                                                          sampling.temperature, kHottest));
    if (sampling.topK < 0 || sampling.topK > kMostChoices)
        return refuse("sampling.top_k", fmt::format("Top k is {}. It must be between 0, which is off, and {}.", sampling.topK, formatCount(kMostChoices)));
    return {};
}

nlohmann::ordered_json samplingToJson(const SamplingConfig &sampling)
{
    return {{"on", sampling.on},         {"prompt", sampling.prompt}, {"length", sampling.length}, {"temperature", sampling.temperature},
            {"top_k", sampling.topK}, {"seed", sampling.seed}};
}

Result<SamplingConfig> samplingFromJson(const nlohmann::ordered_json &json)
{
    if (!json.is_object())
        return fail(ErrorCode::InvalidFile, "\"sampling\" must be an object with settings.");
    SamplingConfig sampling;
    TRAINYARD_CHECK(readSetting(json, "on", sampling.on));
    TRAINYARD_CHECK(readSetting(json, "prompt", sampling.prompt));
    TRAINYARD_CHECK(readSetting(json, "length", sampling.length));
    TRAINYARD_CHECK(readSetting(json, "temperature", sampling.temperature));
    TRAINYARD_CHECK(readSetting(json, "top_k", sampling.topK));
    TRAINYARD_CHECK(readSetting(json, "seed", sampling.seed));
    return sampling;
}

}  // namespace trainyard
