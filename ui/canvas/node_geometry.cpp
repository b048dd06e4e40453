#include "ui/canvas/node_geometry.h"

#include <algorithm>
#include <cmath>

namespace trainyard::ui {

namespace {

constexpr double kPortMargin = 16, kPortPitch = 24;  // of the row of inputs

}  // namespace

QPointF snappedToGrid(QPointF position)
{
    return {std::round(position.x() / kCanvasGrid) * kCanvasGrid, std::round(position.y() / kCanvasGrid) * kCanvasGrid};
}

QPointF inputPort(int port, int count)
{
    const double width = kLayerCardSize.width();
    const double pitch = count > 1 ? std::min(kPortPitch, (width - 2 * kPortMargin) / (count - 1)) : 0;
    return {width / 2 + (port - (count - 1) / 2.0) * pitch, 0};
}

QPointF outputPort()
{
    return {kLayerCardSize.width() / 2, kLayerCardSize.height()};
}

}  // namespace trainyard::ui
