#include "ui/canvas/node_painter.h"

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QFont>
#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>

#include "ui/canvas/node_geometry.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kStripe = 3, kTextLeft = 12, kTextRight = 10, kBadge = 14, kTagHeight = 14, kTagPadding = 6;
constexpr QRectF kCard{0, 0, 168, 48};
constexpr double kFarTextSize = 22;
constexpr double kStackStep = 3, kSign = 12;  // within kNodeMargin

// The part of the card's rounded shape left of x.
QPainterPath leftPart(const QPainterPath &card, double x)
{
    QPainterPath left;
    left.addRect(0, 0, x, kCard.height());
    return card.intersected(left);
}

void paintBadge(QPainter &painter, const NodeLook &look)
{
    const QPointF center(kCard.right() - kTextRight - kBadge / 2 + 2, 16);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(look.broken ? ColorRole::Error : ColorRole::Warning));
    painter.drawEllipse(center, kBadge / 2, kBadge / 2);
    painter.setPen(QPen(themeColor(ColorRole::Raised), 1.75, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(center - QPointF(0, 3.5), center + QPointF(0, 0.75));
    painter.drawPoint(center + QPointF(0, 3.75));
}

// A tag on the lower edge, where no port is and no text of the card.
void paintDevice(QPainter &painter, const NodeLook &look, const QColor &border)
{
    const QFont font = canvasFont(0.75, QFont::Medium);
    const double wanted = std::ceil(QFontMetricsF(font).horizontalAdvance(look.device)) + 2 * kTagPadding;
    const double width = std::min(wanted, kCard.width() / 2 - kTextRight - kPortReach);
    const QRectF tag(kCard.right() - kTextRight - width, kCard.bottom() - kTagHeight / 2 + 1.5, width, kTagHeight);
    const double opacity = painter.opacity();
    painter.setOpacity(1);  // wires behind it do not shine through
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(ColorRole::Window));
    painter.drawRoundedRect(tag, kTagHeight / 2, kTagHeight / 2);
    painter.setOpacity(opacity);
    painter.setPen(QPen(border, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(tag.adjusted(0.5, 0.5, -0.5, -0.5), kTagHeight / 2, kTagHeight / 2);
    painter.setFont(font);
    painter.setPen(themeColor(ColorRole::Text));
    drawElided(painter, tag.adjusted(kTagPadding, 0, -kTagPadding + 1, 0), Qt::AlignLeft, look.device);
}

// The name first; the setting beside it gets what is left, at least a part of the line.
void paintFirstLine(QPainter &painter, const NodeLook &look, const QRectF &line)
{
    const QFont nameFont = canvasFont(1, QFont::Medium), settingFont = canvasFont(1, QFont::Normal);
    const double nameWidth = QFontMetricsF(nameFont).horizontalAdvance(look.name) + 1;
    const double settingWidth = QFontMetricsF(settingFont).horizontalAdvance(look.setting) + 1;
    const double gap = look.setting.isEmpty() ? 0 : 8;
    const double settingShare = std::min(settingWidth, std::max(line.width() - gap - nameWidth, line.width() * 0.42));
    const double nameShare = look.setting.isEmpty() ? line.width() : std::min(nameWidth, line.width() - gap - settingShare);
    painter.setPen(themeColor(ColorRole::Text));
    painter.setFont(nameFont);
    drawElided(painter, {line.left(), line.top(), nameShare, line.height()}, Qt::AlignLeft, look.name);
    if (look.setting.isEmpty())
        return;
    painter.setPen(themeColor(ColorRole::Muted));
    painter.setFont(settingFont);
    const double left = line.left() + nameShare + gap;
    drawElided(painter, {left, line.top(), line.right() - left, line.height()}, Qt::AlignLeft, look.setting);
}

void paintSecondLine(QPainter &painter, const NodeLook &look, const QRectF &line)
{
    const QFont font = canvasFont(0.9, QFont::Normal);
    painter.setFont(font);
    painter.setPen(themeColor(ColorRole::Muted));
    const QString shape = look.shape.isEmpty() ? QStringLiteral("–") : look.shape;  // unknown
    const double wanted = QFontMetricsF(font).horizontalAdvance(shape) + 1;
    const double shapeWidth = std::min(wanted, look.parameters.isEmpty() ? line.width() : line.width() * 0.6);
    drawElided(painter, {line.right() - shapeWidth, line.top(), shapeWidth, line.height()}, Qt::AlignRight, shape);
    drawElided(painter, {line.left(), line.top(), line.width() - shapeWidth - 8, line.height()}, Qt::AlignLeft, look.parameters);
}

// Further cards that peek out below, as of a stack: a block holds layers; repeated it is a higher stack.
void paintStack(QPainter &painter, const NodeLook &look, const QPen &border)
{
    QPen pen = border;
    pen.setWidthF(std::min(1.25, border.widthF()));
    painter.setPen(pen);
    painter.setBrush(themeColor(ColorRole::Raised));
    for (int under = look.repeat > 1 ? 2 : 1; under > 0; --under) {
        const double step = kStackStep * under;
        painter.drawRoundedRect(kCard.adjusted(0.5 + step, 0.5 + step, step - 0.5, step - 0.5), kCardRadius, kCardRadius);
    }
}

// Two squares, one in front of the other: the sign of a block.
void paintBlockSign(QPainter &painter, QPointF corner)
{
    painter.setPen(QPen(themeColor(ColorRole::Muted), 1.25, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(themeColor(ColorRole::Raised));
    painter.drawRoundedRect(QRectF(corner + QPointF(3.5, 0.5), QSizeF(7.5, 7.5)), 1.5, 1.5);
    painter.drawRoundedRect(QRectF(corner + QPointF(0.5, 3.5), QSizeF(7.5, 7.5)), 1.5, 1.5);
}

void paintPort(QPainter &painter, QPointF center, bool connected, bool hot)
{
    const QColor color = themeColor(hot ? ColorRole::Accent : ColorRole::Muted);
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(connected || hot ? color : themeColor(ColorRole::Raised));
    const double radius = (hot ? kPortRadius + 1.5 : kPortRadius) - 0.75;
    painter.drawEllipse(center, radius, radius);
}

void paintPorts(QPainter &painter, const NodeLook &look, const NodeState &state)
{
    for (int port = 0; port < look.inputs; ++port)
        paintPort(painter, inputPort(port, look.inputs), look.connectedInputs >> port & 1, state.hotInput == port);
    if (look.hasOutput)
        paintPort(painter, outputPort(), look.outputConnected, state.hotOutput);
}

QPen borderPen(const NodeLook &look, const NodeState &state, double zoom)
{
    const double hairline = std::max(1.0, 1 / zoom);  // one pixel, however far away
    QPen pen(themeColor(ColorRole::Border), hairline);
    if (state.selected || state.offered)
        pen = QPen(themeColor(ColorRole::Accent), 2 * hairline);
    else if (look.broken)
        pen = QPen(themeColor(ColorRole::Error), 1.5 * hairline);
    else if (state.hovered)
        pen.setColor(themeColor(ColorRole::Muted));
    if (look.placeholder || state.offered)
        pen.setDashPattern({4, 3});
    return pen;
}

}  // namespace

QFont canvasFont(double size, int weight)
{
    QFont font = QApplication::font();
    if (font.pixelSize() > 0)
        font.setPixelSize(std::max(1, qRound(font.pixelSize() * size)));
    else
        font.setPointSizeF(font.pointSizeF() * size);
    font.setWeight(static_cast<QFont::Weight>(weight));
    font.setHintingPreference(QFont::PreferNoHinting);  // widths that grow evenly with the zoom
    return font;
}

void drawElided(QPainter &painter, const QRectF &rect, Qt::Alignment alignment, const QString &text)
{
    if (rect.width() <= 0 || text.isEmpty())
        return;
    const QString shown = QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, rect.width());
    painter.drawText(rect, static_cast<int>(alignment | Qt::AlignVCenter) | Qt::TextSingleLine | Qt::TextDontClip, shown);
}

void paintNode(QPainter &painter, const NodeLook &look, const NodeState &state, double zoom)
{
    QPainterPath card;
    card.addRoundedRect(kCard.adjusted(0.5, 0.5, -0.5, -0.5), kCardRadius, kCardRadius);
    if (state.faded) {
        painter.fillPath(card, themeColor(ColorRole::Window));  // wires behind it do not shine through
        painter.setOpacity(0.4);
    }
    const QColor stripe = look.placeholder ? themeColor(ColorRole::Disabled) : Theme::instance().categoryColor(look.category);
    const bool full = zoom >= kFullDetailZoom;

    if (look.block && zoom >= kNameZoom)
        paintStack(painter, look, borderPen(look, state, zoom));
    painter.fillPath(card, themeColor(ColorRole::Raised));
    painter.fillPath(zoom >= kNameZoom ? leftPart(card, full ? kStripe : kStripe / zoom) : card, stripe);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(borderPen(look, state, zoom));
    painter.drawPath(card);

    if (full) {
        const double right = kCard.right() - kTextRight;
        if (look.block)
            paintBlockSign(painter, {kTextLeft, 10});
        const double left = look.block ? kTextLeft + kSign + 4 : kTextLeft;
        paintFirstLine(painter, look, {QPointF(left, 6), QPointF(look.message.isEmpty() ? right : right - kBadge - 2, 26)});
        paintSecondLine(painter, look, {QPointF(kTextLeft, 25), QPointF(right, 43)});
        if (!look.message.isEmpty())
            paintBadge(painter, look);
        if (!look.device.isEmpty())
            paintDevice(painter, look, borderPen(look, state, zoom).color());
        paintPorts(painter, look, state);
    } else if (zoom >= kNameZoom) {
        QFont font = canvasFont(1, QFont::Medium);
        font.setPixelSize(static_cast<int>(kFarTextSize));
        painter.setFont(font);
        painter.setPen(themeColor(look.broken ? ColorRole::Error : ColorRole::Text));
        const double left = kStripe / zoom + 8;
        drawElided(painter, {left, 0, kCard.width() - left - 8, kCard.height()}, Qt::AlignLeft, look.name);
        if (state.hotInput >= 0 || state.hotOutput)
            paintPorts(painter, look, state);
    }
    painter.setOpacity(1);
}

}  // namespace trainyard::ui
