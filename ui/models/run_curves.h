// The measured series of one run in memory, by name: what charts draw, whether the run is live or long past.
// Plain value, UI thread.
#pragma once

#include <map>
#include <vector>

#include <QString>

namespace trainyard::ui {

// One series in the order it was measured; the four vectors have one length. Values may be NaN or infinite. Steps go
// back where a resumed run repeats some: `segment` then rises.
struct CurvePoints {
    QString unit;  // "", "%", "bytes", "samples/s"
    std::vector<double> step, value;
    std::vector<qint64> timeMs;  // since 1970 UTC
    std::vector<quint32> segment;

    std::size_t size() const { return value.size(); }
    bool empty() const { return value.empty(); }
    void append(double atStep, qint64 atTimeMs, quint32 inSegment, double measured)
    {
        step.push_back(atStep);
        timeMs.push_back(atTimeMs);
        segment.push_back(inSegment);
        value.push_back(measured);
    }
};

// "train/loss", "validation/accuracy", "memory/arena", "cpu/utilization", "throughput/samples", ...
using RunCurves = std::map<QString, CurvePoints>;

}  // namespace trainyard::ui
