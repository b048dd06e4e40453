// A titled frame: title at the left of its head, a value or small controls at the right, content below.
#pragma once

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QVBoxLayout;

namespace trainyard::ui {

class Card : public QFrame
{
    Q_OBJECT
public:
    explicit Card(const QString &title, QWidget *parent = nullptr);

    void setTitle(const QString &title);
    void setValue(const QString &value);  // in the head, tabular; empty hides it
    void addHeadWidget(QWidget *widget);  // at the right end of the head; owned by the card
    QVBoxLayout *content() const { return m_content; }

private:
    QLabel *m_title, *m_value;
    QHBoxLayout *m_head;
    QVBoxLayout *m_content;
};

// A label in the secondary size and colour that wraps.
QLabel *mutedLabel(const QString &text, QWidget *parent = nullptr);

}  // namespace trainyard::ui
