// The way of a wire on the canvas: down from an output to an input, in one curve where nothing stands in between, else beside the
// cards that do, so that a shortcut past layers can be seen. Scene coordinates; pure functions.
#pragma once

#include <span>
#include <vector>

#include <QPainterPath>
#include <QPointF>
#include <QRectF>

namespace trainyard::ui {

// Cubic Bezier curves one behind the other: 3 n + 1 points.
struct WireRoute {
    std::vector<QPointF> points;
    bool operator==(const WireRoute &) const = default;
};

// cards: of all layers; the wire's own end above and below it. The more of them a wire passes, the farther it keeps away, so that
// shortcuts inside one another do not lie on one line.
WireRoute wireRoute(QPointF from, QPointF to, std::span<const QRectF> cards = {});
QPainterPath wirePath(const WireRoute &route);

// The nearest place of a wire: its distance, and where it lies between 0 (source) and 1 (target).
struct WireHit {
    double distance, along;
};
WireHit nearestOnWire(const WireRoute &route, QPointF point);

}  // namespace trainyard::ui
