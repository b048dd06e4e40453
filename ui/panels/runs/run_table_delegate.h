// Draws the cells of the runs table: the run's curve before its name, a dot before its state, tags as labels.
#pragma once

#include <QStyledItemDelegate>

#include "engine/storage/run_record.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

class RunTableDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit RunTableDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

ColorRole runStateColor(RunState state);

// A short piece of the run's curve: its colour, and whether it is dashed.
void paintCurveSwatch(QPainter &painter, QRectF place, int curveSlot);
inline constexpr int kSwatchWidth = 16;

}  // namespace trainyard::ui
