#include "ui/controls/text_grid.h"

#include <QGridLayout>
#include <QLabel>
#include <QStyle>

#include "ui/theme/theme.h"

namespace trainyard::ui {

TextGrid::TextGrid(QWidget *parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(kSpaceM);
    m_grid->setVerticalSpacing(kSpaceXs);
}

QLabel *TextGrid::label(int row, int column)
{
    if (static_cast<int>(m_labels.size()) <= row)
        m_labels.resize(static_cast<std::size_t>(row) + 1);
    auto &line = m_labels[static_cast<std::size_t>(row)];
    while (static_cast<int>(line.size()) <= column) {
        auto *label = new QLabel;
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(!line.empty());
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_grid->addWidget(label, row, static_cast<int>(line.size()));
        line.push_back(label);
    }
    return line[static_cast<std::size_t>(column)];
}

void TextGrid::setRows(const QList<QStringList> &rows, const QStringList &head)
{
    QList<QStringList> all = rows;
    if (!head.isEmpty())
        all.prepend(head);
    m_hasHead = !head.isEmpty();
    m_rowCount = static_cast<int>(rows.size());
    int columns = 0;
    for (int row = 0; row < all.size(); ++row) {
        columns = std::max(columns, static_cast<int>(all[row].size()));
        for (int column = 0; column < all[row].size(); ++column) {
            QLabel *cell = label(row, column);
            const bool muted = column == 0 || (m_hasHead && row == 0);
            if (cell->property("muted").toBool() != muted) {
                cell->setProperty("muted", muted);
                cell->style()->unpolish(cell);
                cell->style()->polish(cell);
            }
            const bool right = column > 0 && m_numbersRight;
            cell->setAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignTop);
            cell->setWordWrap(column > 0 && !m_numbersRight);
            cell->setText(all[row][column]);
            cell->show();
        }
    }
    for (std::size_t row = 0; row < m_labels.size(); ++row) {
        for (std::size_t column = 0; column < m_labels[row].size(); ++column) {
            if (static_cast<int>(row) >= all.size() || static_cast<int>(column) >= all[static_cast<int>(row)].size())
                m_labels[row][column]->hide();
        }
    }
    for (int column = 0; column < std::max(columns, m_grid->columnCount()); ++column)
        m_grid->setColumnStretch(column, !m_numbersRight && column == 1 ? 1 : 0);
    if (m_numbersRight)
        m_grid->setColumnStretch(0, 1);
}

QString TextGrid::text(int row, int column) const
{
    const auto at = static_cast<std::size_t>(row + (m_hasHead ? 1 : 0)), in = static_cast<std::size_t>(column);
    return row >= 0 && row < m_rowCount && at < m_labels.size() && in < m_labels[at].size() && !m_labels[at][in]->isHidden()
               ? m_labels[at][in]->text()
               : QString();
}

}  // namespace trainyard::ui
