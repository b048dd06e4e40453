// Where a run's measurements go out, and where any number of listeners take them.
//
// Publishers (the engine thread, the sampler) call declare() and publish(); listeners call subscribe() and then
// drain on a thread of their own choice. A publisher never waits for a listener: points go into the listener's
// own lock-free ring, and what does not fit is counted there. Publishers share one mutex, which they hold for
// the copy only; a listener takes that mutex in subscribe() and nowhere else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/telemetry/point.h"
#include "engine/telemetry/ring.h"
#include "engine/telemetry/run_event.h"

namespace trainyard {

// The declared series of a hub; grows only. Any thread.
class SeriesCatalog {
public:
    std::uint32_t declare(const SeriesInfo &info);
    std::vector<SeriesInfo> all() const;  // index = Point::series
    std::size_t size() const;

private:
    mutable std::mutex m_mutex;
    std::vector<SeriesInfo> m_series;
    std::map<std::string, std::uint32_t, std::less<>> m_numbers;
};

// One listener. Lives as long as its holder wants: dropping the last shared_ptr ends the subscription, and what
// was published before can still be drained after the hub is gone. The drain functions: one thread.
class Subscription {
public:
    // Appends what has arrived since the last call, in order; returns how many.
    std::size_t drainPoints(std::vector<Point> &out);
    std::size_t drainEvents(std::vector<RunEvent> &out);

    std::vector<SeriesInfo> series() const { return m_catalog->all(); }  // any thread
    std::size_t seriesCount() const { return m_catalog->size(); }        // any thread; cheap enough to poll
    std::uint64_t dropped() const { return m_ring ? m_ring->dropped() : 0; }  // any thread; 0 when lossless

private:
    friend class TelemetryHub;
    Subscription(std::shared_ptr<SeriesCatalog> catalog, std::optional<std::size_t> capacity);
    void push(std::span<const Point> points);
    void push(const RunEvent &event);

    const std::shared_ptr<SeriesCatalog> m_catalog;
    const std::unique_ptr<SpscRing<Point>> m_ring;  // null when lossless

    std::mutex m_mutex;  // guards what follows; held for a copy or a swap
    std::vector<Point> m_queue;  // lossless only
    std::vector<RunEvent> m_events;
};

class TelemetryHub {
public:
    TelemetryHub() = default;
    TelemetryHub(const TelemetryHub &) = delete;
    TelemetryHub &operator=(const TelemetryHub &) = delete;

    // Any thread. The number of the series with this name; the same one when asked again (the first unit stays).
    std::uint32_t declare(const SeriesInfo &info) { return m_catalog->declare(info); }
    std::vector<SeriesInfo> series() const { return m_catalog->all(); }

    // Any thread; never waits for a listener.
    void publish(std::span<const Point> points);
    void publish(const Point &point) { publish(std::span(&point, 1)); }
    void publish(const RunEvent &event);

    // Any thread. Points and events published from now on. subscribe(): at most capacity points wait, newer ones
    // are dropped and counted (for what draws). subscribeLossless(): waiting points grow in memory (for what records).
    std::shared_ptr<Subscription> subscribe(std::size_t capacity);
    std::shared_ptr<Subscription> subscribeLossless();

private:
    std::shared_ptr<Subscription> add(std::optional<std::size_t> capacity);
    template <typename Item>
    void deliver(const Item &item);

    const std::shared_ptr<SeriesCatalog> m_catalog = std::make_shared<SeriesCatalog>();
    std::mutex m_mutex;  // makes the publishers one producer for every ring
    std::vector<std::weak_ptr<Subscription>> m_subscriptions;
};

}  // namespace trainyard
