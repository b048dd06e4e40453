// Draws a card; knows no document and no scene. All in the card's own coordinates, as vectors, so that it is sharp at any
// zoom and on any screen.
#pragma once

#include "ui/canvas/node_look.h"

class QFont;
class QPainter;
class QRectF;

namespace trainyard::ui {

// What the person is doing with the card right now.
struct NodeState {
    bool selected = false, hovered = false;
    bool faded = false;        // cannot take the wire that is being dragged
    bool offered = false;      // would be linked by dropping here
    int hotInput = -1;         // the input under the cursor, or the one that a dragged wire could end on
    bool hotOutput = false;
    bool operator==(const NodeState &) const = default;
};

// Below these zooms the text would be unreadable: then name and colour, then colour only.
inline constexpr double kFullDetailZoom = 0.5, kNameZoom = 0.16;

// zoom: device-independent pixels per unit.
void paintNode(QPainter &painter, const NodeLook &look, const NodeState &state, double zoom);
// How far paintNode() may reach beyond the card.
inline constexpr double kNodeMargin = 10;

// Draws text elided to the rectangle, in one line.
void drawElided(QPainter &painter, const QRectF &rect, Qt::Alignment alignment, const QString &text);
QFont canvasFont(double size, int weight);  // size: as a share of the application's font

}  // namespace trainyard::ui
