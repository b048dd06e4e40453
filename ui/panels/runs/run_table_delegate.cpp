#include "ui/panels/runs/run_table_delegate.h"

#include <QApplication>
#include <QPainter>

#include "ui/models/run_table_model.h"

namespace trainyard::ui {

namespace {

constexpr int kDot = 8;
constexpr double kDash = 4;  // px; two dashes in a swatch

// As many labels as fit, then how many more there are.
void paintTags(QPainter &painter, const QRect &place, const QStringList &tags)
{
    const QFontMetrics metrics = painter.fontMetrics();
    const int height = metrics.height() + 2;
    int x = place.left();
    for (int i = 0; i < tags.size(); ++i) {
        const QString more = i + 1 < tags.size() ? QStringLiteral("+%1").arg(tags.size() - i) : QString();
        const int room = place.right() - x - (more.isEmpty() ? 0 : metrics.horizontalAdvance(more) + kSpaceXs);
        const int wanted = metrics.horizontalAdvance(tags[i]) + 2 * 6;
        if (wanted > room && i > 0) {
            painter.setPen(themeColor(ColorRole::Muted));
            painter.drawText(QRect(x, place.top(), place.right() - x, place.height()), Qt::AlignLeft | Qt::AlignVCenter, more);
            return;
        }
        const QRect label(x, place.center().y() - height / 2, std::max(0, std::min(wanted, place.right() - x)), height);
        painter.setPen(themeColor(ColorRole::Border));
        painter.setBrush(themeColor(ColorRole::Grid));
        painter.drawRoundedRect(QRectF(label).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        painter.setPen(themeColor(ColorRole::Text));
        painter.drawText(label, Qt::AlignCenter, metrics.elidedText(tags[i], Qt::ElideRight, label.width() - 8));
        x = label.right() + 1 + kSpaceXs;
    }
}

}  // namespace

ColorRole runStateColor(RunState state)
{
    switch (state) {
    case RunState::Running: return ColorRole::Accent;
    case RunState::Finished: return ColorRole::Good;
    case RunState::Paused:
    case RunState::Interrupted: return ColorRole::Warning;
    case RunState::Failed: return ColorRole::Error;
    case RunState::Queued:
    case RunState::Stopped: return ColorRole::Muted;
    }
    return ColorRole::Muted;
}

void paintCurveSwatch(QPainter &painter, QRectF place, int curveSlot)
{
    const Theme &theme = Theme::instance();
    QPen pen(theme.curveColor(curveSlot), 3, Qt::SolidLine, Qt::FlatCap);
    if (theme.curveStyle(curveSlot) != Qt::SolidLine)
        pen.setDashPattern({kDash / pen.widthF() * 1.5, kDash / pen.widthF()});
    painter.save();
    painter.setPen(pen);
    painter.drawLine(QPointF(place.left(), place.center().y()), QPointF(place.right(), place.center().y()));
    painter.restore();
}

RunTableDelegate::RunTableDelegate(QObject *parent) : QStyledItemDelegate(parent) {}

void RunTableDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QString text = std::exchange(cell.text, QString());
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);  // background, selection and focus

    painter->save();
    painter->setFont(cell.font);
    painter->setRenderHint(QPainter::Antialiasing);
    QRect place = cell.rect.adjusted(kSpaceS, 0, -kSpaceS, 0);
    const int column = index.column();
    if (column == RunTableModel::Name) {
        paintCurveSwatch(*painter, QRectF(place.left(), place.top(), kSwatchWidth, place.height()),
                         index.data(RunTableModel::CurveSlotRole).toInt());
        place.setLeft(place.left() + kSwatchWidth + kSpaceS);
    } else if (column == RunTableModel::State) {
        const auto state = static_cast<RunState>(index.data(RunTableModel::StateRole).toInt());
        painter->setPen(Qt::NoPen);
        painter->setBrush(themeColor(runStateColor(state)));
        painter->drawEllipse(QRectF(place.left(), place.center().y() + 0.5 - kDot / 2.0, kDot, kDot));
        place.setLeft(place.left() + kDot + kSpaceS);
    }
    if (column == RunTableModel::Tags) {
        paintTags(*painter, place, index.data(RunTableModel::TagsRole).toStringList());
    } else {
        // The number at the end of a name tells runs apart.
        const auto elide = column == RunTableModel::Name ? Qt::ElideMiddle : Qt::ElideRight;
        const bool secondary = column == RunTableModel::Started || column == RunTableModel::Device || column == RunTableModel::Notes;
        painter->setPen(themeColor(secondary ? ColorRole::Muted : ColorRole::Text));
        painter->drawText(place, static_cast<int>(cell.displayAlignment) | Qt::TextSingleLine,
                          painter->fontMetrics().elidedText(text, elide, place.width()));
    }
    painter->restore();
}

}  // namespace trainyard::ui
