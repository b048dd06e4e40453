// A column of content that scrolls up and down where its place is too low, and is as wide as that place. It never gets so narrow
// that the content or its scroll bar is cut off: the least width is the content's own, as it is at the moment, and the bar's.
// Content that puts itself into more columns where it is wide says its least width by setMinimumWidth(): that of one column.
#pragma once

#include <QScrollArea>

namespace trainyard::ui {

class ScrollColumn : public QScrollArea {
    Q_OBJECT
public:
    // Takes content; the background is that of what lies behind. leastWidth: of the whole, where the content could be narrower.
    explicit ScrollColumn(QWidget *content, int leastWidth = 0, QWidget *parent = nullptr);

    QSize minimumSizeHint() const override;
    // Scrolls on by as much as shows all of a part of the content, or by as much as keeps its beginning in sight.
    void reveal(QWidget *part);

protected:
    bool event(QEvent *event) override;  // the content has another least width

private:
    int m_leastWidth, m_told;
};

}  // namespace trainyard::ui
