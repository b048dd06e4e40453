#include "ui/charts/curve_track.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace trainyard::ui {

bool CurveTrack::follow()
{
    if (m_taken == m_source->size())
        return false;
    bool wentBack = false;
    for (; m_taken < m_source->size(); ++m_taken) {
        const double step = m_source->step[m_taken], value = m_source->value[m_taken];
        const quint32 segment = m_source->segment[m_taken];
        // Within one stretch several values may have one step: counters are sampled while a run is paused.
        while (!m_steps.empty() && (segment != m_segment ? m_steps.back() >= step : m_steps.back() > step)) {
            m_steps.pop_back();
            m_values.pop_back();
            wentBack = true;
        }
        m_segment = segment;
        m_steps.push_back(step);
        m_values.push_back(value);
        if (!wentBack)
            m_smooth.push_back(m_smoothing.next(value));
    }
    if (wentBack)
        setSmoothing(m_weight);
    return true;
}

void CurveTrack::setSmoothing(double weight)
{
    m_weight = weight;
    m_smoothing = ExponentialSmoothing(weight);
    m_smooth.clear();
    m_smooth.reserve(m_values.size());
    for (const double value : m_values)
        m_smooth.push_back(m_smoothing.next(value));
    forgetViews();
}

void CurveTrack::forgetViews()
{
    m_rawView = {};
    m_smoothView = {};
}

std::optional<StepRange> CurveTrack::range() const
{
    if (m_steps.empty())
        return std::nullopt;
    return StepRange{m_steps.front(), m_steps.back()};
}

std::optional<StepValue> CurveTrack::nearest(double step) const
{
    if (m_steps.empty() || step < m_steps.front() || step > m_steps.back())
        return std::nullopt;
    const auto after = std::upper_bound(m_steps.begin(), m_steps.end(), step);
    auto index = static_cast<std::size_t>(after - m_steps.begin());  // 1 at least: the first step is not above
    if (index == m_steps.size() || step - m_steps[index - 1] <= m_steps[index] - step)
        --index;
    return StepValue{m_steps[index], m_values[index]};
}

const std::vector<StepBucket> &CurveTrack::rawBuckets(StepRange view, int most, bool positiveOnly)
{
    return bucketsOf(m_rawView, m_values, view, most, positiveOnly);
}

const std::vector<StepBucket> &CurveTrack::smoothBuckets(StepRange view, int most, bool positiveOnly)
{
    return bucketsOf(m_smoothView, m_smooth, view, most, positiveOnly);
}

const std::vector<StepBucket> &CurveTrack::bucketsOf(View &view, const std::vector<double> &values, StepRange range, int most, bool positiveOnly)
{
    const double width = bucketWidth(range.length(), most);
    const auto begin = m_steps.begin();
    const double firstBucket = std::floor(range.low / width), lastBucket = std::floor(range.high / width);
    const auto from = static_cast<std::size_t>(std::lower_bound(begin, m_steps.end(), firstBucket * width) - begin);
    const auto to = static_cast<std::size_t>(std::lower_bound(begin, m_steps.end(), (lastBucket + 1) * width) - begin);
    // One whole bucket beyond each edge.
    const auto bucketBefore = [&](std::size_t index) {
        if (index == 0)
            return index;
        const double start = std::floor(m_steps[index - 1] / width) * width;
        return static_cast<std::size_t>(std::lower_bound(begin, begin + static_cast<std::ptrdiff_t>(index), start) - begin);
    };
    const auto bucketAfter = [&](std::size_t index) {
        if (index == m_steps.size())
            return index;
        const double next = (std::floor(m_steps[index] / width) + 1) * width;
        return static_cast<std::size_t>(std::lower_bound(begin + static_cast<std::ptrdiff_t>(index), m_steps.end(), next) - begin);
    };
    const std::size_t first = bucketBefore(from), end = bucketAfter(to);
    const bool same = view.width == width && view.positiveOnly == positiveOnly && view.begin == first && view.end <= end
                      && view.end > view.begin;
    if (!same) {
        view.buckets.clear();
        view.end = first;
    }
    if (view.end < end)
        appendBuckets(view.buckets, std::span(m_steps).first(end), std::span(values).first(end), view.end, width, positiveOnly);
    view.width = width;
    view.positiveOnly = positiveOnly;
    view.begin = first;
    view.end = end;
    return view.buckets;
}

}  // namespace trainyard::ui
