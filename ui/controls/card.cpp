#include "ui/controls/card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

Card::Card(const QString &title, QWidget *parent) : QFrame(parent), m_title(new QLabel(title)), m_value(new QLabel)
{
    setProperty("card", true);
    setAccessibleName(title);
    QFont strong = m_title->font();
    strong.setWeight(QFont::DemiBold);
    m_title->setFont(strong);
    m_value->setProperty("muted", true);
    m_value->hide();

    m_head = new QHBoxLayout;
    m_head->setSpacing(kSpaceS);
    m_head->addWidget(m_title);
    m_head->addStretch(1);
    m_head->addWidget(m_value);
    m_content = new QVBoxLayout;
    m_content->setSpacing(kSpaceS);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceS, kSpaceM, kSpaceM);
    layout->setSpacing(kSpaceS);
    layout->addLayout(m_head);
    layout->addLayout(m_content, 1);
}

void Card::setTitle(const QString &title)
{
    m_title->setText(title);
    setAccessibleName(title);
}

void Card::setValue(const QString &value)
{
    m_value->setText(value);
    m_value->setVisible(!value.isEmpty());
}

void Card::addHeadWidget(QWidget *widget)
{
    m_head->addWidget(widget);
}

QLabel *mutedLabel(const QString &text, QWidget *parent)
{
    auto *label = new QLabel(text, parent);
    label->setProperty("muted", true);
    label->setWordWrap(true);
    return label;
}

}  // namespace trainyard::ui
