// Widgets of one size beside each other, in as many columns as fit, all columns equally wide.
#pragma once

#include <vector>

#include <QWidget>

namespace trainyard::ui {

class FlowGrid : public QWidget
{
    Q_OBJECT
public:
    // leastWidth: of a column.
    explicit FlowGrid(int leastWidth, QWidget *parent = nullptr);

    void setCells(std::vector<QWidget *> cells);  // takes them over; earlier ones go
    const std::vector<QWidget *> &cells() const { return m_cells; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    int columnsFor(int width) const;
    void arrange();

    int m_leastWidth;
    std::vector<QWidget *> m_cells;
};

}  // namespace trainyard::ui
