// Deleting runs as one step of the document's undo stack: Ctrl+Z takes back what was done last, whatever it was.
#pragma once

#include <functional>
#include <vector>

#include <QPointer>
#include <QUndoCommand>

#include "ui/bridge/run_library.h"

namespace trainyard::ui {

class DeleteRunsCommand : public QUndoCommand
{
public:
    // restored is called when the runs are on their way back.
    DeleteRunsCommand(RunLibrary &library, std::vector<qint64> runIds, std::function<void(const std::vector<qint64> &)> restored)
        : QUndoCommand(runIds.size() == 1 ? RunLibrary::tr("Delete run") : RunLibrary::tr("Delete %1 runs").arg(runIds.size())),
          m_library(&library), m_runIds(std::move(runIds)), m_restored(std::move(restored))
    {
    }

    void redo() override { archive(true); }
    void undo() override
    {
        archive(false);
        m_restored(m_runIds);
    }

private:
    void archive(bool archived)
    {
        if (m_library)
            m_library->setArchived(m_runIds, archived);
    }

    QPointer<RunLibrary> m_library;
    std::vector<qint64> m_runIds;
    std::function<void(const std::vector<qint64> &)> m_restored;
};

}  // namespace trainyard::ui
