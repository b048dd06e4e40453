// What the inspector adds for a block: which definition it stands for, with its name to edit; opening and ungrouping it.
#pragma once

#include <vector>

#include <QWidget>

#include "engine/graph/graph.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace trainyard::ui {

class ProjectDocument;

class BlockFields : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the fields.
    explicit BlockFields(ProjectDocument &document, QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerId> &layers);  // hidden unless it is one block

    QLineEdit *definition() const { return m_definition; }
    QPushButton *openButton() const { return m_open; }
    QPushButton *ungroupButton() const { return m_ungroup; }

signals:
    void ungroupRequested();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // Escape in the name field

private:
    void commit();
    void showDefinition(const std::string &definition);

    ProjectDocument &m_document;
    LayerId m_block = 0;
    std::string m_shown;  // the definition whose name is in the field
    QLineEdit *m_definition;
    QPushButton *m_open, *m_ungroup;
    QLabel *m_uses, *m_mistake;
};

}  // namespace trainyard::ui
