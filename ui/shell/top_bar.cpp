#include "ui/shell/top_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

#include "ui/bridge/workspace.h"
#include "ui/shell/device_picker.h"
#include "ui/shell/forecast_meter.h"
#include "ui/shell/window_actions.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kHeight = 44, kNameWidth = 220, kIconSize = 16;

// A button that is an action in another dress.
QPushButton *buttonFor(QAction *action, ColorRole iconRole)
{
    auto *button = new QPushButton;
    button->setIconSize({kIconSize, kIconSize});
    const auto mirror = [button, action, iconRole] {
        const QString word = action->text().remove(QLatin1Char('&'));
        if (button->text() != word) {
            const QString icon = word == TopBar::tr("Start") || word == TopBar::tr("Resume") ? QStringLiteral("start")
                                 : word == TopBar::tr("Stop")                                 ? QStringLiteral("stop")
                                                                                              : QStringLiteral("pause");
            button->setText(word);
            button->setIcon(themeIcon(icon, iconRole));
            button->setAccessibleName(word);
        }
        button->setToolTip(TopBar::tr("%1 (%2)").arg(action->toolTip(), action->shortcut().toString(QKeySequence::NativeText)));
        button->setEnabled(action->isEnabled());
    };
    mirror();
    QObject::connect(action, &QAction::changed, button, mirror);
    QObject::connect(button, &QPushButton::clicked, action, &QAction::trigger);
    return button;
}

}  // namespace

TopBar::TopBar(Workspace &workspace, WindowActions &actions, QMenu *projectMenu, QWidget *parent)
    : QFrame(parent), m_workspace(workspace), m_project(new QToolButton), m_name(new QLineEdit)
{
    setObjectName(QStringLiteral("topbar"));
    setFixedHeight(kHeight + 1);  // and the line below
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpaceS, 0, kSpaceM, 1);
    layout->setSpacing(kSpaceS);

    m_project->setObjectName(QStringLiteral("project"));
    m_project->setMenu(projectMenu);
    m_project->setPopupMode(QToolButton::InstantPopup);
    m_project->setToolButtonStyle(Qt::ToolButtonTextOnly);
    QFont strong = m_project->font();
    strong.setWeight(QFont::DemiBold);
    m_project->setFont(strong);
    m_name->setFixedWidth(kNameWidth);
    m_name->setAccessibleName(tr("Project name"));
    m_name->installEventFilter(this);
    m_name->hide();
    layout->addWidget(m_project);
    layout->addWidget(m_name);
    layout->addStretch(1);
    layout->addWidget(new DevicePicker(workspace));
    layout->addSpacing(kSpaceS);
    layout->addWidget(new ForecastMeter(workspace.forecaster()));
    layout->addSpacing(kSpaceS);
    QPushButton *start = buttonFor(actions.start, ColorRole::OnAccent);
    start->setObjectName(QStringLiteral("start"));
    start->setProperty("primary", true);
    QPushButton *pause = buttonFor(actions.pause, ColorRole::Text);
    pause->setObjectName(QStringLiteral("pause"));
    QPushButton *stop = buttonFor(actions.stop, ColorRole::Text);
    stop->setObjectName(QStringLiteral("stop"));
    for (QPushButton *button : {start, pause, stop})
        layout->addWidget(button);
    pause->setMinimumWidth(pause->sizeHint().width() + kSpaceL);  // Resume is longer than Pause: nothing moves

    const ProjectDocument &document = workspace.document();
    connect(&document, &ProjectDocument::nameChanged, this, &TopBar::showProject);
    connect(&document, &ProjectDocument::modifiedChanged, this, &TopBar::showProject);
    connect(&workspace.files(), &ProjectFiles::opened, this, &TopBar::showProject);
    connect(m_name, &QLineEdit::returnPressed, this, [this] { endRename(true); });
    showProject();
}

QString TopBar::projectText() const
{
    return m_project->text();
}

void TopBar::showProject()
{
    const bool open = m_workspace.files().hasProject();
    const QString name = QString::fromStdString(m_workspace.document().project().name);
    const bool modified = open && m_workspace.document().isModified();
    const QString shown = m_project->fontMetrics().elidedText(open ? name : tr("No project"), Qt::ElideRight, 2 * kNameWidth);
    m_project->setText(modified ? shown + QStringLiteral(" \u2022") : shown);
    m_project->setAccessibleName(modified ? tr("Project %1, not saved").arg(name) : tr("Project %1").arg(open ? name : tr("none")));
    m_project->setToolTip(!open      ? tr("Open or begin a project")
                          : modified ? tr("%1 has changes that are not saved").arg(name)
                                     : QString::fromStdString(m_workspace.document().project().folder.string()));
}

void TopBar::beginRename()
{
    m_name->setText(QString::fromStdString(m_workspace.document().project().name));
    m_project->hide();
    m_name->show();
    m_name->selectAll();
    m_name->setFocus();
}

void TopBar::endRename(bool take)
{
    if (!m_name->isVisible())
        return;
    m_name->hide();
    m_project->show();
    if (take)
        m_workspace.document().setName(m_name->text().trimmed());
}

bool TopBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_name) {
        if (event->type() == QEvent::FocusOut)
            endRename(true);
        else if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape)
            endRename(false);
    }
    return QFrame::eventFilter(watched, event);
}

}  // namespace trainyard::ui
