// What is wrong with the network, under the canvas: one row per problem, or one calm line when there is none.
#pragma once

#include <vector>

#include <QFrame>

#include "engine/graph/analysis.h"

class QLabel;
class QScrollArea;
class QVBoxLayout;

namespace trainyard::ui {

class ProblemRow;
class ProjectDocument;

class ProblemList : public QFrame
{
    Q_OBJECT
public:
    // The document must outlive the list.
    explicit ProblemList(ProjectDocument &document, QWidget *parent = nullptr);

    int count() const { return static_cast<int>(m_rows.size()); }
    const std::vector<ProblemRow *> &rows() const { return m_rows; }
    int headHeight() const;  // all it needs while there are no problems

signals:
    void countChanged(int count);
    // To be selected and shown; never 0. block: the definition it stands in; empty: the network.
    void layerChosen(trainyard::LayerId layer, const std::string &block);

protected:
    void focusInEvent(QFocusEvent *event) override;

private:
    void refresh();
    void moveFocus(const ProblemRow *from, int rows);

    ProjectDocument &m_document;
    QWidget *m_head;
    QLabel *m_title, *m_icon;
    QScrollArea *m_scroll;
    QVBoxLayout *m_layout;
    std::vector<ProblemRow *> m_rows;
};

}  // namespace trainyard::ui
