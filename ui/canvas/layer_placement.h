// Where a layer would go: free, in between on a wire, linked below a card or above an input. Planned while something is
// dragged over the canvas, carried out as one undo step.
#pragma once

#include "ui/canvas/canvas_scene.h"

namespace trainyard::ui {

struct Placement {
    enum class Kind { Free, OnWire, Below, Above };
    Kind kind = Kind::Free;
    QPointF position;  // of the card's top left corner
    Wire wire;         // OnWire: the wire; Below: its from; Above: its to and port
};

// Whether a layer of this type can take an input, give an output, stand in between.
bool takesInput(const LayerSpec &spec);
bool standsBetween(const LayerSpec &spec);

// A card of the type whose middle is at the point.
Placement planDrop(const CanvasScene &scene, const LayerSpec &spec, QPointF middle);
// The wire that a card, dragged with its middle to the point, would be inserted on.
std::optional<Wire> wireForInsert(const CanvasScene &scene, QPointF middle, LayerId except = 0);
// A free place for a layer below that one, or beside what is there already.
QPointF placeBelow(const CanvasScene &scene, LayerId above);
QPointF freePlace(const CanvasScene &scene, QPointF wanted);

// One undo step. Layers below an insertion move down where there is no room. Returns the new layer. Errors for people: it
// cannot stand in the graph that is open.
Result<LayerId> placeLayer(ProjectDocument &document, const LayerChoice &choice, const Placement &placement);
// The same for a layer without wires that is there already.
void placeOnWire(ProjectDocument &document, LayerId layer, const Wire &wire, QPointF position);

}  // namespace trainyard::ui
