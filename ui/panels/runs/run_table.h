// The list of runs: filtered, sorted, edited in place.
#pragma once

#include <vector>

#include <QTableView>

#include "ui/models/run_filter_model.h"
#include "ui/models/run_table_model.h"

namespace trainyard::ui {

class RunTable : public QTableView
{
    Q_OBJECT
public:
    // model must outlive the table.
    explicit RunTable(RunTableModel &model, QWidget *parent = nullptr);

    RunFilterModel *filter() const { return m_filter; }
    std::vector<qint64> selectedRuns() const;  // from top to bottom
    void selectRuns(const std::vector<qint64> &runIds);
    void selectFirst();

    void editName();  // of the current run
    void editTags();

    QByteArray saveColumns() const;  // widths, order, sorting
    void restoreColumns(const QByteArray &state);

signals:
    void selectionEdited();  // other runs are selected

protected:
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;

private:
    void editCell(int column);

    RunTableModel &m_model;
    RunFilterModel *m_filter;
};

}  // namespace trainyard::ui
