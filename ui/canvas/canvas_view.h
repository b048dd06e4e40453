// The model canvas: the network as cards and wires, edited with mouse and keyboard. Scrolls and zooms; what the mouse
// does between press and release is a Gesture; what a menu offers is in CanvasActions. Every edit is one step of the
// document's undo stack.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <QBasicTimer>
#include <QGraphicsView>
#include <QTimer>

#include "ui/canvas/canvas_scene.h"
#include "ui/canvas/layer_placement.h"

class QAction;
class QLabel;

namespace trainyard::ui {

class CanvasActions;
class Gesture;
class Minimap;
class QuickAdd;

class CanvasView : public QGraphicsView
{
    Q_OBJECT
public:
    explicit CanvasView(ProjectDocument &document, QWidget *parent = nullptr);
    ~CanvasView() override;

    std::vector<LayerId> selectedLayers() const;
    void selectLayers(const std::vector<LayerId> &layers);  // those that are there
    void centerOn(LayerId layer);
    // Places a layer and selects it, or says at the cursor why it cannot stand here.
    void add(const LayerChoice &choice, const Placement &placement, QPoint cursor);
    // The search field for a new layer: linked below the selected one, or in the middle of what is seen.
    void startQuickAdd();
    void ungroup();      // the selected block
    void fitNetwork();   // all of it, at most at 100 %
    void showOpening();  // the same, but never too small to read: then from the top
    // For the window's menus; the shortcuts act while the canvas has the focus. Separators are among them.
    QList<QAction *> menuActions() const;

    static constexpr double kSmallestZoom = 0.1, kLargestZoom = 4;
    double zoom() const { return transform().m11(); }
    void setZoom(double zoom);  // around the middle of what is seen
    void setZoom(double zoom, QPoint anchor);

    // --- for gestures, actions and the minimap ---
    CanvasScene &canvas() const { return *m_scene; }
    ProjectDocument &document() const { return m_document; }
    QRectF visibleScene() const;
    void centerOnPoint(QPointF point);
    void reveal(const std::vector<LayerId> &layers);  // scrolls as little as needed
    void scrollBy(QPoint pixels);
    double reach(double pixels) const;  // in scene units, but never so much that a card cannot be hit any more
    // Beside the cursor; empty hides it.
    void showNote(const QString &text, QPoint cursor);
    void showNoteBriefly(const QString &text, QPoint cursor);
    QString note() const;
    using Place = std::function<Placement(const LayerSpec &)>;
    void openQuickAdd(QPoint at, Place place, std::function<bool(const LayerSpec &)> accepts = {}, const QString &text = {});
    void openQuickAddAt(QPoint cursor);  // on a wire, or free; linked to the single selected layer

signals:
    void selectionChanged();
    void layerActivated(qint64 layer);  // double click or Enter, not of a block: the person wants to see its settings

protected:
    bool event(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragMoveEvent(QDragMoveEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void drawBackground(QPainter *painter, const QRectF &rect) override;
    void drawForeground(QPainter *painter, const QRectF &rect) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void timerEvent(QTimerEvent *event) override;

private:
    struct Drop {  // a layer of the palette hovering over the canvas
        LayerChoice choice;
        Placement placement;
    };
    struct Look {
        double zoom;
        QPointF center;
    };

    void startGesture(std::unique_ptr<Gesture> gesture);
    void cancelGesture();
    void hoverAt(QPoint cursor);
    void pressLeft(QPoint cursor, Qt::KeyboardModifiers modifiers);
    void pressLayer(LayerId layer, QPoint cursor, bool toggles);
    void setDrop(const std::optional<Drop> &drop);
    void addChosen(const QString &choice);
    void activate(LayerId layer);
    void showPlace();  // another graph is open
    Placement placeForNew(const LayerSpec &spec, std::optional<QPointF> point) const;
    void startQuickAdd(const QString &text);
    void nudge(QPointF by);
    void walk(int key);  // moves the selection along the wires or sideways
    void updateCursor();
    void updateSceneRect();
    double fittingZoom() const;
    void updateHint();
    void describe();  // for screen readers

    ProjectDocument &m_document;
    CanvasScene *m_scene;
    CanvasActions *m_actions;
    Minimap *m_minimap;
    QuickAdd *m_quickAdd;
    QLabel *m_note, *m_hint;
    std::unique_ptr<Gesture> m_gesture;
    std::optional<Drop> m_drop;
    CanvasSelection m_beforeClick;  // what the first click of a double click has deselected
    Place m_place;  // where the quick-add's choice goes
    QTimer m_noteTime, m_nudgeTime;
    QBasicTimer m_edgeScroll;
    QPoint m_cursor;
    bool m_spaceHeld = false, m_openingPending = true;
    std::map<std::string, Look> m_looks;  // how each graph was last seen, by the definition's name
    OpenPlace m_openBefore;               // where one was before the place changed
    bool m_untouched = false;  // as showOpening() left it: then it follows the size of the window
};

}  // namespace trainyard::ui
