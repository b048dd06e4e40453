// The pages of the window, one under the other at its left edge: icon and word.
#pragma once

#include <QFrame>

class QButtonGroup;
class QVBoxLayout;

namespace trainyard::ui {

class PageRail : public QFrame
{
    Q_OBJECT
public:
    explicit PageRail(QWidget *parent = nullptr);

    void addPage(const QString &word, const QString &icon, const QString &shortcut);
    void setCurrent(int index);  // -1: none

signals:
    void chosen(int index);  // by the person

private:
    QVBoxLayout *m_layout;
    QButtonGroup *m_buttons;
};

}  // namespace trainyard::ui
