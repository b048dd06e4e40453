#include "ui/panels/model/palette_delegate.h"

#include <QPainter>

#include "ui/panels/model/palette_tree.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLayerHeight = 28, kCategoryHeight = 32, kMargin = kSpaceS, kFoldMark = 16;
constexpr int kStripeWidth = 3, kStripeHeight = 16, kTextLeft = 28;
constexpr double kRadius = 4, kHeadSize = 0.9;

}  // namespace

void PaletteDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const bool isCategory = index.data(PaletteTree::ChoiceRole).toString().isEmpty();
    const bool selected = option.state & QStyle::State_Selected, active = option.state & QStyle::State_Active,
               hovered = option.state & QStyle::State_MouseOver;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect row = option.rect.adjusted(kSpaceXs, 1, -kSpaceXs, -1);
    if (selected || hovered) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(themeColor(selected && active ? ColorRole::Accent : ColorRole::Grid));
        painter->drawRoundedRect(row, kRadius, kRadius);
    }
    const ColorRole text = selected && active ? ColorRole::OnAccent : isCategory ? ColorRole::Muted : ColorRole::Text;
    QFont font = option.font;
    if (isCategory) {
        const QRect mark(option.rect.left() + kMargin, row.center().y() - kFoldMark / 2 + 1, kFoldMark, kFoldMark);
        const bool open = option.state & QStyle::State_Open;
        themeIcon(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), text).paint(painter, mark);
        font.setPointSizeF(font.pointSizeF() * kHeadSize);
        font.setWeight(QFont::DemiBold);
    } else {
        const auto category = static_cast<Category>(index.data(PaletteTree::CategoryRole).toInt());
        painter->setPen(Qt::NoPen);
        painter->setBrush(Theme::instance().categoryColor(category));
        painter->drawRoundedRect(QRectF(option.rect.left() + kMargin + (kFoldMark - kStripeWidth) / 2.0,
                                        row.center().y() - kStripeHeight / 2.0 + 0.5, kStripeWidth, kStripeHeight),
                                 1, 1);
    }
    painter->setFont(font);
    painter->setPen(themeColor(text));
    const QRect where = row.adjusted(kTextLeft - kSpaceXs, 0, -kSpaceXs, 0);
    painter->drawText(where, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(font).elidedText(index.data().toString(), Qt::ElideRight, where.width()));
    painter->restore();
}

QSize PaletteDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const bool isCategory = index.data(PaletteTree::ChoiceRole).toString().isEmpty();
    return {QStyledItemDelegate::sizeHint(option, index).width() + kTextLeft, isCategory ? kCategoryHeight : kLayerHeight};
}

}  // namespace trainyard::ui
