// How long a Program's values stay on each device while its stretches run, which of them outlive a stretch, and which
// copies bring them from one device to another.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/program/stretches.h"

namespace trainyard {

// Trained state has one home for all programs of an arena, by name.
using Homes = std::map<std::string, std::int32_t>;

struct Stay {
    std::size_t first = 0, last = 0;  // stretches during which the memory is needed
    bool outlives = false;            // more than one stretch needs it, a copy does, or the host reads it
    bool kept = false;                // as Value::kept: trained state is not, it is found by its own name anyway
    std::int32_t place = -1;          // as Value::place
};

struct Crossing {
    ValueId value = kNoValue;
    std::int32_t from = 0, to = 0;  // devices
};

class Stays {
public:
    Stays(const Program &program, const std::vector<Stretch> &stretches, const Homes &homes);

    // Null: the value is never on the device.
    const Stay *find(std::int32_t device, ValueId value) const;
    const std::vector<Crossing> &before(std::size_t stretch) const { return m_before[stretch]; }
    const std::vector<Crossing> &after() const { return m_after; }
    // The device whose copy the host reads and writes.
    std::int32_t home(ValueId value) const { return m_home[static_cast<std::size_t>(value)]; }

private:
    ValueId storage(std::int32_t device, ValueId value) const;
    Stay &stay(std::int32_t device, ValueId value);
    void touch(std::int32_t device, ValueId value, std::size_t stretch);
    void walk(const std::vector<Stretch> &stretches, const Homes &homes);
    void arrive(const Op &op, std::int32_t device, std::size_t stretch);
    void cross(ValueId value, std::int32_t from, std::int32_t to, std::size_t stretch, std::vector<Crossing> &crossings);
    void assignPlaces();

    const Program &m_program;
    std::vector<std::int32_t> m_viewOp;  // per value: the view op that makes it; -1: none
    std::vector<std::int32_t> m_home;    // per value
    std::vector<std::vector<bool>> m_valid;  // per value: on which devices its newest content is
    std::map<std::pair<std::int32_t, ValueId>, Stay> m_stays;  // by device and the value whose memory it is
    std::vector<std::vector<Crossing>> m_before;
    std::vector<Crossing> m_after;
};

// Parameters, State and OptimizerState: of one name in all programs of an arena.
bool isTrainedState(const Value &value);
Homes homesOf(std::span<const Program *const> programs);

}  // namespace trainyard
