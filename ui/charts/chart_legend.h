// The names of a chart's curves with their values: the last ones, or those at the cursor. Wraps over up to three lines.
#pragma once

#include <vector>

#include <QWidget>

namespace trainyard::ui {

class ChartLegend : public QWidget
{
    Q_OBJECT
public:
    struct Entry {
        QString label, value;  // value empty: nothing known there
        int slot = 0;
        bool secondary = false;
        bool wrong = false;  // the value is not finite
    };

    explicit ChartLegend(QWidget *parent = nullptr);

    void setEntries(std::vector<Entry> entries);
    const std::vector<Entry> &entries() const { return m_entries; }
    void paintOn(QPainter &painter, const QRect &place) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    struct Place {
        QPoint at;
        int labelWidth = 0;
    };
    // Where each entry goes; fewer than the entries where three lines do not hold them all.
    std::vector<Place> arrange(int width, int &height) const;
    int entryWidth(std::size_t index) const;

    std::vector<Entry> m_entries;
    std::vector<int> m_valueWidths;  // the widest so far, so that nothing moves while numbers change
};

}  // namespace trainyard::ui
