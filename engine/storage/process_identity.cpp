#include "engine/storage/process_identity.h"

#include <unistd.h>

#include <sstream>

#include "engine/base/file.h"

namespace trainyard {

namespace {

// Field 22 of /proc/<pid>/stat; -1 when there is no such process, or it has ended and only waits to be reaped.
std::int64_t startTicksOf(std::int64_t pid)
{
    const auto stat = readFile(fmt::format("/proc/{}/stat", pid));
    if (!stat)
        return -1;
    const auto nameEnd = stat->rfind(')');  // the program's name may hold spaces and brackets
    if (nameEnd == std::string::npos)
        return -1;
    std::istringstream fields(stat->substr(nameEnd + 1));
    std::string state, skipped;
    fields >> state;
    if (state == "Z" || state == "X")
        return -1;
    constexpr int kFieldsBetween = 18;  // 4 ... 21
    for (int i = 0; i < kFieldsBetween; ++i)
        fields >> skipped;
    std::int64_t ticks = -1;
    fields >> ticks;
    return fields ? ticks : -1;
}

std::string bootId()
{
    auto text = readFile("/proc/sys/kernel/random/boot_id").value_or(std::string());
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

}  // namespace

ProcessIdentity currentProcess()
{
    const auto pid = static_cast<std::int64_t>(::getpid());
    return {pid, startTicksOf(pid), bootId()};
}

bool isAlive(const ProcessIdentity &process)
{
    if (process.bootId != bootId())
        return false;
    const std::int64_t ticks = startTicksOf(process.pid);
    return ticks >= 0 && ticks == process.startTicks;
}

}  // namespace trainyard
