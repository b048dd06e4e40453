#include "ui/shell/project_card.h"

#include <QPainter>
#include <QTextLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kWidth = 280, kLeastWidth = 220, kDetailLines = 2;
constexpr double kRadius = 6, kSmall = 0.9;

QFont smallFont(const QFont &base)
{
    QFont font = base;
    font.setPointSizeF(base.pointSizeF() * kSmall);
    return font;
}

// text in at most `lines` lines of the width, the last one elided.
void drawLines(QPainter &painter, const QRectF &rect, const QString &text, int lines)
{
    const QFontMetricsF metrics(painter.font());
    QTextLayout layout(text, painter.font());
    layout.beginLayout();
    double top = rect.top();
    for (int i = 0; i < lines; ++i, top += metrics.lineSpacing()) {
        QTextLine line = layout.createLine();
        if (!line.isValid())
            break;
        line.setLineWidth(rect.width());
        const QString rest = text.mid(line.textStart());
        painter.drawText(QPointF(rect.left(), top + metrics.ascent()), i + 1 < lines
                                                                           ? text.mid(line.textStart(), line.textLength())
                                                                           : metrics.elidedText(rest, Qt::ElideRight, rect.width()));
    }
    layout.endLayout();
}

}  // namespace

ProjectCard::ProjectCard(const QString &title, const QString &detail, const QString &corner, QWidget *parent)
    : QAbstractButton(parent), m_detail(detail), m_corner(corner)
{
    setText(title);
    setAccessibleName(title);
    setAccessibleDescription(detail);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumWidth(kLeastWidth);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize ProjectCard::sizeHint() const
{
    const double small = QFontMetricsF(smallFont(font())).lineSpacing();
    return {kWidth, static_cast<int>(2 * kSpaceM + QFontMetricsF(font()).lineSpacing() + kSpaceXs + kDetailLines * small + 1)};
}

void ProjectCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool lit = hasFocus() || isDown();
    painter.setPen(QPen(themeColor(lit ? ColorRole::Accent : underMouse() ? ColorRole::Muted : ColorRole::Border), lit ? 1.5 : 1));
    painter.setBrush(themeColor(isDown() ? ColorRole::Grid : ColorRole::Panel));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), kRadius, kRadius);

    const QRectF inside = QRectF(rect()).adjusted(kSpaceL, kSpaceM, -kSpaceL, -kSpaceM);
    const QFont small = smallFont(font());
    const double corner = m_corner.isEmpty() ? 0 : QFontMetricsF(small).horizontalAdvance(m_corner);
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    const QFontMetricsF metrics(strong);
    painter.setFont(strong);
    painter.setPen(themeColor(ColorRole::Text));
    painter.drawText(QPointF(inside.left(), inside.top() + metrics.ascent()),
                     metrics.elidedText(text(), Qt::ElideRight, inside.width() - (corner > 0 ? corner + kSpaceM : 0)));
    painter.setFont(small);
    painter.setPen(themeColor(ColorRole::Muted));
    if (corner > 0)
        painter.drawText(QPointF(inside.right() - corner, inside.top() + metrics.ascent()), m_corner);
    drawLines(painter, inside.adjusted(0, metrics.lineSpacing() + kSpaceXs, 0, 0), m_detail, kDetailLines);
}

}  // namespace trainyard::ui
