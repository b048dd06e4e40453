// The learning-rate range test of the open project, for the window: started, watched and cancelled without waiting.
// UI thread.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>

#include <QObject>

#include "engine/api/rate_range.h"

namespace trainyard::ui {

class RateSearch : public QObject
{
    Q_OBJECT
public:
    explicit RateSearch(QObject *parent = nullptr);
    ~RateSearch() override;  // cancels; nobody waits

    bool isActive() const { return m_stop.has_value(); }
    const RateSweep &sweep() const { return m_sweep; }  // the curve so far; the conclusion once it has ended
    const std::optional<Error> &error() const { return m_error; }
    const RateSweepSettings &settings() const { return m_settings; }

    // Ignored while one goes on.
    void start(std::shared_ptr<const Project> project, const RateSweepSettings &settings = {});
    void cancel();  // it ends at the next step, as if it had never begun

signals:
    void changed();  // sweep() is new, about 30 times a second while it goes on
    void ended();    // isActive() is false

private:
    std::optional<std::stop_source> m_stop;  // of the one that goes on
    RateSweepSettings m_settings;
    RateSweep m_sweep;
    std::optional<Error> m_error;
};

}  // namespace trainyard::ui
