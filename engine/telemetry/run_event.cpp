#include "engine/telemetry/run_event.h"

#include <array>
#include <utility>

namespace trainyard {

namespace {

constexpr std::array kLevels{
    std::pair{EventLevel::Info, "info"},
    std::pair{EventLevel::Warning, "warning"},
    std::pair{EventLevel::Error, "error"},
};

constexpr std::array kKinds{
    std::pair{EventKind::Started, "started"},       std::pair{EventKind::Epoch, "epoch"},
    std::pair{EventKind::Paused, "paused"},         std::pair{EventKind::Resumed, "resumed"},
    std::pair{EventKind::LearningRate, "learning_rate"}, std::pair{EventKind::Checkpoint, "checkpoint"},
    std::pair{EventKind::Warning, "warning"},       std::pair{EventKind::Finished, "finished"},
    std::pair{EventKind::Message, "message"},
};

template <typename Table, typename Value>
const char *nameIn(const Table &table, Value value)
{
    for (const auto &[entry, name] : table) {
        if (entry == value)
            return name;
    }
    return table.back().second;
}

template <typename Table, typename Value>
Value valueIn(const Table &table, const std::string &wanted, Value otherwise)
{
    for (const auto &[entry, name] : table) {
        if (wanted == name)
            return entry;
    }
    return otherwise;
}

}  // namespace

const char *eventLevelName(EventLevel level)
{
    return nameIn(kLevels, level);
}

const char *eventKindName(EventKind kind)
{
    return nameIn(kKinds, kind);
}

EventLevel eventLevelFromName(const std::string &name)
{
    return valueIn(kLevels, name, EventLevel::Info);
}

EventKind eventKindFromName(const std::string &name)
{
    return valueIn(kKinds, name, EventKind::Message);
}

}  // namespace trainyard
