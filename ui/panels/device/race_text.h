// The words and numbers of a race, for people. Pure.
#pragma once

#include <QString>
#include <QStringList>

#include "engine/api/race.h"

namespace trainyard::ui {

// "Racing, 4 s of 10 s"
QString phaseText(const RaceLane &lane, double secondsEach);
// "123,000 samples, loss 0.0833, 2.10 J per 1,000 samples"
QString laneFacts(const RaceLane &lane);
// Before the first race: who goes when.
QString turnText(int lane);
// What a lane would have trained by the end if it went on as it has; 0 while nothing is known.
double projectedSamples(const RaceLane &lane, double secondsEach);
// How many samples a lane had trained so many seconds into its race.
double samplesAt(const RaceLane &lane, double seconds, double stretchSeconds);
// "2,130,000", "41,200": three significant digits, so that it stands still
QString rateText(double samplesPerSecond);
// "39.0×", "1.02×"
QString ratioText(double ratio);
// What follows from the result, in a sentence or two; empty where there is none. names beside the lanes.
QString verdictText(const RaceState &state, const QStringList &names);

}  // namespace trainyard::ui
