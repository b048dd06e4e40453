// The three parts of the data as one bar; the two borders between them are dragged.
#pragma once

#include <QWidget>

namespace trainyard::ui {

class DataPageSplitBar : public QWidget
{
    Q_OBJECT
public:
    explicit DataPageSplitBar(QWidget *parent = nullptr);

    // Shares of all rows; training has the rest.
    void setShares(double validation, double test);
    double validationShare() const { return m_validation; }
    double testShare() const { return m_test; }

    QSize sizeHint() const override { return {240, 20}; }
    QSize minimumSizeHint() const override { return {120, 20}; }

signals:
    void sharesMoved(double validation, double test);   // while dragging
    void sharesChanged(double validation, double test);  // let go: one step to undo

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;

private:
    enum class Border { None, TrainValidation, ValidationTest };
    int borderX(Border border) const;
    Border borderAt(int x) const;

    double m_validation = 0.15, m_test = 0.15;
    Border m_dragged = Border::None;
};

}  // namespace trainyard::ui
