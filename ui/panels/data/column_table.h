// The columns of the data file as a table whose roles and kinds are chosen from boxes, opened by one click or F2. A
// choice made while several rows are selected holds for all of them.
#pragma once

#include <QTableView>

#include "ui/models/column_model.h"

namespace trainyard::ui {

class ColumnTable : public QTableView
{
    Q_OBJECT
public:
    explicit ColumnTable(QWidget *parent = nullptr);

    ColumnModel *columns() const { return m_model; }
    QSize sizeHint() const override;

protected:
    void contextMenuEvent(QContextMenuEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;

private:
    std::vector<int> rowsWith(const QModelIndex &index) const;

    ColumnModel *m_model;
};

}  // namespace trainyard::ui
