// Places layers top to bottom so that wires are short and straight.
#pragma once

#include <map>

#include <QPointF>
#include <QSizeF>

#include "engine/graph/graph.h"

namespace trainyard::ui {

// The size of a layer's card on the canvas, which distances are made of.
inline constexpr QSizeF kLayerCardSize{168, 48};
inline constexpr double kLayerRowPitch = 80, kLayerColumnPitch = 200;

// Layered drawing (Sugiyama, Tagawa, Toda 1981): rows by the longest path from an input, order within a row by the
// mean column of the layers above, then columns centred over what they feed. The top left corner of the whole stays
// where it is. Every wire runs downwards: a graph holds no cycle.
std::map<LayerId, QPointF> autoLayout(const Graph &graph);

}  // namespace trainyard::ui
