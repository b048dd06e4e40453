// A canvas in a window with a small network, and the mouse as Qt sends it.
#pragma once

#include <QApplication>
#include <QLabel>
#include <QMimeData>
#include <QMouseEvent>
#include <QtTest>

#include "ui/canvas/canvas_view.h"
#include "ui/models/layer_mime.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

struct CanvasBench {
    ProjectDocument document;
    CanvasView view{document};
    // input 8x8x1 -> conv2d -> flatten -> dense 10 -> softmax_cross_entropy, one below the other.
    LayerId input = 0, conv = 0, flatten = 0, dense = 0, loss = 0;

    explicit CanvasBench(bool withNetwork = true, QSize size = {800, 640})
    {
        Theme::instance().apply(Appearance::Light);
        if (withNetwork)
            build();
        view.resize(size);
        view.show();
        view.activateWindow();
        view.setFocus();
        (void)QTest::qWaitForWindowActive(&view);
        QCoreApplication::processEvents();
    }

    void build()
    {
        Graph graph;
        input = graph.add("input", 0, 0);
        conv = graph.add("conv2d", 0, 80);
        flatten = graph.add("flatten", 0, 160);
        dense = graph.add("dense", 0, 240);
        loss = graph.add("softmax_cross_entropy", 0, 320);
        graph.edit(dense)->parameters["units"] = std::int64_t{10};
        for (const Wire &wire : {Wire{input, conv, 0}, Wire{conv, flatten, 0}, Wire{flatten, dense, 0}, Wire{dense, loss, 0}})
            (void)graph.connect(wire);
        Project project;
        project.graph = std::move(graph);
        document.reset(std::move(project));
    }

    bool has(const Wire &wire) const
    {
        const auto &wires = document.graph().wires();
        return std::find(wires.begin(), wires.end(), wire) != wires.end();
    }
    int steps() { return document.undoStack()->index(); }
    QString step() { return document.undoStack()->undoText(); }
    const Layer &layer(LayerId id) const { return *document.graph().find(id); }
    const NodeItem &node(LayerId id) const { return *view.canvas().node(id); }
    QPointF position(LayerId id) const { return {layer(id).x, layer(id).y}; }

    QPoint at(QPointF scene) const { return view.mapFromScene(scene); }
    QPoint middle(LayerId id) const { return at(node(id).card().center()); }
    QPoint in(LayerId id, int port = 0) const { return at(node(id).input(port)); }
    QPoint out(LayerId id) const { return at(node(id).output()); }
    QPoint on(const Wire &wire) const { return at((node(wire.from).output() + node(wire.to).input(wire.port)) / 2); }

    void press(QPoint cursor, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {})
    {
        send(QEvent::MouseButtonPress, cursor, button, button, modifiers);
    }
    void move(QPoint cursor, Qt::MouseButtons buttons = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {})
    {
        send(QEvent::MouseMove, cursor, Qt::NoButton, buttons, modifiers);
    }
    void release(QPoint cursor, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {})
    {
        send(QEvent::MouseButtonRelease, cursor, button, Qt::NoButton, modifiers);
    }
    void click(QPoint cursor, Qt::KeyboardModifiers modifiers = {})
    {
        press(cursor, Qt::LeftButton, modifiers);
        release(cursor, Qt::LeftButton, modifiers);
    }
    void doubleClick(QPoint cursor)
    {
        click(cursor);
        send(QEvent::MouseButtonDblClick, cursor, Qt::LeftButton, Qt::LeftButton, {});
        release(cursor);
    }
    void dragOver(QPoint from, QPoint to, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {})
    {
        press(from, button, modifiers);
        move((2 * from + to) / 3, button, modifiers);
        move((from + 2 * to) / 3, button, modifiers);
        move(to, button, modifiers);
    }
    void drag(QPoint from, QPoint to, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {})
    {
        dragOver(from, to, button, modifiers);
        release(to, button, modifiers);
    }
    void wheel(QPoint cursor, int notches, Qt::KeyboardModifiers modifiers)
    {
        QWheelEvent event(cursor, view.viewport()->mapToGlobal(cursor), {}, {0, 120 * notches}, Qt::NoButton, modifiers,
                          Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(view.viewport(), &event);
    }

    // A layer of the palette comes over the canvas; what it carries is the type.
    bool hover(const QByteArray &type, QPoint cursor, const char *format = kLayerMimeType)
    {
        QMimeData data;
        data.setData(QLatin1String(format), type);
        QDragEnterEvent enter(cursor, Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &enter);
        QDragMoveEvent move(cursor, Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &move);
        return move.isAccepted();
    }
    void drop(const QByteArray &type, QPoint cursor, const char *format = kLayerMimeType)
    {
        hover(type, cursor, format);
        QMimeData data;
        data.setData(QLatin1String(format), type);
        QDropEvent event(cursor, Qt::CopyAction, &data, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view.viewport(), &event);
    }

private:
    void send(QEvent::Type type, QPoint cursor, Qt::MouseButton button, Qt::MouseButtons buttons, Qt::KeyboardModifiers modifiers)
    {
        QMouseEvent event(type, cursor, view.viewport()->mapToGlobal(cursor), button, buttons, modifiers);
        QCoreApplication::sendEvent(view.viewport(), &event);
    }
};

}  // namespace trainyard::ui
