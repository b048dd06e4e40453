#include <algorithm>
#include <cctype>
#include <charconv>

#include "engine/metrics/metric_list.h"

namespace trainyard {

namespace {

constexpr std::string_view kMicro = "_micro", kOfClass = "_of_class_";

// Up to nine digits and nothing else.
std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.size() > 9 || number < 0)
        return std::nullopt;
    return number;
}

// "top_5_accuracy" for "top_#_accuracy".
std::optional<std::int64_t> numberIn(std::string_view name, std::string_view pattern)
{
    const std::size_t mark = pattern.find('#');
    const std::string_view before = pattern.substr(0, mark), after = pattern.substr(mark + 1);
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after))
        return std::nullopt;
    return wholeNumber(name.substr(before.size(), name.size() - before.size() - after.size()));
}

std::optional<MetricChoice> choiceOf(const MetricSpec &spec, std::string_view name)
{
    MetricChoice choice{&spec, std::string(name)};
    if (name == spec.name && spec.name.find('#') == std::string::npos)
        return choice;
    if (spec.name.find('#') != std::string::npos) {
        const auto number = numberIn(name, spec.name);
        choice.number = number.value_or(0);
        return number ? std::optional(choice) : std::nullopt;
    }
    if (!spec.byClass || !name.starts_with(spec.name))
        return std::nullopt;
    const std::string_view rest = name.substr(spec.name.size());
    if (rest == kMicro) {
        choice.averaging = Averaging::Micro;
        return choice;
    }
    const auto number = rest.starts_with(kOfClass) ? wholeNumber(rest.substr(kOfClass.size())) : std::nullopt;
    choice.averaging = Averaging::OneClass;
    choice.number = number.value_or(0);
    return number ? std::optional(choice) : std::nullopt;
}

std::string fittingNames(const MetricTask &task)
{
    std::string names;
    for (const MetricSpec &spec : metricCatalog())
        if (spec.fits(task))
            names += (names.empty() ? "" : ", ") + spec.name;
    return names;
}

Status refuse(const MetricChoice &choice, const MetricTask &task)
{
    const MetricSpec &spec = *choice.spec;
    if (!spec.fits(task))
        return fail(ErrorCode::InvalidArgument, "The metric {} does not fit the network's loss. These do: {}.", choice.name, fittingNames(task));
    if (spec.refuse)
        if (const auto reason = spec.refuse(choice, task))
            return fail(ErrorCode::InvalidArgument, "The metric {} does not fit: {}", choice.name, *reason);
    if (choice.averaging == Averaging::OneClass && choice.number >= task.classes())
        return fail(ErrorCode::InvalidArgument, "The metric {} does not fit: there are {} classes, from 0 to {}.", choice.name, task.classes(),
                    task.classes() - 1);
    return {};
}

}  // namespace

const std::vector<MetricSpec> &metricCatalog()
{
    static const std::vector<MetricSpec> catalog{
#define X(Name) make##Name##Metric(),
        TRAINYARD_METRICS(X)
#undef X
    };
    return catalog;
}

std::optional<MetricChoice> findMetric(std::string_view name)
{
    for (const MetricSpec &spec : metricCatalog())
        if (auto choice = choiceOf(spec, name))
            return choice;
    return std::nullopt;
}

std::string metricTitle(std::string_view name)
{
    const auto choice = findMetric(name);
    if (name.starts_with(kHeadLoss))
        return "Loss of " + std::string(name.substr(std::string_view(kHeadLoss).size()));
    if (!choice)
        return std::string(name);
    std::string title = choice->spec->title;
    if (const std::size_t mark = title.find('#'); mark != std::string::npos)
        return title.replace(mark, 1, std::to_string(choice->number));
    switch (choice->averaging) {
    case Averaging::Macro: return title;
    case Averaging::Micro: return title + ", micro";
    case Averaging::OneClass: break;
    }
    return title + " of class " + std::to_string(choice->number);
}

bool isShare(std::string_view name)
{
    const auto choice = findMetric(name);
    return choice && choice->spec->isShare;
}

bool speaksOfShare(std::string_view title)
{
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b)); };
    return std::any_of(metricCatalog().begin(), metricCatalog().end(), [&](const MetricSpec &spec) {
        return spec.isShare && std::search(title.begin(), title.end(), spec.title.begin(), spec.title.end(), same) != title.end();
    });
}

std::string withinSentence(std::string title)
{
    const auto isLower = [](char c) { return c >= 'a' && c <= 'z'; };
    std::size_t end = 1;
    while (end < title.size() && isLower(title[end]))
        ++end;
    // An abbreviation goes on in other than small letters.
    const bool word = end > 1 && (end == title.size() || title[end] == ' ' || title[end] == '-' || title[end] == ',');
    if (word && title[0] >= 'A' && title[0] <= 'Z')
        title[0] = static_cast<char>(title[0] - 'A' + 'a');
    return title;
}

Result<std::vector<MetricChoice>> chooseMetrics(const std::vector<std::string> &names, const MetricTask &task)
{
    TRAINYARD_CHECK(checkMetricNames(names));
    std::vector<MetricChoice> chosen{*findMetric("loss")};
    if (names.empty())
        for (const MetricSpec &spec : metricCatalog())
            if (spec.fits(task) && spec.isDefault && spec.isDefault(task))
                chosen.push_back(*findMetric(spec.name));
    for (const std::string &name : names) {
        const MetricChoice choice = *findMetric(name);
        TRAINYARD_CHECK(refuse(choice, task));
        if (std::none_of(chosen.begin(), chosen.end(), [&](const MetricChoice &other) { return other.name == name; }))
            chosen.push_back(choice);
    }
    for (MetricChoice &choice : chosen) {
        choice.lossWeight = task.loss.weight;
        choice.ofAnswers = task.loss.scores == Scores::Answers;
    }
    return chosen;
}

Status checkMetricNames(const std::vector<std::string> &names)
{
    for (const std::string &name : names) {
        if (findMetric(name))
            continue;
        std::string all;
        for (const MetricSpec &spec : metricCatalog())
            all += (all.empty() ? "" : ", ") + spec.name + (spec.byClass ? fmt::format(" (also {0}{1}, {0}{2}#)", spec.name, kMicro, kOfClass) : "");
        return fail(ErrorCode::InvalidArgument, "There is no metric {}. There are {}, where # is a number.", name, all);
    }
    return {};
}

}  // namespace trainyard
