#include "ui/canvas/place_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/models/project_document.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kHeight = 32, kMarkSize = 16, kMostCharacters = 32;

QString shortened(const std::string &name)
{
    const QString text = QString::fromStdString(name);
    return text.size() <= kMostCharacters ? text : text.left(kMostCharacters - 1) + QStringLiteral("…");
}

}  // namespace

PlaceBar::PlaceBar(ProjectDocument &document, QWidget *parent) : QFrame(parent), m_document(document), m_steps(new QHBoxLayout(this))
{
    setProperty("panel", true);
    setObjectName(QStringLiteral("placeBar"));
    setAccessibleName(tr("Open block"));
    setFixedHeight(kHeight);
    m_steps->setContentsMargins(kSpaceS, 0, kSpaceS, 0);
    m_steps->setSpacing(0);
    connect(&document, &ProjectDocument::placeChanged, this, &PlaceBar::refresh);
    connect(&document, &ProjectDocument::nameChanged, this, &PlaceBar::refresh);
    connect(&Theme::instance(), &Theme::changed, this, &PlaceBar::refresh);
    refresh();
}

void PlaceBar::refresh()
{
    while (QLayoutItem *item = m_steps->takeAt(0)) {
        if (QWidget *widget = item->widget()) {
            widget->hide();
            widget->deleteLater();  // its own button may be what was pressed
        }
        delete item;
    }
    const OpenPlace &place = m_document.place();
    setVisible(!place.empty());
    if (place.empty())
        return;
    for (std::size_t depth = 0; depth <= place.size(); ++depth) {
        const std::string &name = depth == 0 ? m_document.project().name : place[depth - 1].block;
        if (depth == place.size()) {  // where one is
            auto *here = new QLabel(shortened(name));
            here->setTextFormat(Qt::PlainText);
            here->setContentsMargins(kSpaceS, 0, kSpaceS, 0);
            QFont strong = here->font();
            strong.setWeight(QFont::DemiBold);
            here->setFont(strong);
            m_steps->addWidget(here);
            here->show();
            break;
        }
        auto *button = new QToolButton;
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);  // what is being typed elsewhere ends before another graph is open
        button->setText(name.empty() ? tr("Network") : shortened(name));
        button->setToolTip(tr("Back to %1 (%2)").arg(button->text(), QKeySequence(Qt::ALT | Qt::Key_Up).toString(QKeySequence::NativeText)));
        connect(button, &QToolButton::clicked, this, [this, depth] {
            const OpenPlace &open = m_document.place();
            m_document.open({open.begin(), open.begin() + static_cast<std::ptrdiff_t>(std::min(depth, open.size()))});
        });
        auto *mark = new QLabel;
        mark->setPixmap(themeIcon(QStringLiteral("chevron-right"), ColorRole::Muted).pixmap(kMarkSize));
        m_steps->addWidget(button);
        m_steps->addWidget(mark);
        button->show();
        mark->show();
    }
    m_steps->addStretch(1);
    auto *note = new QLabel(tr("Changes apply to all its uses"));
    note->setProperty("muted", true);
    note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    note->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_steps->addWidget(note, 3);
}

}  // namespace trainyard::ui
