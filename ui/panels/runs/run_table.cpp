#include "ui/panels/runs/run_table.h"

#include <algorithm>

#include <QHeaderView>

#include "ui/controls/table_style.h"
#include "ui/panels/runs/run_table_delegate.h"

namespace trainyard::ui {

namespace {

// In widths of the letter x: what most texts of the column need.
constexpr struct {
    int column, letters;
} kWidths[] = {{RunTableModel::Name, 36},      {RunTableModel::State, 18},      {RunTableModel::Started, 20},
               {RunTableModel::Duration, 15},  {RunTableModel::BestMetric, 24}, {RunTableModel::Parameters, 18},
               {RunTableModel::Device, 12},    {RunTableModel::Tags, 24},       {RunTableModel::Notes, 16}};

}  // namespace

RunTable::RunTable(RunTableModel &model, QWidget *parent) : QTableView(parent), m_model(model), m_filter(new RunFilterModel(this))
{
    m_filter->setSourceModel(&model);
    setModel(m_filter);
    setAccessibleName(tr("Runs"));
    styleTable(this);
    setItemDelegate(new RunTableDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(DoubleClicked | EditKeyPressed);
    setTabKeyNavigation(false);  // Tab leaves the table; arrows move in it
    setMouseTracking(true);
    const int letter = fontMetrics().averageCharWidth();
    for (const auto &[column, letters] : kWidths)
        setColumnWidth(column, letters * letter);
    horizontalHeader()->setStretchLastSection(true);
    horizontalHeader()->setSectionsMovable(true);
    setSortingEnabled(true);
    sortByColumn(RunTableModel::Started, Qt::DescendingOrder);
}

std::vector<qint64> RunTable::selectedRuns() const
{
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end(), [](const QModelIndex &a, const QModelIndex &b) { return a.row() < b.row(); });
    std::vector<qint64> ids;
    for (const QModelIndex &row : rows)
        ids.push_back(row.data(RunTableModel::IdRole).toLongLong());
    return ids;
}

void RunTable::selectRuns(const std::vector<qint64> &runIds)
{
    QItemSelection selection;
    QModelIndex first;
    for (const qint64 id : runIds) {
        const QModelIndex row = m_filter->mapFromSource(m_model.index(m_model.rowOf(id), RunTableModel::Name));
        if (!row.isValid())
            continue;
        selection.select(row, row);
        if (!first.isValid() || row.row() < first.row())
            first = row;
    }
    if (!first.isValid())
        return;
    selectionModel()->setCurrentIndex(first, QItemSelectionModel::NoUpdate);
    selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    scrollTo(first);
}

void RunTable::selectFirst()
{
    if (m_filter->rowCount() > 0)
        setCurrentIndex(m_filter->index(0, RunTableModel::Name));
}

void RunTable::editName()
{
    editCell(RunTableModel::Name);
}

void RunTable::editTags()
{
    editCell(RunTableModel::Tags);
}

void RunTable::editCell(int column)
{
    if (!currentIndex().isValid())
        return;
    const QModelIndex cell = currentIndex().siblingAtColumn(column);
    selectionModel()->setCurrentIndex(cell, QItemSelectionModel::NoUpdate);
    scrollTo(cell);
    edit(cell);
}

void RunTable::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    emit selectionEdited();
}

QByteArray RunTable::saveColumns() const
{
    return horizontalHeader()->saveState();
}

void RunTable::restoreColumns(const QByteArray &state)
{
    if (!horizontalHeader()->restoreState(state))
        return;
    sortByColumn(horizontalHeader()->sortIndicatorSection(), horizontalHeader()->sortIndicatorOrder());
}

}  // namespace trainyard::ui
