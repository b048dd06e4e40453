#include "ui/theme/desk_style.h"

#include <QAbstractSpinBox>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOption>
#include <QWidget>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kFieldHeight = 28, kFieldPadding = 6, kSpinWidth = 20, kComboArrow = 24, kCheck = 16, kAnimationMs = 120;
constexpr double kRadius = 4, kStroke = 1.5, kChevron = 3.5;

enum class Direction { Up, Down, Left, Right };

void drawChevron(QPainter &painter, QPointF center, Direction direction, const QColor &color)
{
    const double a = kChevron, b = kChevron / 2;
    QPolygonF line;
    switch (direction) {
    case Direction::Up: line << QPointF(-a, b) << QPointF(0, -b) << QPointF(a, b); break;
    case Direction::Down: line << QPointF(-a, -b) << QPointF(0, b) << QPointF(a, -b); break;
    case Direction::Left: line << QPointF(b, -a) << QPointF(-b, 0) << QPointF(b, a); break;
    case Direction::Right: line << QPointF(-b, -a) << QPointF(b, 0) << QPointF(-b, a); break;
    }
    painter.setPen(QPen(color, kStroke, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line.translated(center));
}

QColor signColor(const QStyleOption *option, bool enabled = true)
{
    return themeColor(!enabled || !(option->state & QStyle::State_Enabled) ? ColorRole::Disabled : ColorRole::Muted);
}

void drawField(QPainter &painter, const QStyleOption *option, const QWidget *widget)
{
    const bool enabled = option->state & QStyle::State_Enabled;
    const bool invalid = widget && widget->property("invalid").toBool();
    const ColorRole edge = invalid                                   ? ColorRole::Error
                           : option->state & QStyle::State_HasFocus  ? ColorRole::Accent
                           : enabled && option->state & QStyle::State_MouseOver ? ColorRole::Muted
                                                                     : ColorRole::Border;
    painter.setPen(QPen(themeColor(edge), 1));
    painter.setBrush(themeColor(enabled ? ColorRole::Raised : ColorRole::Window));
    painter.drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
}

void drawCheck(QPainter &painter, const QStyleOption *option, bool round)
{
    const bool on = option->state & QStyle::State_On, some = option->state & QStyle::State_NoChange;
    const bool enabled = option->state & QStyle::State_Enabled;
    const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    const ColorRole fill = on || some ? enabled ? ColorRole::Accent : ColorRole::Disabled : ColorRole::Raised;
    const ColorRole edge = on || some                                 ? fill
                           : option->state & QStyle::State_HasFocus   ? ColorRole::Accent
                           : enabled                                  ? ColorRole::Muted
                                                                      : ColorRole::Border;
    painter.setPen(QPen(themeColor(edge), 1));
    painter.setBrush(themeColor(fill));
    round ? painter.drawEllipse(box) : painter.drawRoundedRect(box, 3, 3);
    const QPointF c = box.center();
    const double unit = box.width() / 16;
    painter.setPen(QPen(themeColor(ColorRole::OnAccent), 2 * unit, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(themeColor(ColorRole::OnAccent));
    if (some)
        painter.drawLine(c - QPointF(3.5 * unit, 0), c + QPointF(3.5 * unit, 0));
    else if (on && round)
        painter.drawEllipse(c, 2 * unit, 2 * unit);
    else if (on)
        painter.drawPolyline(QPolygonF{c + QPointF(-3.5, 0.5) * unit, c + QPointF(-1, 3) * unit, c + QPointF(3.5, -2.5) * unit});
}

}  // namespace

DeskStyle::DeskStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void DeskStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter, const QWidget *widget) const
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QPointF center = QRectF(option->rect).center();
    switch (element) {
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawCheck(*painter, option, false); break;
    case PE_IndicatorRadioButton: drawCheck(*painter, option, true); break;
    case PE_IndicatorArrowUp:
    case PE_IndicatorSpinUp: drawChevron(*painter, center, Direction::Up, signColor(option)); break;
    case PE_IndicatorArrowDown:
    case PE_IndicatorSpinDown: drawChevron(*painter, center, Direction::Down, signColor(option)); break;
    case PE_IndicatorArrowLeft: drawChevron(*painter, center, Direction::Left, signColor(option)); break;
    case PE_IndicatorArrowRight: drawChevron(*painter, center, Direction::Right, signColor(option)); break;
    case PE_IndicatorHeaderArrow:
        if (const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option); header && header->sortIndicator != QStyleOptionHeader::None)
            drawChevron(*painter, center, header->sortIndicator == QStyleOptionHeader::SortUp ? Direction::Up : Direction::Down, signColor(option));
        break;
    case PE_FrameFocusRect:
        if (option->state & State_KeyboardFocusChange) {
            painter->setPen(QPen(themeColor(ColorRole::Accent), 1));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
        }
        break;
    default:
        painter->restore();
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        return;
    }
    painter->restore();
}

void DeskStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter, const QWidget *widget) const
{
    if (const auto *spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option); spin && control == CC_SpinBox) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (spin->frame)
            drawField(*painter, option, widget);
        if (spin->buttonSymbols != QAbstractSpinBox::NoButtons) {
            const auto arrow = [&](SubControl part, QAbstractSpinBox::StepEnabledFlag step, Direction direction) {
                const bool enabled = spin->stepEnabled.testFlag(step);
                const bool lit = enabled && option->activeSubControls == part && option->state & State_MouseOver;
                // Nearer to the middle than its half's centre, so that the two read as one sign.
                const QPointF shift(0, direction == Direction::Up ? 1.5 : -1.5);
                drawChevron(*painter, QRectF(proxy()->subControlRect(control, option, part, widget)).center() + shift, direction,
                            lit ? themeColor(ColorRole::Text) : signColor(option, enabled));
            };
            arrow(SC_SpinBoxUp, QAbstractSpinBox::StepUpEnabled, Direction::Up);
            arrow(SC_SpinBoxDown, QAbstractSpinBox::StepDownEnabled, Direction::Down);
        }
        painter->restore();
        return;
    }
    if (const auto *combo = qstyleoption_cast<const QStyleOptionComboBox *>(option); combo && control == CC_ComboBox) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (combo->frame)
            drawField(*painter, option, widget);
        drawChevron(*painter, QRectF(proxy()->subControlRect(control, option, SC_ComboBoxArrow, widget)).center(), Direction::Down, signColor(option));
        painter->restore();
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect DeskStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl part, const QWidget *widget) const
{
    const QRect rect = option->rect;
    if (const auto *spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option); spin && control == CC_SpinBox) {
        const int buttons = spin->buttonSymbols == QAbstractSpinBox::NoButtons ? 0 : kSpinWidth;
        const int middle = rect.top() + rect.height() / 2;
        QRect place = rect;
        if (part == SC_SpinBoxUp)
            place = QRect(rect.right() - buttons, rect.top() + 1, buttons, middle - rect.top() - 1);
        else if (part == SC_SpinBoxDown)
            place = QRect(rect.right() - buttons, middle, buttons, rect.bottom() - middle);
        else if (part == SC_SpinBoxEditField)
            place = rect.adjusted(spin->frame ? kFieldPadding - 2 : 0, 1, buttons ? -buttons : -kFieldPadding + 2, -1);
        return visualRect(option->direction, rect, place);
    }
    if (control == CC_ComboBox) {
        QRect place = rect;
        if (part == SC_ComboBoxArrow)
            place = QRect(rect.right() - kComboArrow + 1, rect.top(), kComboArrow, rect.height());
        else if (part == SC_ComboBoxEditField)
            place = rect.adjusted(kFieldPadding, 1, -kComboArrow, -1);
        else if (part == SC_ComboBoxListBoxPopup)
            return QProxyStyle::subControlRect(control, option, part, widget);
        return visualRect(option->direction, rect, place);
    }
    return QProxyStyle::subControlRect(control, option, part, widget);
}

QSize DeskStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size, const QWidget *widget) const
{
    QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_SpinBox)
        wanted = {size.width() + kSpinWidth + kFieldPadding, std::max(kFieldHeight, size.height() + 8)};
    else if (type == CT_ComboBox)
        wanted = {size.width() + kComboArrow + 2 * kFieldPadding, std::max(kFieldHeight, size.height() + 8)};
    return wanted;
}

int DeskStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight: return kCheck;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing: return kSpaceS;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int DeskStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget, QStyleHintReturn *data) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_ComboBox_Popup: return 0;  // a list below the field, not a menu over it
    case SH_Widget_Animation_Duration: return std::min(kAnimationMs, QProxyStyle::styleHint(hint, option, widget, data));
    default: return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

}  // namespace trainyard::ui
