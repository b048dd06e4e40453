#include "ui/models/run_filter_model.h"

#include <algorithm>

#include <QLocale>

#include "ui/models/run_table_model.h"

namespace trainyard::ui {

// The C locale compares bytes and knows no numbers within a text.
RunFilterModel::RunFilterModel(QObject *parent)
    : QSortFilterProxyModel(parent), m_collator(QLocale().language() == QLocale::C ? QLocale(QLocale::English) : QLocale())
{
    m_collator.setNumericMode(true);
    m_collator.setCaseSensitivity(Qt::CaseInsensitive);
    setSortRole(RunTableModel::SortRole);
    setFilterRole(RunTableModel::FilterRole);
    setDynamicSortFilter(true);
}

QStringList RunFilterModel::wordsOf(const QString &text)
{
    return text.toLower().simplified().split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

bool RunFilterModel::matches(const QStringList &words, const QString &lowerCaseText)
{
    return std::all_of(words.begin(), words.end(), [&](const QString &word) { return lowerCaseText.contains(word); });
}

void RunFilterModel::setFilterText(const QString &text)
{
    const QStringList words = wordsOf(text);
    if (words == m_words)
        return;
    m_words = words;
    invalidateRowsFilter();
}

bool RunFilterModel::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    return m_words.isEmpty() || matches(m_words, sourceModel()->index(row, 0, parent).data(RunTableModel::FilterRole).toString());
}

bool RunFilterModel::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(RunTableModel::SortRole), b = right.data(RunTableModel::SortRole);
    const bool descending = sortOrder() == Qt::DescendingOrder;
    if (a.isValid() != b.isValid())
        return a.isValid() != descending;
    int order = 0;
    if (a.isValid()) {
        if (a.typeId() == QMetaType::QString) {
            order = m_collator.compare(a.toString(), b.toString());
        } else {
            const double x = a.toDouble(), y = b.toDouble();
            order = x < y ? -1 : x > y ? 1 : 0;
        }
    }
    if (order != 0)
        return order < 0;
    const qint64 idA = left.data(RunTableModel::IdRole).toLongLong(), idB = right.data(RunTableModel::IdRole).toLongLong();
    return descending ? idA < idB : idA > idB;
}

}  // namespace trainyard::ui
