#include "ui/canvas/pan_gesture.h"

#include "ui/canvas/canvas_view.h"

namespace trainyard::ui {

void PanGesture::move(QPoint cursor)
{
    m_view.scrollBy(m_last - cursor);
    m_last = cursor;
}

}  // namespace trainyard::ui
