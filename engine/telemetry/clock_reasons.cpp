#include "engine/telemetry/clock_reasons.h"

#include <array>

#include <fmt/format.h>

#include "engine/telemetry/nvml_types.h"

namespace trainyard {

namespace {

constexpr std::array kReasons{
    ClockReason{nvml::kReasonGpuIdle, "idle", false, false},
    ClockReason{nvml::kReasonApplicationClocks, "clocks that were set", false, false},
    ClockReason{nvml::kReasonPowerCap, "the power limit", true, false},
    ClockReason{nvml::kReasonHardwareSlowdown, "a hardware slowdown", true, true},
    ClockReason{nvml::kReasonSyncBoost, "other GPUs of its group", true, false},
    ClockReason{nvml::kReasonDriverThermal, "temperature (driver)", true, true},
    ClockReason{nvml::kReasonHardwareThermal, "temperature (hardware)", true, true},
    ClockReason{nvml::kReasonPowerBrake, "the power supply's brake", true, true},
    ClockReason{nvml::kReasonDisplayClocks, "display clocks", false, false},
};

}  // namespace

std::span<const ClockReason> clockReasons()
{
    return kReasons;
}

std::string clockReasonsText(std::uint64_t reasons)
{
    if (reasons == 0)
        return "none";
    std::string text;
    const auto add = [&text](std::string_view words) {
        text += text.empty() ? "" : ", ";
        text += words;
    };
    for (const ClockReason &reason : kReasons) {
        if (reasons & reason.bit)
            add(reason.words);
        reasons &= ~reason.bit;
    }
    if (reasons != 0)
        add(fmt::format("reason {:#x}", reasons));
    return text;
}

std::vector<RunEvent> ClockReasonWatch::update(std::uint64_t reasons, Clock::time_point now)
{
    std::vector<RunEvent> events;
    const auto tell = [&events](EventLevel level, std::string text) {
        const EventKind kind = level == EventLevel::Warning ? EventKind::Warning : EventKind::Message;
        events.push_back({kind, level, 0, 0, 0, std::move(text)});
    };
    for (const ClockReason &reason : kReasons) {
        if (!reason.holdsBack)
            continue;
        const auto told = m_told.find(reason.bit);
        if (reasons & reason.bit) {
            if (told == m_told.end())
                tell(reason.isWarning ? EventLevel::Warning : EventLevel::Info,
                     fmt::format("The GPU's clocks are held back by {}.", reason.words));
            m_told[reason.bit] = now;
        } else if (told != m_told.end() && now - told->second >= kAwayBeforeEnd) {
            tell(EventLevel::Info, fmt::format("The GPU's clocks are no longer held back by {}.", reason.words));
            m_told.erase(told);
        }
    }
    return events;
}

}  // namespace trainyard
