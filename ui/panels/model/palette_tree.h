// The palette's items: categories that fold, layers that are dragged away or chosen. Filled from the layer catalog.
#pragma once

#include <string>

#include <QTreeWidget>

namespace trainyard::ui {

class PaletteTree : public QTreeWidget
{
    Q_OBJECT
public:
    enum Role { TypeRole = Qt::UserRole, CategoryRole };  // type: empty for a category's head

    explicit PaletteTree(QWidget *parent = nullptr);

    // Shows the layers whose title, type or summary holds every word of it; the best match becomes current. While there
    // are words all categories are open. Returns how many layers are left.
    int filter(const QString &words);
    QStringList collapsedCategories() const;
    void setCollapsedCategories(const QStringList &names);
    std::string typeOf(const QTreeWidgetItem *item) const;
    void moveToFirstLayer();

signals:
    void layerChosen(const std::string &type);  // double click or Enter
    void typed(const QString &text);            // letters, which belong to the search field
    void leftUpwards();                         // arrow up on the first row

protected:
    QStringList mimeTypes() const override;
    QMimeData *mimeData(const QList<QTreeWidgetItem *> &items) const override;
    void startDrag(Qt::DropActions actions) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void toggle(QTreeWidgetItem *category);
    void openAndClose();

    QStringList m_collapsed;  // names of the categories the person folded
    bool m_filtering = false;
};

}  // namespace trainyard::ui
