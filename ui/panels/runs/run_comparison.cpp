#include "ui/panels/runs/run_comparison.h"

#include <algorithm>

#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/controls/card.h"
#include "ui/controls/empty_state.h"
#include "ui/controls/gap_splitter.h"
#include "ui/controls/scroll_column.h"
#include "ui/controls/table_style.h"
#include "ui/models/run_difference_model.h"
#include "ui/panels/runs/run_details_panel.h"
#include "ui/panels/runs/run_table_delegate.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kSideWidth = 460, kChartsWidth = 740, kLeastSideWidth = 280, kLeastChartsWidth = 320, kLeastColumn = 64, kRunColumn = 144,
              kSettingColumn = 176;

// The runs' names with their curves before them.
class CurveHeader : public QHeaderView
{
public:
    explicit CurveHeader(QWidget *parent) : QHeaderView(Qt::Horizontal, parent) { setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter); }

protected:
    void paintSection(QPainter *painter, const QRect &rect, int section) const override
    {
        painter->save();
        painter->fillRect(rect, themeColor(ColorRole::Panel));
        painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), themeColor(ColorRole::Border));
        QRect place = rect.adjusted(kCellPadding, 0, -kSpaceS, -1);
        if (const QVariant slot = model()->headerData(section, Qt::Horizontal, RunDifferenceModel::CurveSlotRole); slot.isValid()) {
            paintCurveSwatch(*painter, QRectF(place.left(), place.top(), kSwatchWidth, place.height()), slot.toInt());
            place.setLeft(place.left() + kSwatchWidth + kSpaceXs);
        }
        painter->setPen(themeColor(ColorRole::Muted));
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,
                          fontMetrics().elidedText(model()->headerData(section, Qt::Horizontal).toString(), Qt::ElideRight, place.width()));
        painter->restore();
    }
};

}  // namespace

RunComparison::RunComparison(QWidget *parent)
    : QWidget(parent), m_runs(std::make_shared<const std::vector<ShownRun>>()), m_pages(new QStackedWidget), m_side(new QStackedWidget),
      m_split(new GapSplitter(Qt::Horizontal)), m_charts(new RunCharts), m_details(new RunDetailsPanel),
      m_differences(new RunDifferenceModel(this)), m_differencesCard(new Card(tr("Differing settings"))),
      m_same(mutedLabel(tr("These runs have the same settings and the same network.")))
{
    auto *table = new QTableView;
    table->setObjectName(QStringLiteral("differences"));
    table->setAccessibleName(tr("Settings that differ between the selected runs"));
    table->setModel(m_differences);
    styleTable(table, false);
    table->setHorizontalHeader(new CurveHeader(table));
    table->horizontalHeader()->setMinimumSectionSize(kLeastColumn / 2);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    m_differenceTable = table;
    m_differencesCard->content()->addWidget(m_same);
    m_differencesCard->content()->addWidget(table, 1);
    m_same->hide();
    connect(m_differences, &QAbstractItemModel::modelReset, table, [this, table] {
        table->resizeColumnsToContents();
        for (int column = 0; column < m_differences->columnCount(); ++column)
            table->setColumnWidth(column, std::clamp(table->columnWidth(column) + kSpaceS, kLeastColumn, column == 0 ? kSettingColumn : kRunColumn));
        m_same->setVisible(m_differences->rowCount() == 0);
        table->setVisible(m_differences->rowCount() > 0);
    });

    m_side->addWidget(new ScrollColumn(m_details, kLeastSideWidth));
    m_side->addWidget(m_differencesCard);
    m_charts->setMinimumWidth(kLeastChartsWidth);
    m_split->addWidget(new ScrollColumn(m_charts));
    m_split->addWidget(m_side);
    m_split->setStretchFactor(0, 1);
    m_split->setSizes({kChartsWidth, kSideWidth});

    m_pages->addWidget(new EmptyState(QStringLiteral("runs"), tr("Select a run to see its curves and settings, or several to compare them."), {}));
    m_pages->addWidget(m_split);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

void RunComparison::showNothing()
{
    m_details->saveNotes();
    m_runs = std::make_shared<const std::vector<ShownRun>>();
    m_charts->setRuns(m_runs);
    m_pages->setCurrentIndex(0);
}

void RunComparison::showRuns(const ShownRuns &runs, std::size_t selected, qint64 nowMs)
{
    if (runs->empty())
        return showNothing();
    m_runs = runs;
    m_charts->setRuns(runs);
    if (runs->size() == 1) {
        m_details->setRun(runs->front().details, nowMs);
        m_side->setCurrentIndex(0);
    } else {
        m_details->saveNotes();
        std::vector<RunRecord> records;
        std::vector<int> colors;
        for (const ShownRun &run : *runs) {
            records.push_back(run.details.record);
            colors.push_back(run.curveSlot);
        }
        m_differences->setRuns(records, colors);
        m_differencesCard->setValue(selected > runs->size() ? tr("first %1 of %2 runs").arg(runs->size()).arg(selected)
                                                            : tr("%1 runs").arg(runs->size()));
        m_side->setCurrentIndex(1);
    }
    m_pages->setCurrentIndex(1);
}

QByteArray RunComparison::saveLayout() const
{
    return m_split->saveState();
}

void RunComparison::restoreLayout(const QByteArray &layout)
{
    m_split->restoreState(layout);
}

}  // namespace trainyard::ui
