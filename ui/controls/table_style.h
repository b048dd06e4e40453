// How every table of the desktop looks: calm rows without a grid, and a selection pale enough to read colours on.
#pragma once

#include <QColor>

class QAbstractItemView;
class QTableView;

namespace trainyard::ui {

// Fusion's own, from the edge of a cell to its text.
inline constexpr int kCellPadding = 3;
// The background of selected rows, in the theme of the moment.
QColor selectedRowColor();
// The pale selection alone, for lists and trees too; follows the theme.
void useSoftSelection(QAbstractItemView *view);
void styleTable(QTableView *table, bool framed = true);  // framed: with a border, for one that stands in no card

}  // namespace trainyard::ui
