// Above the canvas while a block is open: the way to it, from the project's name inwards. A click on a name goes there.
#pragma once

#include <QFrame>

class QHBoxLayout;

namespace trainyard::ui {

class ProjectDocument;

class PlaceBar : public QFrame
{
    Q_OBJECT
public:
    // The document must outlive the bar.
    explicit PlaceBar(ProjectDocument &document, QWidget *parent = nullptr);

private:
    void refresh();

    ProjectDocument &m_document;
    QHBoxLayout *m_steps;
};

}  // namespace trainyard::ui
