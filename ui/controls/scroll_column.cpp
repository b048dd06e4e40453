#include "ui/controls/scroll_column.h"

#include <algorithm>

#include <QEvent>
#include <QPointer>
#include <QScrollBar>
#include <QTimer>

namespace trainyard::ui {

ScrollColumn::ScrollColumn(QWidget *content, int leastWidth, QWidget *parent)
    : QScrollArea(parent), m_leastWidth(leastWidth), m_told(leastWidth)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    content->setProperty("plain", true);
    setWidget(content);
}

QSize ScrollColumn::minimumSizeHint() const
{
    const int said = widget() ? widget()->minimumWidth() : 0, needed = widget() ? widget()->minimumSizeHint().width() : 0;
    const int wide = (said > 0 ? said : std::max(needed, 0)) + verticalScrollBar()->sizeHint().width() + 2 * frameWidth();
    return {std::max(wide, m_leastWidth), QScrollArea::minimumSizeHint().height()};
}

void ScrollColumn::reveal(QWidget *part)
{
    // Once what has just been shown has its place: layouts come before timers.
    QTimer::singleShot(0, this, [this, part = QPointer<QWidget>(part)] {
        if (!part || !widget() || !widget()->isAncestorOf(part))
            return;
        const int top = part->mapTo(widget(), QPoint()).y(), seen = verticalScrollBar()->value();
        const int below = top + part->height() - (seen + viewport()->height());
        if (below > 0)
            verticalScrollBar()->setValue(seen + std::min(below, std::max(0, top - seen)));
    });
}

bool ScrollColumn::event(QEvent *event)
{
    const bool done = QScrollArea::event(event);
    if (event->type() == QEvent::LayoutRequest || event->type() == QEvent::StyleChange)
        if (const int wide = minimumSizeHint().width(); wide != m_told) {
            m_told = wide;
            updateGeometry();
        }
    return done;
}

}  // namespace trainyard::ui
