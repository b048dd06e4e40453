// What a run of the open project would take, computed in the background after every edit. UI thread.
#pragma once

#include <optional>

#include <QObject>
#include <QTimer>

#include "engine/api/forecast.h"
#include "ui/bridge/data_loader.h"

namespace trainyard::ui {

class Forecaster : public QObject
{
    Q_OBJECT
public:
    // Both must outlive the forecaster.
    Forecaster(ProjectDocument &document, DataLoader &loader, QObject *parent = nullptr);

    // Absent while the network has problems, the data are not loaded or the settings are off: reason() says which.
    const std::optional<Forecast> &forecast() const { return m_forecast; }
    const QString &reason() const { return m_reason; }
    bool isCurrent() const { return m_current; }  // false while a newer one is being computed
    // The largest batch that fits into what is free; asked with findLargestBatch(), absent until known.
    std::optional<qint64> largestBatch() const { return m_largestBatch; }
    void findLargestBatch();
    bool isSearching() const { return m_searching; }

signals:
    void changed();

private:
    void compute();
    void setUnknown(const QString &reason);

    ProjectDocument &m_document;
    DataLoader &m_loader;
    QTimer m_delay;
    int m_generation = 0;
    bool m_current = false;
    bool m_searching = false;
    std::optional<Forecast> m_forecast;
    std::optional<qint64> m_largestBatch;
    QString m_reason;
};

}  // namespace trainyard::ui
