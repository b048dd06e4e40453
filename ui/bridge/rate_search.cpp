#include "ui/bridge/rate_search.h"

#include <chrono>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kTellEvery = 33ms;

}  // namespace

RateSearch::RateSearch(QObject *parent) : QObject(parent) {}

RateSearch::~RateSearch()
{
    cancel();
}

void RateSearch::start(std::shared_ptr<const Project> project, const RateSweepSettings &settings)
{
    if (isActive())
        return;
    m_stop.emplace();
    m_settings = settings;
    m_sweep = {};
    m_error.reset();
    const auto token = m_stop->get_token();
    const auto work = [this, guard = QPointer<QObject>(this), project = std::move(project), settings, token] {
        auto told = std::chrono::steady_clock::now();
        const auto tell = [&](const RateSweep &sweep) {
            const auto now = std::chrono::steady_clock::now();
            if (now - told < kTellEvery)
                return;
            told = now;
            onUiThread(guard, [this, sweep, token] {  // only where this is still there
                if (token.stop_requested())
                    return;
                m_sweep = sweep;
                emit changed();
            });
        };
        return testRateRange(*project, settings, tell, token);
    };
    inBackground(this, work, [this, token](Result<RateSweep> result) {
        if (token.stop_requested())  // cancelled: what it found does not matter any more
            return;
        m_stop.reset();
        if (result)
            m_sweep = std::move(*result);
        else
            m_error = std::move(result.error());
        emit changed();
        emit ended();
    });
    emit changed();
}

void RateSearch::cancel()
{
    if (!m_stop)
        return;
    m_stop->request_stop();
    m_stop.reset();
    m_sweep = {};
    emit changed();
    emit ended();
}

}  // namespace trainyard::ui
