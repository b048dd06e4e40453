#include "ui/controls/notice_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kIcon = 20;

}  // namespace

NoticeBar::NoticeBar(QWidget *parent)
    : QFrame(parent), m_icon(new QLabel), m_text(new QLabel), m_action(new QPushButton), m_close(new QToolButton)
{
    setProperty("card", true);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceS, kSpaceS, kSpaceS);
    layout->setSpacing(kSpaceS);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_close);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_close->setIcon(themeIcon(QStringLiteral("close"), ColorRole::Muted));
    m_close->setToolTip(tr("Close"));
    m_close->setAccessibleName(tr("Close the message"));
    connect(m_action, &QPushButton::clicked, this, &NoticeBar::actionTriggered);
    connect(m_close, &QToolButton::clicked, this, [this] {
        clear();
        emit dismissed();
    });
    connect(&Theme::instance(), &Theme::changed, this, &NoticeBar::showIcon);
    hide();
}

void NoticeBar::showMessage(Kind kind, const QString &text, const QString &actionText)
{
    m_kind = kind;
    m_text->setText(text);
    m_action->setText(actionText);
    m_action->setAccessibleName(actionText);
    m_action->setVisible(!actionText.isEmpty());
    setAccessibleName(text);
    showIcon();
    show();
}

void NoticeBar::clear()
{
    m_text->clear();
    hide();
}

QString NoticeBar::text() const
{
    return m_text->text();
}

void NoticeBar::showIcon()
{
    const bool error = m_kind == Kind::Error;
    m_icon->setPixmap(themeIcon(error ? QStringLiteral("problem") : QStringLiteral("info"), error ? ColorRole::Error : ColorRole::Muted)
                          .pixmap(kIcon));
}

}  // namespace trainyard::ui
