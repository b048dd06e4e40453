// In which order a Program of several devices runs: stretches of ops of one device each, as few and as long as the order
// of reads and writes allows, since every border costs a wait.
#pragma once

#include <vector>

#include "engine/program/program.h"

namespace trainyard {

struct Stretch {
    std::int32_t device = 0;       // index into Program::devices
    std::vector<std::size_t> ops;  // places in Program::list.ops; within a stretch they ascend where they may
};

// Every op exactly once, none before what it reads. A Program of one device keeps its order.
std::vector<Stretch> stretchesOf(const Program &program);

}  // namespace trainyard
