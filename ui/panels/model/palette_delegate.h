// Draws the rows of the palette: a category as a small head with a fold mark, a layer with its category's stripe.
#pragma once

#include <QStyledItemDelegate>

namespace trainyard::ui {

class PaletteDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

}  // namespace trainyard::ui
