#include "engine/storage/run_record.h"

#include <array>

namespace trainyard {

namespace {

constexpr std::array kNames{"queued", "running", "paused", "finished", "stopped", "failed", "interrupted"};

}  // namespace

const char *runStateName(RunState state)
{
    return kNames[static_cast<std::size_t>(state)];
}

std::optional<RunState> runStateFromName(std::string_view name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (name == kNames[i])
            return static_cast<RunState>(i);
    }
    return std::nullopt;
}

bool isActive(RunState state)
{
    return state == RunState::Queued || state == RunState::Running || state == RunState::Paused;
}

}  // namespace trainyard
