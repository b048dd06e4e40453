// What hangs at the pointer while a layer is dragged from the palette: its card as it will stand on the canvas.
#pragma once

#include <QPixmap>

#include "ui/models/layer_choice.h"

namespace trainyard::ui {

QPixmap layerGhost(const LayerChoice &choice, const QFont &font, double devicePixelRatio);

}  // namespace trainyard::ui
