#include "engine/telemetry/hub.h"

#include <chrono>
#include <iterator>

namespace trainyard {

std::int64_t wallClockMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::uint32_t SeriesCatalog::declare(const SeriesInfo &info)
{
    const std::lock_guard lock(m_mutex);
    const auto [position, isNew] = m_numbers.try_emplace(info.name, static_cast<std::uint32_t>(m_series.size()));
    if (isNew)
        m_series.push_back(info);
    return position->second;
}

std::vector<SeriesInfo> SeriesCatalog::all() const
{
    const std::lock_guard lock(m_mutex);
    return m_series;
}

std::size_t SeriesCatalog::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_series.size();
}

Subscription::Subscription(std::shared_ptr<SeriesCatalog> catalog, std::optional<std::size_t> capacity)
    : m_catalog(std::move(catalog)), m_ring(capacity ? std::make_unique<SpscRing<Point>>(*capacity) : nullptr)
{
}

void Subscription::push(std::span<const Point> points)
{
    if (m_ring) {
        for (const Point &point : points)
            m_ring->push(point);
        return;
    }
    const std::lock_guard lock(m_mutex);
    m_queue.insert(m_queue.end(), points.begin(), points.end());
}

void Subscription::push(const RunEvent &event)
{
    const std::lock_guard lock(m_mutex);
    m_events.push_back(event);
}

std::size_t Subscription::drainPoints(std::vector<Point> &out)
{
    if (m_ring)
        return m_ring->popAll(out);
    std::vector<Point> taken;
    {
        const std::lock_guard lock(m_mutex);
        taken.swap(m_queue);
    }
    out.insert(out.end(), taken.begin(), taken.end());
    return taken.size();
}

std::size_t Subscription::drainEvents(std::vector<RunEvent> &out)
{
    std::vector<RunEvent> taken;
    {
        const std::lock_guard lock(m_mutex);
        taken.swap(m_events);
    }
    out.insert(out.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
    return taken.size();
}

void TelemetryHub::publish(std::span<const Point> points)
{
    deliver(points);
}

void TelemetryHub::publish(const RunEvent &event)
{
    deliver(event);
}

template <typename Item>
void TelemetryHub::deliver(const Item &item)
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_subscriptions, [&item](const std::weak_ptr<Subscription> &entry) {
        const auto subscription = entry.lock();
        if (subscription)
            subscription->push(item);
        return !subscription;
    });
}

std::shared_ptr<Subscription> TelemetryHub::subscribe(std::size_t capacity)
{
    return add(capacity);
}

std::shared_ptr<Subscription> TelemetryHub::subscribeLossless()
{
    return add(std::nullopt);
}

std::shared_ptr<Subscription> TelemetryHub::add(std::optional<std::size_t> capacity)
{
    std::shared_ptr<Subscription> subscription(new Subscription(m_catalog, capacity));
    const std::lock_guard lock(m_mutex);
    m_subscriptions.push_back(subscription);
    return subscription;
}

}  // namespace trainyard
