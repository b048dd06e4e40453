#include "ui/panels/train/event_log.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kOpenHeight = 160, kMostLines = 10'000, kIconSize = 16;

QIcon iconOf(EventLevel level)
{
    switch (level) {
    case EventLevel::Info: return themeIcon(QStringLiteral("info"), ColorRole::Muted);
    case EventLevel::Warning: return themeIcon(QStringLiteral("problem"), ColorRole::Warning);
    case EventLevel::Error: return themeIcon(QStringLiteral("error"), ColorRole::Error);
    }
    return {};
}

QString timeOf(const RunEvent &event)
{
    return QDateTime::fromMSecsSinceEpoch(event.timeMs).toString(QStringLiteral("HH:mm:ss"));
}

}  // namespace

EventLog::EventLog(LiveRun &run, QWidget *parent) : QFrame(parent), m_fold(new QToolButton), m_last(new QLabel), m_list(new QListWidget)
{
    setProperty("card", true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceS, kSpaceXs, kSpaceM, kSpaceXs);
    layout->setSpacing(kSpaceXs);
    auto *head = new QHBoxLayout;
    head->setSpacing(kSpaceS);
    m_fold->setText(tr("Events"));
    m_fold->setCheckable(true);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_fold->setArrowType(Qt::RightArrow);
    m_fold->setAccessibleName(tr("Show the events of the run"));
    head->addWidget(m_fold);
    m_last->setProperty("muted", true);
    m_last->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_last->setTextFormat(Qt::PlainText);
    head->addWidget(m_last, 1);
    layout->addLayout(head);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIconSize({kIconSize, kIconSize});
    m_list->setFixedHeight(kOpenHeight);
    m_list->setAccessibleName(tr("Events of the run"));
    m_list->hide();
    layout->addWidget(m_list);
    auto *copyAction = new QAction(themeIcon(QStringLiteral("copy")), tr("Copy"), this);
    copyAction->setShortcut(QKeySequence::Copy);
    copyAction->setShortcutContext(Qt::WidgetShortcut);
    m_list->addAction(copyAction);
    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);

    connect(copyAction, &QAction::triggered, this, &EventLog::copy);
    connect(m_fold, &QToolButton::toggled, this, &EventLog::setOpen);
    connect(&run, &LiveRun::started, this, &EventLog::clear);
    connect(&run, &LiveRun::eventArrived, this, &EventLog::add);
    for (const RunEvent &event : run.events())
        add(event);
    showLast();
}

void EventLog::setOpen(bool open)
{
    m_fold->setChecked(open);
    m_fold->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_list->setVisible(open);
    if (open)
        m_list->scrollToBottom();
}

bool EventLog::isOpen() const
{
    return m_fold->isChecked();
}

int EventLog::count() const
{
    return m_list->count();
}

QString EventLog::lineAt(int row) const
{
    return m_list->item(row)->text();
}

void EventLog::add(const RunEvent &event)
{
    // It follows the newest line, unless the person has scrolled up to read.
    const bool atEnd = m_list->verticalScrollBar()->value() == m_list->verticalScrollBar()->maximum();
    if (m_list->count() >= kMostLines)
        delete m_list->takeItem(0);
    auto *item = new QListWidgetItem(iconOf(event.level), timeOf(event) + QStringLiteral("   ") + QString::fromStdString(event.text));
    if (event.level != EventLevel::Info)
        item->setData(Qt::AccessibleTextRole,
                      (event.level == EventLevel::Error ? tr("Error, %1") : tr("Warning, %1")).arg(item->text()));
    m_list->addItem(item);
    if (atEnd && isOpen())
        m_list->scrollToBottom();
    showLast();
}

void EventLog::clear()
{
    m_list->clear();
    showLast();
}

void EventLog::showLast()
{
    const int lines = m_list->count();
    m_fold->setText(lines == 0 ? tr("Events") : tr("Events %1").arg(lines));
    m_last->setText(lines == 0 ? tr("Nothing has happened yet.") : m_list->item(lines - 1)->text());
    m_last->setToolTip(lines == 0 ? QString() : m_last->text());
}

void EventLog::copy()
{
    QStringList lines;
    for (int row = 0; row < m_list->count(); ++row)
        if (m_list->item(row)->isSelected())
            lines.append(m_list->item(row)->text());
    if (!lines.isEmpty())
        QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

}  // namespace trainyard::ui
