// The schedules there are. Adding one: a word here and a file of its own that defines make<Name>Schedule().
#pragma once

#include "engine/train/schedules/schedule.h"

#define TRAINYARD_SCHEDULES(X) \
    X(Constant) \
    X(Step) \
    X(MultiStep) \
    X(Exponential) \
    X(Polynomial) \
    X(Cosine) \
    X(OneCycle) \
    X(ReduceOnPlateau)

namespace trainyard {

#define X(Name) ScheduleSpec make##Name##Schedule();
TRAINYARD_SCHEDULES(X)
#undef X

}  // namespace trainyard
