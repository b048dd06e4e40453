#include "ui/controls/table_style.h"

#include <QHeaderView>
#include <QTableView>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kSelected = 0.16;  // of the accent on the panel

}  // namespace

QColor selectedRowColor()
{
    const QColor accent = themeColor(ColorRole::Accent), ground = themeColor(ColorRole::Panel);
    const auto mix = [](int a, int b) { return static_cast<int>(a * kSelected + b * (1.0 - kSelected)); };
    return QColor(mix(accent.red(), ground.red()), mix(accent.green(), ground.green()), mix(accent.blue(), ground.blue()));
}

void useSoftSelection(QAbstractItemView *view)
{
    const auto apply = [view] {
        QPalette palette = view->palette();
        palette.setColor(QPalette::Highlight, selectedRowColor());
        palette.setColor(QPalette::HighlightedText, themeColor(ColorRole::Text));
        view->setPalette(palette);
    };
    apply();
    QObject::connect(&Theme::instance(), &Theme::changed, view, apply);
}

void styleTable(QTableView *table, bool framed)
{
    useSoftSelection(table);
    if (!framed)  // and titles begin where the style lets the cells begin
        table->setStyleSheet(QStringLiteral("QTableView { border: none; } QHeaderView::section { padding: 4px %1px; }").arg(kCellPadding));
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTextElideMode(Qt::ElideRight);
    table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table->verticalHeader()->hide();
    // 4 px above and below the letters, on the grid.
    table->verticalHeader()->setDefaultSectionSize((table->fontMetrics().height() + 2 * kSpaceXs + 3) / 4 * 4);
    table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setMinimumSectionSize(48);
}

}  // namespace trainyard::ui
