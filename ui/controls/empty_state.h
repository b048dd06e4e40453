// What an empty page shows: one sentence on what it is for, and one button that begins.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace trainyard::ui {

class EmptyState : public QWidget
{
    Q_OBJECT
public:
    // buttonText empty: no button.
    EmptyState(const QString &iconName, const QString &sentence, const QString &buttonText, QWidget *parent = nullptr);

    void setSentence(const QString &sentence);

signals:
    void begun();  // the button was pressed

private:
    QLabel *m_sentence;
};

}  // namespace trainyard::ui
