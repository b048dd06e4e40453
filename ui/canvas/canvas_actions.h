// What can be done with the canvas from a menu: one table of actions, shared by the window's menus and the context menu.
#pragma once

#include <QList>
#include <QObject>
#include <QPoint>

class QAction;

namespace trainyard::ui {

class CanvasView;

class CanvasActions : public QObject
{
    Q_OBJECT
public:
    explicit CanvasActions(CanvasView &view);

    QList<QAction *> list() const { return m_actions; }
    void update();  // enables what is possible with the selection and zoom of the moment
    void popup(QPoint global, QPoint cursor);  // the context menu, for the selection; cursor in the viewport

    void copy();
    void cut();
    void paste();
    void duplicate();
    void remove();
    void group();
    void ungroup();
    void selectAll();

private:
    void pasteAround(const QPoint *cursor);

    CanvasView &m_view;
    QList<QAction *> m_actions;  // parallel to the table
};

}  // namespace trainyard::ui
