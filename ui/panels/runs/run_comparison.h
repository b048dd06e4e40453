// The lower half of the Runs page: curves of the selected runs, and beside them the details of the one run or what differs
// between several.
#pragma once

#include <QWidget>

#include "ui/panels/runs/run_charts.h"

class QLabel;
class QSplitter;
class QStackedWidget;

namespace trainyard::ui {

class Card;
class RunDetailsPanel;
class RunDifferenceModel;

class RunComparison : public QWidget
{
    Q_OBJECT
public:
    explicit RunComparison(QWidget *parent = nullptr);

    // At most this many at once: there are so many different curves.
    static constexpr std::size_t kMostRuns = 16;

    void showNothing();
    // selected: how many are selected in all; runs may be fewer.
    void showRuns(const ShownRuns &runs, std::size_t selected, qint64 nowMs);
    const ShownRuns &runs() const { return m_runs; }  // never null
    RunDetailsPanel *details() const { return m_details; }

    QByteArray saveLayout() const;
    void restoreLayout(const QByteArray &layout);

private:
    ShownRuns m_runs;
    QStackedWidget *m_pages, *m_side;
    QSplitter *m_split;
    RunCharts *m_charts;
    RunDetailsPanel *m_details;
    RunDifferenceModel *m_differences;
    Card *m_differencesCard;
    QLabel *m_same;
    QWidget *m_differenceTable;
};

}  // namespace trainyard::ui
