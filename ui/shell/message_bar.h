// What the window has to say, above the page and never in its way: one line with buttons. A question stays until it is
// answered; an error until it is closed.
#pragma once

#include <functional>

#include <QFrame>
#include <QString>
#include <QVector>

class QVBoxLayout;

namespace trainyard::ui {

struct MessageAction {
    QString text;
    std::function<void()> call;  // the message is taken away first
    bool primary = false;        // the one that Return presses
};

struct Message {
    enum class Kind { Info, Question, Warning, Error };
    Kind kind = Kind::Info;
    QString text;
    QVector<MessageAction> actions;
    QString key;  // a message with the key of one that is shown takes its place; empty: stands beside it
};

class MessageBar : public QFrame
{
    Q_OBJECT
public:
    explicit MessageBar(const Message &message, QWidget *parent = nullptr);

    const QString &key() const { return m_key; }
    const QString &text() const { return m_text; }
    void takeFocus();  // the primary button, else the first

signals:
    void closed();

private:
    QString m_key, m_text;
    QWidget *m_focus = nullptr;
};

// The messages of one window, one under the other; as high as they need.
class MessageArea : public QWidget
{
    Q_OBJECT
public:
    explicit MessageArea(QWidget *parent = nullptr);

    void show(const Message &message);
    void dismiss(const QString &key);
    MessageBar *find(const QString &key) const;  // null: not shown

private:
    QVBoxLayout *m_layout;
};

}  // namespace trainyard::ui
