// Something that happened in a run, worth a line in its log. A few a minute, so it may own text.
#pragma once

#include <cstdint>
#include <string>

namespace trainyard {

enum class EventLevel { Info, Warning, Error };

enum class EventKind { Started, Epoch, Paused, Resumed, LearningRate, Checkpoint, Warning, Finished, Message };

struct RunEvent {
    EventKind kind = EventKind::Message;
    EventLevel level = EventLevel::Info;
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    std::int64_t timeMs = 0;  // wall clock, milliseconds since 1970 UTC
    std::string text;         // for people, one sentence
};

// Names for storage and JSON: "info", "learning_rate". A name nobody knows gives Info and Message.
const char *eventLevelName(EventLevel level);
const char *eventKindName(EventKind kind);
EventLevel eventLevelFromName(const std::string &name);
EventKind eventKindFromName(const std::string &name);

}  // namespace trainyard
