// The runs table filtered by words and sorted by any column.
#pragma once

#include <QCollator>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace trainyard::ui {

// Every word must occur in the run's name, tags, state or notes; case does not matter.
class RunFilterModel : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit RunFilterModel(QObject *parent = nullptr);

    void setFilterText(const QString &text);
    const QStringList &words() const { return m_words; }

    // lowerCaseText: what RunTableModel gives for FilterRole.
    static bool matches(const QStringList &words, const QString &lowerCaseText);
    static QStringList wordsOf(const QString &text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    // By RunTableModel's SortRole; what has no value comes last in either direction, equal rows newest first.
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    QStringList m_words;
    QCollator m_collator;  // "run 2" before "run 10"
};

}  // namespace trainyard::ui
