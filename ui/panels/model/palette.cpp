#include "ui/panels/model/palette.h"

#include <QAction>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/controls/card.h"
#include "ui/panels/model/palette_tree.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kMinimumWidth = 160;

}  // namespace

Palette::Palette(QWidget *parent)
    : QFrame(parent), m_search(new QLineEdit), m_tree(new PaletteTree), m_nothing(mutedLabel(QString()))
{
    setProperty("panel", true);
    setAccessibleName(tr("Layer palette"));
    setMinimumWidth(kMinimumWidth);
    m_search->setPlaceholderText(tr("Search layers"));
    m_search->setAccessibleName(tr("Search layers"));
    m_search->setToolTip(tr("Search layers by title, type or what they do (%1)").arg(QKeySequence(QKeySequence::Find).toString(QKeySequence::NativeText)));
    m_search->setClearButtonEnabled(true);
    m_search->addAction(themeIcon(QStringLiteral("search"), ColorRole::Muted), QLineEdit::LeadingPosition);
    m_search->installEventFilter(this);
    m_nothing->setAlignment(Qt::AlignHCenter | Qt::AlignTop);
    m_nothing->setTextFormat(Qt::PlainText);
    m_nothing->hide();

    auto *top = new QVBoxLayout;
    top->setContentsMargins(kSpaceS, kSpaceS, kSpaceS, 0);
    top->addWidget(m_search);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceXs);
    layout->addLayout(top);
    layout->addWidget(m_tree, 1);
    layout->addWidget(m_nothing, 1);
    m_nothing->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, 0);

    connect(m_search, &QLineEdit::textChanged, this, &Palette::applyFilter);
    connect(m_tree, &PaletteTree::layerChosen, this, &Palette::layerChosen);
    connect(m_tree, &PaletteTree::blockDeleted, this, &Palette::blockDeleted);
    connect(m_tree, &PaletteTree::refilled, this, &Palette::applyFilter);
    connect(m_tree, &PaletteTree::leftUpwards, this, &Palette::focusSearch);
    connect(m_tree, &PaletteTree::typed, this, [this](const QString &text) {
        m_search->setFocus(Qt::OtherFocusReason);
        m_search->setText(text);
    });
}

void Palette::focusSearch()
{
    m_search->setFocus(Qt::ShortcutFocusReason);
    m_search->selectAll();
}

void Palette::applyFilter()
{
    const int left = m_tree->filter(m_search->text());
    m_tree->setVisible(left > 0);
    m_nothing->setVisible(left == 0);
    m_nothing->setText(tr("No layer matches “%1”.").arg(m_search->text().trimmed()));
}

bool Palette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_search || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Down:
        if (!m_tree->isHidden()) {
            m_tree->setFocus(Qt::TabFocusReason);
            m_tree->moveToFirstLayer();
        }
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_tree->isHidden() && m_tree->currentItem() && m_tree->currentItem()->parent())
            emit layerChosen(m_tree->choiceOf(m_tree->currentItem()));
        return true;
    case Qt::Key_Escape:
        if (m_search->text().isEmpty())
            return false;
        m_search->clear();
        return true;
    default: return false;
    }
}

}  // namespace trainyard::ui
