#include "ui/canvas/quick_add.h"

#include <algorithm>

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QPixmap>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kChoiceRole = Qt::UserRole;
constexpr int kWidth = 232, kHeight = 264, kMargin = 8, kRowHeight = 24;

// 0: begins with it, 1: a word begins with it, 2: contains it, 3: the category begins with it, -1: no match.
int rankOf(const LayerChoice &choice, const QString &wanted)
{
    if (wanted.isEmpty())
        return 0;
    const QString title = choice.title(), type = QString::fromStdString(choice.builtIn.empty() ? choice.spec().type : choice.builtIn);
    QString spaced = type;
    spaced.replace(u'_', u' ');
    for (const QString &name : {title, type, spaced})
        if (name.startsWith(wanted, Qt::CaseInsensitive))
            return 0;
    for (const QString &name : {title, spaced})
        if (name.contains(QStringLiteral(" ") + wanted, Qt::CaseInsensitive))
            return 1;
    QString squeezed = type;
    squeezed.remove(u'_');  // "maxpool"
    for (const QString &name : {title, type, squeezed})
        if (name.contains(wanted, Qt::CaseInsensitive))
            return 2;
    return QLatin1String(categoryTitle(choice.spec().category)).startsWith(wanted, Qt::CaseInsensitive) ? 3 : -1;
}

QIcon stripeIcon(Category category)
{
    QPixmap pixmap(8, 32);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.fillRect(2, 4, 6, 24, Theme::instance().categoryColor(category));
    pixmap.setDevicePixelRatio(2);
    return QIcon(pixmap);
}

}  // namespace

QuickAdd::QuickAdd(QWidget *parent) : QFrame(parent), m_search(new QLineEdit(this)), m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("quickAdd"));
    setProperty("card", true);
    setAccessibleName(tr("Add a layer"));
    m_search->setPlaceholderText(tr("Add a layer"));
    m_search->setAccessibleName(tr("Search layers"));
    m_search->installEventFilter(this);
    m_list->setAccessibleName(tr("Layers found"));
    m_list->setFocusPolicy(Qt::NoFocus);  // the keys stay with the search field
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setIconSize({4, 16});
    m_list->setUniformItemSizes(true);
    setFocusProxy(m_search);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceS, kSpaceS, kSpaceS, kSpaceS);
    layout->setSpacing(kSpaceXs);
    layout->addWidget(m_search);
    layout->addWidget(m_list);

    connect(m_search, &QLineEdit::textChanged, this, &QuickAdd::filter);
    connect(m_list, &QListWidget::itemClicked, this, &QuickAdd::choose);
    hide();
}

void QuickAdd::open(QPoint at, std::vector<LayerChoice> choices, const QString &text)
{
    m_choices = std::move(choices);
    const QSize room = parentWidget()->size() - QSize(2 * kMargin, 2 * kMargin);
    resize(std::min(kWidth, room.width()), std::min(kHeight, room.height()));
    move(std::clamp(at.x(), kMargin, std::max(kMargin, parentWidget()->width() - width() - kMargin)),
         std::clamp(at.y(), kMargin, std::max(kMargin, parentWidget()->height() - height() - kMargin)));
    m_search->setText(text);
    filter(text);
    show();
    raise();
    m_search->setFocus(Qt::PopupFocusReason);
    m_search->deselect();
    m_search->end(false);
}

void QuickAdd::filter(const QString &text)
{
    const QString wanted = text.simplified();
    std::vector<std::pair<int, const LayerChoice *>> found;
    for (const LayerChoice &choice : m_choices)
        if (const int rank = rankOf(choice, wanted); rank >= 0)
            found.emplace_back(rank, &choice);
    std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });

    m_list->clear();
    for (const auto &[rank, choice] : found) {
        auto *item = new QListWidgetItem(stripeIcon(choice->spec().category), choice->title(), m_list);
        item->setSizeHint({0, kRowHeight});
        item->setData(kChoiceRole, QString::fromStdString(choice->text()));
        item->setToolTip(choice->summary());
    }
    if (found.empty()) {
        auto *item = new QListWidgetItem(tr("No layer called “%1” fits here").arg(wanted), m_list);
        item->setFlags(Qt::NoItemFlags);
    }
    m_list->setCurrentRow(found.empty() ? -1 : 0);
}

void QuickAdd::choose()
{
    const QListWidgetItem *item = m_list->currentItem();
    const QString choice = item ? item->data(kChoiceRole).toString() : QString();
    if (choice.isEmpty())
        return;
    emit chosen(choice);
    hide();
}

bool QuickAdd::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut && static_cast<QFocusEvent *>(event)->reason() != Qt::PopupFocusReason) {
        hide();
        return false;
    }
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const int rows = m_list->count(), row = m_list->currentRow();
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Escape:
        hide();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        choose();
        return true;
    case Qt::Key_Down:
    case Qt::Key_Tab:
        if (row >= 0)
            m_list->setCurrentRow((row + 1) % rows);
        return true;
    case Qt::Key_Up:
    case Qt::Key_Backtab:
        if (row >= 0)
            m_list->setCurrentRow((row + rows - 1) % rows);
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

void QuickAdd::hideEvent(QHideEvent *event)
{
    QFrame::hideEvent(event);
    if (!event->spontaneous())
        emit closed();
}

}  // namespace trainyard::ui
