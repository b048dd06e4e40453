// A column of content that scrolls up and down where its place is too low, and is as wide as that place.
#pragma once

#include <QScrollArea>

namespace trainyard::ui {

// Takes content; the background is that of what lies behind.
inline QScrollArea *makeScrollColumn(QWidget *content)
{
    auto *area = new QScrollArea;
    area->setFrameShape(QFrame::NoFrame);
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    content->setProperty("plain", true);
    area->setWidget(content);
    return area;
}

}  // namespace trainyard::ui
