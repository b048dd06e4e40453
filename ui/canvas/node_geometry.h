// Where things are on the canvas: cards and ports. Scene coordinates, one unit is one pixel at 100 %; pure functions.
#pragma once

#include <optional>
#include <tuple>

#include <QPointF>
#include <QRectF>

#include "engine/graph/graph.h"
#include "ui/models/auto_layout.h"

namespace trainyard::ui {

inline constexpr double kCanvasGrid = 4;     // cards stand on it
inline constexpr double kCardRadius = 6;
inline constexpr double kPortRadius = 5;     // as drawn
inline constexpr double kPortReach = 12;     // as hit
inline constexpr double kWireReach = 6;      // as hit with the mouse
inline constexpr double kInsertReach = 20;   // how near a dropped card's middle must come to a wire to be inserted

// One end of a wire that is or could be: an input of a layer or its output.
struct PortRef {
    LayerId layer = 0;
    bool output = false;
    int port = 0;
    bool operator==(const PortRef &) const = default;
};

struct WireOrder {
    bool operator()(const Wire &a, const Wire &b) const
    {
        return std::tie(a.to, a.port, a.from) < std::tie(b.to, b.port, b.from);
    }
};

QPointF snappedToGrid(QPointF position);
inline QRectF cardRect(QPointF position) { return {position, kLayerCardSize}; }
// Of a card at the origin: inputs in a row along the top edge, the output in the middle of the bottom edge.
QPointF inputPort(int port, int count);
QPointF outputPort();

}  // namespace trainyard::ui
