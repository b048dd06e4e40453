// One curve as it is drawn: the measured points in order of step, smoothed, ready to be put into buckets. Follows a
// CurvePoints that grows. Plain value, UI thread.
#pragma once

#include <optional>
#include <vector>

#include "ui/charts/smoothing.h"
#include "ui/charts/step_buckets.h"
#include "ui/models/run_curves.h"

namespace trainyard::ui {

struct StepRange {
    double low = 0, high = 1;
    double length() const { return high - low; }
    bool operator==(const StepRange &) const = default;
};

class CurveTrack
{
public:
    // The points are the caller's and must outlive the track.
    explicit CurveTrack(const CurvePoints *points) : m_source(points) {}

    // Takes what has been measured since; true when there was something. Where a resumed run repeats steps, its values
    // replace the earlier ones from there on: they are what the run went on from.
    bool follow();
    void setSmoothing(double weight);

    bool empty() const { return m_steps.empty(); }
    const QString &unit() const { return m_source->unit; }
    const std::vector<double> &steps() const { return m_steps; }
    const std::vector<double> &values() const { return m_values; }
    std::optional<StepRange> range() const;  // of all steps
    StepValue last() const { return {m_steps.back(), m_values.back()}; }
    // The point nearest to step; absent when empty, or when step lies outside the curve.
    std::optional<StepValue> nearest(double step) const;

    // The buckets in view (and one beyond each edge, so that lines leave the picture), at most `most` of them. Only what
    // changed since the last call with the same view is computed.
    const std::vector<StepBucket> &rawBuckets(StepRange view, int most, bool positiveOnly);
    // The same of the smoothed values, one point for each bucket: the last.
    const std::vector<StepBucket> &smoothBuckets(StepRange view, int most, bool positiveOnly);

private:
    struct View {
        double width = 0;
        bool positiveOnly = false;
        std::size_t begin = 0, end = 0;  // points counted: [begin, end)
        std::vector<StepBucket> buckets;
    };
    const std::vector<StepBucket> &bucketsOf(View &view, const std::vector<double> &values, StepRange range, int most, bool positiveOnly);
    void forgetViews();

    const CurvePoints *m_source;
    std::size_t m_taken = 0;  // of the source
    quint32 m_segment = 0;
    double m_weight = 0;
    ExponentialSmoothing m_smoothing{0};
    std::vector<double> m_steps, m_values, m_smooth;
    View m_rawView, m_smoothView;
};

}  // namespace trainyard::ui
