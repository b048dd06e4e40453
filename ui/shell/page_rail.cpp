#include "ui/shell/page_rail.h"

#include <QButtonGroup>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kWidth = 56, kButtonHeight = 52, kIconSize = 20;
constexpr double kWordSize = 0.9;

}  // namespace

PageRail::PageRail(QWidget *parent) : QFrame(parent), m_layout(new QVBoxLayout(this)), m_buttons(new QButtonGroup(this))
{
    setObjectName(QStringLiteral("rail"));
    setAccessibleName(tr("Pages"));
    setFixedWidth(kWidth + 1);  // and the line at its right
    m_layout->setContentsMargins(kSpaceXs, kSpaceXs, kSpaceXs, kSpaceXs);
    m_layout->setSpacing(kSpaceXs);
    m_layout->addStretch(1);
    connect(m_buttons, &QButtonGroup::idClicked, this, &PageRail::chosen);
}

void PageRail::addPage(const QString &word, const QString &icon, const QString &shortcut)
{
    auto *button = new QToolButton;
    button->setText(word);
    button->setIcon(themeIcon(icon));
    button->setIconSize({kIconSize, kIconSize});
    button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    button->setCheckable(true);
    button->setFixedHeight(kButtonHeight);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setToolTip(tr("%1 (%2)").arg(word, shortcut));
    button->setAccessibleName(word);
    QFont font = button->font();
    font.setPointSizeF(font.pointSizeF() * kWordSize);
    button->setFont(font);
    const int id = static_cast<int>(m_buttons->buttons().size());
    m_buttons->addButton(button, id);
    m_layout->insertWidget(id, button);
}

void PageRail::setCurrent(int index)
{
    if (QAbstractButton *button = m_buttons->button(index)) {
        button->setChecked(true);
    } else if (QAbstractButton *checked = m_buttons->checkedButton()) {
        m_buttons->setExclusive(false);
        checked->setChecked(false);
        m_buttons->setExclusive(true);
    }
}

}  // namespace trainyard::ui
