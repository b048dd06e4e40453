// How many rows of each class every part of the data has, as one stacked bar per class.
#pragma once

#include <vector>

#include <QWidget>

#include "engine/data/preview.h"

namespace trainyard::ui {

class ClassCounts : public QWidget
{
    Q_OBJECT
public:
    explicit ClassCounts(QWidget *parent = nullptr);

    void setCounts(std::vector<ClassCount> counts);
    const std::vector<ClassCount> &counts() const { return m_counts; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;  // tool tips

private:
    int rowHeight() const;
    int legendHeight() const;
    int legendWidth() const;
    QRect rowRect(int index) const;
    void paintLegend(QPainter &painter) const;

    std::vector<ClassCount> m_counts;
};

// The colour of a part, made of the accent: full for training, paler for validation, palest for test.
enum class DataPart { Train, Validation, Test };
QColor dataPartColor(DataPart part);
QString dataPartText(DataPart part);

}  // namespace trainyard::ui
