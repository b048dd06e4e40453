#include "ui/panels/model/palette_tree.h"

#include <utility>

#include <QContextMenuEvent>
#include <QDrag>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>

#include "ui/models/layer_mime.h"
#include "ui/panels/model/layer_ghost.h"
#include "ui/panels/model/palette_delegate.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

QString toolTipOf(const LayerChoice &choice)
{
    return QStringLiteral("<p><b>%1</b><br>%2</p><p>%3</p>").arg(choice.title().toHtmlEscaped(), choice.summary().toHtmlEscaped(), choice.help().toHtmlEscaped());
}

// 0: does not match; else the better the larger.
int matchOf(const LayerChoice &choice, const QStringList &words)
{
    const QString title = choice.title();
    const QString all = title + ' ' + QString::fromStdString(choice.text()) + ' ' + choice.summary();
    int match = 1;
    for (const QString &word : words) {
        if (!all.contains(word, Qt::CaseInsensitive))
            return 0;
        match += title.startsWith(word, Qt::CaseInsensitive) ? 4 : title.contains(word, Qt::CaseInsensitive) ? 2 : 0;
    }
    return match;
}

}  // namespace

PaletteTree::PaletteTree(QWidget *parent) : QTreeWidget(parent)
{
    setProperty("plain", true);
    setAccessibleName(tr("Layers"));
    setAccessibleDescription(tr("Drag a layer onto the canvas, or press Enter to add it"));
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setIndentation(0);
    setExpandsOnDoubleClick(false);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setDragEnabled(true);
    setDragDropMode(DragOnly);
    setItemDelegate(new PaletteDelegate(this));

    QTreeWidgetItem *head = nullptr;
    for (const LayerSpec &spec : layerCatalog()) {
        if (!head || head->data(0, CategoryRole).toInt() != static_cast<int>(spec.category))
            head = insertHead(topLevelItemCount(), QString::fromLatin1(categoryTitle(spec.category)), spec.category);
        fill(head, {spec.type});
    }
    if (!builtInChoices().empty())
        fill(insertHead(topLevelItemCount(), tr("Blocks"), Category::Core), builtInChoices());
    expandAll();
    connect(this, &QTreeWidget::itemClicked, this, [this](QTreeWidgetItem *item) {
        if (!item->parent())
            toggle(item);
    });
    connect(this, &QTreeWidget::itemDoubleClicked, this, [this](QTreeWidgetItem *item) {
        if (item->parent())
            emit layerChosen(choiceOf(item));
    });
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

QTreeWidgetItem *PaletteTree::insertHead(int row, const QString &title, Category category)
{
    auto *head = new QTreeWidgetItem(QStringList{title});
    head->setData(0, CategoryRole, static_cast<int>(category));
    head->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    insertTopLevelItem(row, head);
    return head;
}

void PaletteTree::fill(QTreeWidgetItem *head, const std::vector<LayerChoice> &choices)
{
    for (const LayerChoice &choice : choices) {
        auto *item = new QTreeWidgetItem(head, {choice.title()});
        item->setData(0, ChoiceRole, QString::fromStdString(choice.text()));
        item->setData(0, CategoryRole, static_cast<int>(choice.spec().category));
        item->setToolTip(0, toolTipOf(choice));
        item->setData(0, Qt::AccessibleDescriptionRole, choice.summary());
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsDragEnabled);
    }
}

void PaletteTree::setBlocks(const std::vector<LayerChoice> &inside, const std::vector<LayerChoice> &project)
{
    if (inside == m_insideChoices && project == m_projectChoices)
        return;
    m_insideChoices = inside;
    m_projectChoices = project;
    for (QTreeWidgetItem **head : {&m_inside, &m_project})
        delete std::exchange(*head, nullptr);
    // What is the person's own comes first.
    if (!project.empty())
        fill(m_project = insertHead(0, tr("In this project"), Category::Core), project);
    if (!inside.empty())
        fill(m_inside = insertHead(0, tr("Ends of the block"), Category::Core), inside);
    emit refilled();
}

std::string PaletteTree::choiceOf(const QTreeWidgetItem *item) const
{
    return item ? item->data(0, ChoiceRole).toString().toStdString() : std::string();
}

int PaletteTree::filter(const QString &text)
{
    const QStringList words = text.split(' ', Qt::SkipEmptyParts);
    m_filtering = !words.isEmpty();
    int left = 0, best = 0;
    QTreeWidgetItem *bestItem = nullptr;
    for (int c = 0; c < topLevelItemCount(); ++c) {
        QTreeWidgetItem *category = topLevelItem(c);
        int shown = 0;
        for (int i = 0; i < category->childCount(); ++i) {
            QTreeWidgetItem *item = category->child(i);
            const int match = matchOf(*LayerChoice::fromText(choiceOf(item)), words);
            item->setHidden(match == 0);
            shown += match > 0;
            if (match > best) {
                best = match;
                bestItem = item;
            }
        }
        category->setHidden(shown == 0);
        left += shown;
    }
    openAndClose();
    setCurrentItem(m_filtering ? bestItem : nullptr);
    if (!m_filtering)
        clearSelection();
    return left;
}

void PaletteTree::openAndClose()
{
    for (int c = 0; c < topLevelItemCount(); ++c)
        topLevelItem(c)->setExpanded(m_filtering || !m_collapsed.contains(topLevelItem(c)->text(0)));
}

void PaletteTree::toggle(QTreeWidgetItem *category)
{
    if (m_filtering)
        return;
    if (!m_collapsed.removeOne(category->text(0)))
        m_collapsed.append(category->text(0));
    openAndClose();
}

QStringList PaletteTree::collapsedCategories() const
{
    return m_collapsed;
}

void PaletteTree::setCollapsedCategories(const QStringList &names)
{
    m_collapsed = names;
    openAndClose();
}

void PaletteTree::moveToFirstLayer()
{
    for (QTreeWidgetItem *item = currentItem() ? currentItem() : topLevelItem(0); item; item = itemBelow(item)) {
        if (item->isHidden() || !item->parent())
            continue;
        setCurrentItem(item);
        return;
    }
}

QStringList PaletteTree::mimeTypes() const
{
    return {QString::fromLatin1(kLayerMimeType)};
}

QMimeData *PaletteTree::mimeData(const QList<QTreeWidgetItem *> &items) const
{
    const std::string choice = items.isEmpty() ? std::string() : choiceOf(items.first());
    if (choice.empty())
        return nullptr;
    auto *data = new QMimeData;
    data->setData(QString::fromLatin1(kLayerMimeType), QByteArray::fromStdString(choice));
    return data;
}

void PaletteTree::startDrag(Qt::DropActions)
{
    QTreeWidgetItem *item = currentItem();
    QMimeData *data = item ? mimeData({item}) : nullptr;
    if (!data)
        return;
    auto *drag = new QDrag(this);
    drag->setMimeData(data);
    const QPixmap ghost = layerGhost(*LayerChoice::fromText(choiceOf(item)), font(), devicePixelRatioF());
    drag->setPixmap(ghost);
    drag->setHotSpot(QRectF(QPointF(), ghost.deviceIndependentSize()).center().toPoint());
    drag->exec(Qt::CopyAction);
}

void PaletteTree::contextMenuEvent(QContextMenuEvent *event)
{
    const QTreeWidgetItem *item = itemAt(event->pos());
    const std::optional<LayerChoice> choice = item ? LayerChoice::fromText(choiceOf(item)) : std::nullopt;
    if (!choice)
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(themeIcon(QStringLiteral("plus")), tr("Add to the network"), this, [this, text = choice->text()] { emit layerChosen(text); });
    if (!choice->block.empty())
        menu->addAction(themeIcon(QStringLiteral("delete")), tr("Delete from the project"), this, [this, name = choice->block] { emit blockDeleted(name); });
    menu->popup(event->globalPos());
}

void PaletteTree::keyPressEvent(QKeyEvent *event)
{
    QTreeWidgetItem *item = currentItem();
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && item && item->parent())
        return emit layerChosen(choiceOf(item));
    if (item && !item->parent()) {
        const bool fold = event->key() == Qt::Key_Left && item->isExpanded(), unfold = event->key() == Qt::Key_Right && !item->isExpanded();
        if (enter || event->key() == Qt::Key_Space || fold || unfold)
            return toggle(item);
    }
    if (event->key() == Qt::Key_Left && item && item->parent())
        return setCurrentItem(item->parent());
    if (event->key() == Qt::Key_Up && item && !itemAbove(item))
        return emit leftUpwards();
    const bool plain = !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier));
    if (plain && !event->text().isEmpty() && event->text().front().isPrint() && event->key() != Qt::Key_Space)
        return emit typed(event->text());
    QTreeWidget::keyPressEvent(event);
}

}  // namespace trainyard::ui
