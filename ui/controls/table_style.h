// How every table of the desktop looks: calm rows without a grid, and a selection pale enough to read colours on.
#pragma once

#include <QColor>

class QAbstractItemView;
class QTableView;

namespace trainyard::ui {

// The background of selected rows, in the theme of the moment.
QColor selectedRowColor();
// The pale selection alone, for lists and trees too; follows the theme.
void useSoftSelection(QAbstractItemView *view);
void styleTable(QTableView *table);

}  // namespace trainyard::ui
