#include "ui/panels/data/column_table.h"

#include <algorithm>
#include <functional>

#include <QComboBox>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
#include <QStyledItemDelegate>

namespace trainyard::ui {

namespace {

// A box that opens at once and is done as soon as something was chosen.
class ChoiceDelegate : public QStyledItemDelegate
{
public:
    ChoiceDelegate(QStringList choices, std::function<void(const QModelIndex &, int)> choose, QObject *parent)
        : QStyledItemDelegate(parent), m_choices(std::move(choices)), m_choose(std::move(choose))
    {
    }

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        auto *box = new QComboBox(parent);
        box->addItems(m_choices);
        box->setAccessibleName(index.model()->headerData(index.column(), Qt::Horizontal).toString());
        auto *self = const_cast<ChoiceDelegate *>(this);
        connect(box, &QComboBox::activated, self, [self, box] {
            emit self->commitData(box);
            emit self->closeEditor(box);
        });
        QMetaObject::invokeMethod(box, &QComboBox::showPopup, Qt::QueuedConnection);
        return box;
    }

    void setEditorData(QWidget *editor, const QModelIndex &index) const override
    {
        static_cast<QComboBox *>(editor)->setCurrentIndex(index.data(Qt::EditRole).toInt());
    }

    void setModelData(QWidget *editor, QAbstractItemModel *, const QModelIndex &index) const override
    {
        m_choose(index, static_cast<QComboBox *>(editor)->currentIndex());
    }

private:
    QStringList m_choices;
    std::function<void(const QModelIndex &, int)> m_choose;
};

}  // namespace

ColumnTable::ColumnTable(QWidget *parent) : QTableView(parent), m_model(new ColumnModel(this))
{
    setModel(m_model);
    setAccessibleName(tr("Columns"));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(DoubleClicked | SelectedClicked | EditKeyPressed);
    setShowGrid(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(56);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    horizontalHeader()->setSectionResizeMode(ColumnModel::Name, QHeaderView::Stretch);
    const int letter = fontMetrics().horizontalAdvance(QLatin1Char('m'));
    setColumnWidth(ColumnModel::Role, 9 * letter);
    setColumnWidth(ColumnModel::Kind, 10 * letter);
    setColumnWidth(ColumnModel::Missing, 7 * letter);
    setToolTip(tr("Double-click a role or kind to change it; select several columns to change them together."));
    setItemDelegateForColumn(ColumnModel::Role,
                             new ChoiceDelegate({columnRoleText(ColumnRole::Feature), columnRoleText(ColumnRole::Target),
                                                 columnRoleText(ColumnRole::Ignore)},
                                                [this](const QModelIndex &index, int choice) {
                                                    m_model->setRole(rowsWith(index), static_cast<ColumnRole>(choice));
                                                }, this));
    setItemDelegateForColumn(ColumnModel::Kind,
                             new ChoiceDelegate({columnKindText(ColumnKind::Numeric), columnKindText(ColumnKind::Categorical)},
                                                [this](const QModelIndex &index, int choice) {
                                                    m_model->setKind(rowsWith(index), static_cast<ColumnKind>(choice));
                                                }, this));
}

QSize ColumnTable::sizeHint() const
{
    const int rows = std::clamp(m_model->rowCount(), 4, 12);
    return {320, horizontalHeader()->sizeHint().height() + rows * verticalHeader()->defaultSectionSize() + 2};
}

std::vector<int> ColumnTable::rowsWith(const QModelIndex &index) const
{
    std::vector<int> rows;
    for (const QModelIndex &selected : selectionModel()->selectedRows())
        rows.push_back(selected.row());
    if (std::find(rows.begin(), rows.end(), index.row()) == rows.end())
        return {index.row()};
    return rows;
}

void ColumnTable::contextMenuEvent(QContextMenuEvent *event)
{
    const QModelIndex index = indexAt(viewport()->mapFromGlobal(event->globalPos()));
    if (!index.isValid())
        return;
    const std::vector<int> rows = rowsWith(index);
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (const ColumnRole role : {ColumnRole::Feature, ColumnRole::Target, ColumnRole::Ignore})
        menu->addAction(tr("Use as %1").arg(columnRoleText(role).toLower()), this, [this, rows, role] { m_model->setRole(rows, role); });
    menu->addSeparator();
    for (const ColumnKind kind : {ColumnKind::Numeric, ColumnKind::Categorical})
        menu->addAction(tr("Read as %1").arg(columnKindText(kind).toLower()), this, [this, rows, kind] { m_model->setKind(rows, kind); });
    menu->popup(event->globalPos());
}

}  // namespace trainyard::ui
