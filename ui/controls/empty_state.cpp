#include "ui/controls/empty_state.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kIconSize = 40, kSentenceWidth = 360;

}  // namespace

EmptyState::EmptyState(const QString &iconName, const QString &sentence, const QString &buttonText, QWidget *parent) : QWidget(parent)
{
    auto *layout = new QVBoxLayout(this);
    layout->setSpacing(kSpaceM);
    layout->addStretch(2);
    auto *icon = new QLabel;
    const auto showIcon = [icon, iconName] { icon->setPixmap(themeIcon(iconName, ColorRole::Muted).pixmap(kIconSize)); };
    showIcon();
    connect(&Theme::instance(), &Theme::changed, icon, showIcon);
    layout->addWidget(icon, 0, Qt::AlignHCenter);
    m_sentence = new QLabel(sentence);
    m_sentence->setProperty("muted", true);
    m_sentence->setWordWrap(true);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setFixedWidth(kSentenceWidth);
    setSentence(sentence);
    layout->addWidget(m_sentence, 0, Qt::AlignHCenter);
    if (!buttonText.isEmpty()) {
        auto *button = new QPushButton(buttonText);
        button->setProperty("primary", true);
        button->setAccessibleName(buttonText);
        connect(button, &QPushButton::clicked, this, &EmptyState::begun);
        layout->addWidget(button, 0, Qt::AlignHCenter);
    }
    layout->addStretch(3);
}

void EmptyState::setSentence(const QString &sentence)
{
    m_sentence->setText(sentence);
    m_sentence->setMinimumHeight(m_sentence->heightForWidth(kSentenceWidth));  // an aligned label is not asked for it by its layout
}

}  // namespace trainyard::ui
