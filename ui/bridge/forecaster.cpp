#include "ui/bridge/forecaster.h"

#include <chrono>

#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kDelay = 60ms;  // several keystrokes are one forecast

}  // namespace

Forecaster::Forecaster(ProjectDocument &document, DataLoader &loader, QObject *parent)
    : QObject(parent), m_document(document), m_loader(loader)
{
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelay);
    connect(&m_delay, &QTimer::timeout, this, &Forecaster::compute);
    const auto outdated = [this] {
        ++m_generation;  // what is being computed is not of this project any more
        m_current = false;
        m_searching = false;
        m_delay.start();
    };
    connect(&document, &ProjectDocument::analysisChanged, this, outdated);
    connect(&document, &ProjectDocument::trainingChanged, this, outdated);
    connect(&loader, &DataLoader::loaded, this, outdated);
}

void Forecaster::setUnknown(const QString &reason)
{
    m_forecast.reset();
    m_largestBatch.reset();
    m_reason = reason;
    m_current = true;
    emit changed();
}

void Forecaster::compute()
{
    const int generation = ++m_generation;
    m_searching = false;
    if (m_document.graph().layers().empty())
        return setUnknown(tr("The network is empty."));
    if (!m_loader.types())
        return setUnknown(m_loader.error() ? tr("The data cannot be loaded.") : tr("No data set yet."));
    if (!m_document.analysis().runnable())
        return setUnknown(tr("The network has problems."));
    inBackground(
        this,
        [graph = m_document.graph(), types = *m_loader.types(), training = m_document.training()]() -> Result<Forecast> {
            TRAINYARD_CHECK(checkTraining(training, 0));
            return trainyard::forecast(graph, types, training);
        },
        [this, generation](Result<Forecast> result) {
            if (generation != m_generation)
                return;
            if (!result)
                return setUnknown(QString::fromStdString(result.error().message));
            m_forecast = std::move(*result);
            m_largestBatch.reset();
            m_reason.clear();
            m_current = true;
            emit changed();
        });
}

void Forecaster::findLargestBatch()
{
    if (m_searching || !m_current || !m_forecast || !m_forecast->available || !m_loader.types())
        return;
    m_searching = true;
    emit changed();
    inBackground(
        this,
        [graph = m_document.graph(), types = *m_loader.types(), training = m_document.training(), budget = *m_forecast->available] {
            return trainyard::largestBatch(graph, types, training, budget);
        },
        [this, generation = m_generation](Result<std::int64_t> batch) {
            if (generation != m_generation)
                return;
            m_searching = false;
            if (batch)
                m_largestBatch = *batch;
            emit changed();
        });
}

}  // namespace trainyard::ui
