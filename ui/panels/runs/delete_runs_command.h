// Deleting runs as one step of the document's undo stack: Ctrl+Z takes back what was done last, whatever it was.
#pragma once

#include <vector>

#include <QPointer>
#include <QUndoCommand>

#include "ui/bridge/run_library.h"

namespace trainyard::ui {

class DeleteRunsCommand : public QUndoCommand
{
public:
    DeleteRunsCommand(RunLibrary &library, std::vector<qint64> runIds)
        : QUndoCommand(runIds.size() == 1 ? RunLibrary::tr("Delete run") : RunLibrary::tr("Delete %1 runs").arg(runIds.size())),
          m_library(&library), m_runIds(std::move(runIds))
    {
    }

    void redo() override { archive(true); }
    void undo() override { archive(false); }

private:
    void archive(bool archived)
    {
        if (m_library)
            m_library->setArchived(m_runIds, archived);
    }

    QPointer<RunLibrary> m_library;
    std::vector<qint64> m_runIds;
};

}  // namespace trainyard::ui
