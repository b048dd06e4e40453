#include "engine/train/text_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "engine/base/philox.h"
#include "engine/train/model.h"

namespace trainyard {

namespace {

// Where there is no prompt: as if a line had just ended.
std::int32_t firstToken(const std::vector<std::string> &vocabulary)
{
    const auto lineEnd = std::find(vocabulary.begin(), vocabulary.end(), "\n");
    return lineEnd == vocabulary.end() ? 0 : static_cast<std::int32_t>(lineEnd - vocabulary.begin());
}

// One character of UTF-8 from here on, so that a skipped one stays readable; of other bytes one.
std::size_t characterLength(const std::string &text, std::size_t at)
{
    std::size_t end = at + 1;
    while (end < text.size() && (text[end] & 0xC0) == 0x80)
        ++end;
    return end - at;
}

}  // namespace

std::vector<std::int32_t> encodeTokens(const std::string &text, const std::vector<std::string> &vocabulary, std::string &skipped)
{
    std::unordered_map<std::string_view, std::int32_t> byText;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
        byText.try_emplace(vocabulary[i], static_cast<std::int32_t>(i));
        longest = std::max(longest, vocabulary[i].size());
    }
    std::vector<std::int32_t> tokens;
    const std::string_view all = text;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t length = std::min(longest, text.size() - at);
        auto found = byText.end();
        for (; length > 0 && found == byText.end(); --length)
            found = byText.find(all.substr(at, length));
        if (found != byText.end()) {
            tokens.push_back(found->second);
            at += found->first.size();
            continue;
        }
        const std::size_t character = characterLength(text, at);
        skipped += all.substr(at, character);
        at += character;
    }
    return tokens;
}

std::int32_t drawToken(std::span<const float> scores, const SamplingConfig &settings, std::uint32_t position)
{
    constexpr double kNever = -std::numeric_limits<double>::infinity();
    const auto score = [&](std::size_t i) { return std::isfinite(scores[i]) ? static_cast<double>(scores[i]) : kNever; };
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto likelier = [&](std::size_t a, std::size_t b) { return score(a) > score(b) || (score(a) == score(b) && a < b); };
    const std::size_t best = *std::min_element(order.begin(), order.end(), likelier);
    if (settings.temperature == 0 || score(best) == kNever)
        return static_cast<std::int32_t>(best);
    if (settings.topK > 0 && static_cast<std::size_t>(settings.topK) < order.size()) {
        std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(settings.topK), order.end(), likelier);
        order.resize(static_cast<std::size_t>(settings.topK));
        std::sort(order.begin(), order.end());
    }
    std::vector<double> sums(order.size());
    double sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
        sums[i] = sum += std::exp((score(order[i]) - score(best)) / settings.temperature);
    const double drawn = sum * PhiloxSequence(settings.seed, RandomStream::Sample, 0, position).uniform();
    const auto at = std::upper_bound(sums.begin(), sums.end(), drawn);
    return static_cast<std::int32_t>(at == sums.end() ? best : order[static_cast<std::size_t>(at - sums.begin())]);
}

Result<TextSample> sampleText(Model &model, const Dataset &dataset, const SamplingConfig &settings, const std::function<bool()> &cancelled)
{
    TextSample sample;
    sample.settings = settings;
    std::vector<std::int32_t> tokens = encodeTokens(settings.prompt, dataset.vocabulary, sample.skipped);
    if (tokens.empty())
        tokens.push_back(firstToken(dataset.vocabulary));
    std::vector<std::int32_t> context(static_cast<std::size_t>(dataset.sampleShape().elements()));
    std::vector<float> scores;
    for (std::int64_t i = 0; i < settings.length && !cancelled(); ++i) {
        const std::size_t seen = std::min(tokens.size(), context.size());
        std::fill(std::copy(tokens.end() - static_cast<std::ptrdiff_t>(seen), tokens.end(), context.begin()), context.end(), 0);
        TRAINYARD_CHECK(model.look(std::as_bytes(std::span(context)), 1, scores));
        const std::size_t choices = scores.size() / context.size();
        const std::int32_t next = drawToken(std::span(scores).subspan((seen - 1) * choices, choices), settings, static_cast<std::uint32_t>(i));
        if (static_cast<std::size_t>(next) < dataset.vocabulary.size())  // a network may have scores for tokens that no text has
            sample.text += dataset.vocabulary[static_cast<std::size_t>(next)];
        tokens.push_back(next);
    }
    return sample;
}

}  // namespace trainyard
