// One step of the undo stack: the project's values before and after. Steps of one typing session become one.
#pragma once

#include <QUndoCommand>

#include "ui/models/project_document.h"

namespace trainyard::ui {

class EditProjectCommand : public QUndoCommand
{
public:
    // mergeId -1: never merged.
    EditProjectCommand(ProjectDocument &document, const QString &what, Project after, int mergeId)
        : QUndoCommand(what), m_document(document), m_before(document.project()), m_after(std::move(after)), m_mergeId(mergeId)
    {
    }

    void undo() override
    {
        m_document.endTyping();  // what is typed after an undo is a step of its own
        m_document.apply(m_before);
    }
    void redo() override { m_document.apply(m_after); }
    int id() const override { return m_mergeId; }
    bool mergeWith(const QUndoCommand *other) override
    {
        m_after = static_cast<const EditProjectCommand *>(other)->m_after;
        setObsolete(m_after.graph == m_before.graph);  // typed back to where it began; only typing is merged
        return true;
    }

private:
    ProjectDocument &m_document;
    Project m_before, m_after;
    int m_mergeId;
};

}  // namespace trainyard::ui
