// One line above a page's content: what went wrong, or what has just been done, with one thing to do about it. Hidden
// while there is nothing to say.
#pragma once

#include <QFrame>

class QLabel;
class QPushButton;
class QToolButton;

namespace trainyard::ui {

class NoticeBar : public QFrame
{
    Q_OBJECT
public:
    enum class Kind { Info, Error };

    explicit NoticeBar(QWidget *parent = nullptr);

    // actionText empty: no button.
    void showMessage(Kind kind, const QString &text, const QString &actionText = {});
    void clear();
    QString text() const;
    Kind kind() const { return m_kind; }

signals:
    void actionTriggered();
    void dismissed();  // closed by hand

private:
    void showIcon();

    Kind m_kind = Kind::Info;
    QLabel *m_icon, *m_text;
    QPushButton *m_action;
    QToolButton *m_close;
};

}  // namespace trainyard::ui
