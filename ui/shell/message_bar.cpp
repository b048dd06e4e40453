#include "ui/shell/message_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kIconSize = 20;

struct Look {
    const char *icon;
    ColorRole role;
    const char *name;  // of the style sheet's property
};

Look lookOf(Message::Kind kind)
{
    switch (kind) {
    case Message::Kind::Question: return {"info", ColorRole::Accent, "question"};
    case Message::Kind::Warning: return {"problem", ColorRole::Warning, "warning"};
    case Message::Kind::Error: return {"error", ColorRole::Error, "error"};
    case Message::Kind::Info: break;
    }
    return {"info", ColorRole::Muted, "info"};
}

}  // namespace

MessageBar::MessageBar(const Message &message, QWidget *parent) : QFrame(parent), m_key(message.key), m_text(message.text)
{
    const Look look = lookOf(message.kind);
    setProperty("message", QString::fromLatin1(look.name));
    setAccessibleName(message.text);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpaceL, kSpaceS, kSpaceS, kSpaceS);
    layout->setSpacing(kSpaceS);

    auto *icon = new QLabel;
    const auto showIcon = [icon, look] { icon->setPixmap(themeIcon(QString::fromLatin1(look.icon), look.role).pixmap(kIconSize)); };
    showIcon();
    connect(&Theme::instance(), &Theme::changed, icon, showIcon);
    auto *text = new QLabel(message.text);
    text->setWordWrap(true);
    text->setTextFormat(Qt::PlainText);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(icon);
    layout->addWidget(text, 1);

    for (const MessageAction &action : message.actions) {
        auto *button = new QPushButton(action.text);
        button->setAccessibleName(action.text);
        button->setProperty("primary", action.primary);
        button->setAutoDefault(true);
        connect(button, &QPushButton::clicked, this, [this, call = action.call] {
            emit closed();
            if (call)
                call();
        });
        layout->addWidget(button);
        if (!m_focus || action.primary)
            m_focus = button;
    }
    if (message.kind != Message::Kind::Question) {
        auto *close = new QToolButton;
        close->setIcon(themeIcon(QStringLiteral("close"), ColorRole::Muted));
        close->setToolTip(tr("Close"));
        close->setAccessibleName(tr("Close the message"));
        connect(close, &QToolButton::clicked, this, &MessageBar::closed);
        layout->addWidget(close);
    }
}

void MessageBar::takeFocus()
{
    if (m_focus)
        m_focus->setFocus(Qt::OtherFocusReason);
}

MessageArea::MessageArea(QWidget *parent) : QWidget(parent), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void MessageArea::show(const Message &message)
{
    if (!message.key.isEmpty())
        dismiss(message.key);
    auto *bar = new MessageBar(message);
    connect(bar, &MessageBar::closed, bar, [bar] {
        bar->hide();
        bar->setParent(nullptr);
        bar->deleteLater();
    });
    m_layout->addWidget(bar);
    bar->show();
    if (message.kind == Message::Kind::Question)
        bar->takeFocus();
}

void MessageArea::dismiss(const QString &key)
{
    if (MessageBar *bar = find(key))
        emit bar->closed();
}

MessageBar *MessageArea::find(const QString &key) const
{
    for (MessageBar *bar : findChildren<MessageBar *>(QString(), Qt::FindDirectChildrenOnly))
        if (bar->key() == key)
            return bar;
    return nullptr;
}

}  // namespace trainyard::ui
