// A splitter between cards: the gap between them is its handle, nothing is drawn.
#pragma once

#include <QSplitter>

#include "ui/theme/theme.h"

namespace trainyard::ui {

class GapSplitter : public QSplitter
{
public:
    explicit GapSplitter(Qt::Orientation orientation, QWidget *parent = nullptr) : QSplitter(orientation, parent)
    {
        setHandleWidth(kSpaceM);
        setChildrenCollapsible(false);
        setStyleSheet(QStringLiteral("QSplitter::handle { background: transparent; }"));
    }
};

}  // namespace trainyard::ui
