// Rows of short texts in columns: names muted at the left, values beside them. For facts, where a table would be too much.
#pragma once

#include <vector>

#include <QList>
#include <QStringList>
#include <QWidget>

class QGridLayout;
class QLabel;

namespace trainyard::ui {

class TextGrid : public QWidget
{
    Q_OBJECT
public:
    explicit TextGrid(QWidget *parent = nullptr);

    // The columns after the first are set flush right: for numbers under each other.
    void setNumbersRight(bool on) { m_numbersRight = on; }
    // head: muted, above the rows; may be empty. Labels are kept and reused, so that a refresh does not flicker.
    void setRows(const QList<QStringList> &rows, const QStringList &head = {});
    QString text(int row, int column) const;  // empty where there is nothing; the head is no row
    int rowCount() const { return m_rowCount; }

private:
    QLabel *label(int row, int column);

    QGridLayout *m_grid;
    std::vector<std::vector<QLabel *>> m_labels;
    int m_rowCount = 0;
    bool m_hasHead = false, m_numbersRight = false;
};

}  // namespace trainyard::ui
