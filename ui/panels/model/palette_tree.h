// The palette's items: categories that fold, layers and blocks that are dragged away or chosen. Filled from the layer catalog,
// the built-in blocks and the blocks of the project.
#pragma once

#include <string>

#include <vector>

#include <QTreeWidget>

#include "ui/models/layer_choice.h"

namespace trainyard::ui {

class PaletteTree : public QTreeWidget
{
    Q_OBJECT
public:
    enum Role { ChoiceRole = Qt::UserRole, CategoryRole };  // LayerChoice::text(); empty for a category's head

    explicit PaletteTree(QWidget *parent = nullptr);

    // Shows the layers whose title, type or summary holds every word of it; the best match becomes current. While there
    // are words all categories are open. Returns how many layers are left.
    int filter(const QString &words);
    // inside: what only belongs into the definition that is open. project: the blocks of the project.
    void setBlocks(const std::vector<LayerChoice> &inside, const std::vector<LayerChoice> &project);
    QStringList collapsedCategories() const;
    void setCollapsedCategories(const QStringList &names);
    std::string choiceOf(const QTreeWidgetItem *item) const;  // LayerChoice::text()
    void moveToFirstLayer();

signals:
    void layerChosen(const std::string &choice);  // double click or Enter
    void blockDeleted(const std::string &name);   // from the menu of a block of the project
    void refilled();                              // filter again
    void typed(const QString &text);            // letters, which belong to the search field
    void leftUpwards();                         // arrow up on the first row

protected:
    QStringList mimeTypes() const override;
    QMimeData *mimeData(const QList<QTreeWidgetItem *> &items) const override;
    void startDrag(Qt::DropActions actions) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    QTreeWidgetItem *insertHead(int row, const QString &title, Category category);
    static void fill(QTreeWidgetItem *head, const std::vector<LayerChoice> &choices);
    void toggle(QTreeWidgetItem *category);
    void openAndClose();

    QTreeWidgetItem *m_inside = nullptr, *m_project = nullptr;  // heads; null: nothing under them
    std::vector<LayerChoice> m_insideChoices, m_projectChoices;
    QStringList m_collapsed;  // names of the categories the person folded
    bool m_filtering = false;
};

}  // namespace trainyard::ui
