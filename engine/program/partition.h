// Programs whose ops lie on several devices, cut into parts of one device each, and the copies in between. Pure: no
// device is touched.
//
// A value that more than one part needs is kept (Value::kept): it has one place on each device that needs it, and parts of
// one device find it there. Copies go from the device that made a value to each that reads it, once per step, right before
// the first part that does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/program/program.h"

namespace trainyard {

// A value in a part.
struct PartValue {
    std::size_t part = 0;   // index into Partition::parts
    ValueId id = kNoValue;  // of the part's own program; kNoValue: nowhere
};

struct BorderCopy {
    PartValue from, to;  // of two devices
    std::uint64_t bytes = 0;
};

struct ProgramPart {
    std::size_t program = 0;          // the whole program it is a part of
    std::int32_t device = 0;          // index into the whole program's devices
    Program content;                  // of one device
    std::vector<ValueId> values;      // of the whole program, per value of content
    std::vector<std::size_t> ops;     // place in the whole program, per op of content
    std::vector<BorderCopy> before;   // to be done before the part runs
};

struct PartitionedProgram {
    std::size_t begin = 0, end = 0;  // its parts, in the order they run
    std::vector<BorderCopy> after;   // at the end of a step: trained state that was changed away from its home goes back
    std::vector<PartValue> values;   // per value: where the host reads and writes it
    std::size_t metricsPart = 0;     // the part whose content has the metrics
};

struct Partition {
    std::vector<ProgramPart> parts;
    std::vector<PartitionedProgram> programs;
};

// All programs of one arena together, with equal Program::devices. Parameters with the same name in several programs have
// one home: the device that changes them, else the first that reads them. Errors: Internal.
Result<Partition> partitionPrograms(std::span<const Program *const> programs);

}  // namespace trainyard
