// Which of the weights that the project starts from fit its network, looked at in the background after every edit. UI thread.
#pragma once

#include <optional>

#include <QObject>
#include <QTimer>

#include "engine/api/start_file.h"
#include "ui/bridge/data_loader.h"
#include "ui/bridge/run_library.h"

namespace trainyard::ui {

class StartMatcher : public QObject
{
    Q_OBJECT
public:
    // All must outlive the matcher.
    StartMatcher(ProjectDocument &document, DataLoader &loader, RunLibrary &library, QObject *parent = nullptr);

    // Absent with fresh weights, and where it cannot be said: mistake() or reason() say why.
    const std::optional<WeightMatch> &match() const { return m_match; }
    const QString &source() const { return m_source; }  // "the best weights of run 3, step 120"
    const QString &mistake() const { return m_mistake; }  // why no run can start like this; empty: it can, or nobody knows yet
    const QString &reason() const { return m_reason; }    // what is missing to say it: data, a whole network
    bool isCurrent() const { return m_current; }          // false while it is being looked at

    void lookAgain();  // the file or the run may be another by now

signals:
    void changed();

private:
    void look();
    void matchFile(int generation, const StartFile &file);
    void conclude(std::optional<WeightMatch> match, const QString &mistake, const QString &reason);

    ProjectDocument &m_document;
    DataLoader &m_loader;
    RunLibrary &m_library;
    QTimer m_delay;
    int m_generation = 0;
    bool m_current = true;
    std::optional<WeightMatch> m_match;
    QString m_source, m_mistake, m_reason;
};

}  // namespace trainyard::ui
