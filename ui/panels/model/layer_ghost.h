// What hangs at the pointer while a layer is dragged from the palette: its card as it will stand on the canvas.
#pragma once

#include <QPixmap>

#include "engine/layers/layer_spec.h"

namespace trainyard::ui {

QPixmap layerGhost(const LayerSpec &spec, const QFont &font, double devicePixelRatio);

}  // namespace trainyard::ui
