#include "ui/panels/data/column_table.h"

#include <algorithm>
#include <functional>

#include <QComboBox>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "ui/controls/table_style.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kChevron = 8, kLeastRows = 5;

// Is done as soon as its list closes, with or without a choice.
class ChoiceBox : public QComboBox
{
public:
    using QComboBox::QComboBox;
    std::function<void()> closed;

    void hidePopup() override
    {
        QComboBox::hidePopup();
        // Queued: a choice is announced after its list has gone.
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (closed)
                    closed();
            },
            Qt::QueuedConnection);
    }
};

// Draws the little arrow of a box beside the value, so that one sees what can be chosen; opens the box when edited.
class ChoiceDelegate : public QStyledItemDelegate
{
public:
    ChoiceDelegate(QStringList choices, std::function<void(const QModelIndex &, int)> choose, QObject *parent)
        : QStyledItemDelegate(parent), m_choices(std::move(choices)), m_choose(std::move(choose))
    {
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        const QPointF middle(option.rect.right() - kSpaceS - kChevron / 2.0, option.rect.center().y() + 0.5);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(themeColor(ColorRole::Muted), 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const QPointF arrow[] = {middle + QPointF(-3, -1.5), middle + QPointF(0, 1.5), middle + QPointF(3, -1.5)};
        painter->drawPolyline(arrow, 3);
        painter->restore();
    }

    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &, const QModelIndex &index) const override
    {
        auto *box = new ChoiceBox(parent);
        box->addItems(m_choices);
        box->setAccessibleName(index.model()->headerData(index.column(), Qt::Horizontal).toString());
        auto *self = const_cast<ChoiceDelegate *>(this);
        connect(box, &QComboBox::activated, self, [self, box] { emit self->commitData(box); });
        box->closed = [self, box] { emit self->closeEditor(box); };
        QMetaObject::invokeMethod(box, &QComboBox::showPopup, Qt::QueuedConnection);
        return box;
    }

    void destroyEditor(QWidget *editor, const QModelIndex &index) const override
    {
        static_cast<ChoiceBox *>(editor)->closed = {};  // the view let go of it already
        QStyledItemDelegate::destroyEditor(editor, index);
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
    setEditTriggers(EditKeyPressed);
    styleTable(this, false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    horizontalHeader()->setSectionResizeMode(ColumnModel::Name, QHeaderView::Stretch);
    const int arrow = kChevron + 3 * kSpaceS;
    setColumnWidth(ColumnModel::Role, fontMetrics().horizontalAdvance(columnRoleText(ColumnRole::Feature)) + arrow);
    setColumnWidth(ColumnModel::Kind, fontMetrics().horizontalAdvance(columnKindText(ColumnKind::Categorical)) + arrow);
    setColumnWidth(ColumnModel::Missing, horizontalHeader()->sectionSizeHint(ColumnModel::Missing));
    setMinimumHeight(horizontalHeader()->sizeHint().height() + kLeastRows * verticalHeader()->defaultSectionSize());
    setToolTip(tr("Click a role or kind to change it. Select several columns to change them together."));
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
    const int rows = std::max(m_model->rowCount(), kLeastRows);
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

// A press on a role or kind opens its box and leaves the selection, of which a plain press would keep one row only.
void ColumnTable::mousePressEvent(QMouseEvent *event)
{
    const QModelIndex index = indexAt(event->position().toPoint());
    const bool choice = index.isValid() && (index.column() == ColumnModel::Role || index.column() == ColumnModel::Kind);
    if (event->button() != Qt::LeftButton || event->modifiers() != Qt::NoModifier || !choice) {
        QTableView::mousePressEvent(event);
        return;
    }
    if (selectionModel()->isRowSelected(index.row()))
        selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
    else
        setCurrentIndex(index);
    edit(index);
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
