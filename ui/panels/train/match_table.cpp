#include "ui/panels/train/match_table.h"

#include <algorithm>

#include <QHeaderView>
#include <QStandardItemModel>

#include "ui/controls/table_style.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kMostRowsShown = 8;

QString stateText(const TensorMatch &one)
{
    switch (one.state) {
    case MatchState::Loaded: return one.byOrder ? MatchTable::tr("Loaded, by order") : MatchTable::tr("Loaded");
    case MatchState::ShapeDiffers: return MatchTable::tr("Another shape");
    case MatchState::Unreadable: return MatchTable::tr("Not floats");
    case MatchState::Missing: return MatchTable::tr("Not there");
    case MatchState::LeftOut: return MatchTable::tr("Left out");
    }
    return {};
}

QString textOf(const std::string &text)
{
    return QString::fromStdString(text);
}

}  // namespace

MatchTable::MatchTable(QWidget *parent) : QTableView(parent), m_model(new QStandardItemModel(0, 2, this))
{
    setModel(m_model);
    styleTable(this, false);
    setAccessibleName(tr("What each parameter starts with"));
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setTabKeyNavigation(false);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTextElideMode(Qt::ElideMiddle);  // names differ at their ends
    m_model->setHorizontalHeaderLabels({tr("Parameter"), tr("Start")});
    for (int column = 0; column < 2; ++column)
        m_model->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    horizontalHeader()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
}

void MatchTable::setMatch(const WeightMatch &match)
{
    m_model->removeRows(0, m_model->rowCount());
    const auto add = [this](const QString &name, const QString &state, const QString &help, bool muted) {
        QList<QStandardItem *> row{new QStandardItem(name), new QStandardItem(state)};
        for (QStandardItem *item : row) {
            item->setToolTip(help);
            if (muted)
                item->setForeground(themeColor(ColorRole::Muted));
        }
        m_model->appendRow(row);
    };
    for (const bool loaded : {false, true})
        for (const TensorMatch &one : match.tensors) {
            if ((one.state == MatchState::Loaded) != loaded)
                continue;
            const QString note = textOf(one.note()), shape = textOf(one.target.shape.text());
            add(textOf(one.target.name), stateText(one),
                note.isEmpty() ? tr("%1, %2").arg(textOf(one.target.name), shape) : tr("%1, %2: %3").arg(textOf(one.target.name), shape, note), loaded);
        }
    for (const UnusedTensor &one : match.unused)
        add(textOf(one.name), tr("Not used"), tr("%1, %2 of the source: the network has no parameter of this name").arg(textOf(one.name), textOf(one.shape.text())), true);
    updateGeometry();
}

QString MatchTable::text(int row, int column) const
{
    const QStandardItem *item = m_model->item(row, column);
    return item ? item->text() : QString();
}

int MatchTable::rows() const
{
    return m_model->rowCount();
}

QSize MatchTable::sizeHint() const
{
    const int shown = std::clamp(m_model->rowCount(), 1, kMostRowsShown);
    return {120, horizontalHeader()->sizeHint().height() + shown * verticalHeader()->defaultSectionSize() + 2 * frameWidth()};
}

}  // namespace trainyard::ui
