// Rows of label and value, the values right-aligned; a row may carry its share of a whole as a thin bar.
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

class QGridLayout;
class QLabel;

namespace trainyard::ui {

struct Fact {
    QString label;
    QString value;  // empty: unknown, shown as a dash
    QString toolTip;
    std::optional<double> share;  // 0 to 1
};

class FactTable : public QWidget
{
    Q_OBJECT
public:
    explicit FactTable(QWidget *parent = nullptr);

    void setFacts(const std::vector<Fact> &facts);

private:
    struct Row {
        QLabel *label, *value;
        QWidget *bar;
    };

    QGridLayout *m_grid;
    std::vector<Row> m_rows;
};

}  // namespace trainyard::ui
