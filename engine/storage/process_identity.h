// Which process owns a run, so that a run whose process died can be told from one that is still going.
#pragma once

#include <cstdint>
#include <string>

namespace trainyard {

// A process number alone is not enough: numbers are used again, and all are after a restart of the machine.
struct ProcessIdentity {
    std::int64_t pid = 0;
    std::int64_t startTicks = 0;  // clock ticks between boot and the start of the process
    std::string bootId;           // changes with every boot

    bool operator==(const ProcessIdentity &) const = default;
};

ProcessIdentity currentProcess();
bool isAlive(const ProcessIdentity &process);

}  // namespace trainyard
