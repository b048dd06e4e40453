#include "ui/controls/fold_card.h"

#include <QVBoxLayout>

#include "ui/controls/fold_header.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

FoldCard::FoldCard(const QString &name, const QString &title, QWidget *parent)
    : QFrame(parent), m_head(new FoldHeader(title)), m_body(new QWidget), m_content(new QVBoxLayout(m_body))
{
    setProperty("card", true);
    setObjectName(name);
    setAccessibleName(title);
    m_content->setContentsMargins(kSpaceM, kSpaceXs, kSpaceM, kSpaceM);
    m_content->setSpacing(kSpaceS);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(m_body);
    m_head->setChecked(true);
    connect(m_head, &QAbstractButton::toggled, this, [this](bool open) {
        m_body->setVisible(open);
        showHead();
    });
}

bool FoldCard::isOpen() const
{
    return m_head->isChecked();
}

void FoldCard::setOpen(bool open)
{
    m_head->setChecked(open);
}

void FoldCard::setValue(const QString &value)
{
    m_value = value;
    showHead();
}

void FoldCard::setSummary(const QString &summary)
{
    m_summary = summary;
    showHead();
}

void FoldCard::setMistake(const QString &mistake)
{
    m_mistake = mistake;
    showHead();
}

void FoldCard::showHead()
{
    m_head->setDetail(isOpen() ? m_value : m_summary);
    m_head->setMistake(isOpen() ? QString() : m_mistake);
}

}  // namespace trainyard::ui
