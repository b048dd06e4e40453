#include "ui/canvas/node_geometry.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace trainyard::ui {

namespace {

constexpr double kPortMargin = 16, kPortPitch = 24;  // of the row of inputs

// The four points of the Bezier curve: it leaves downwards and arrives from above, also where the target lies higher.
std::array<QPointF, 4> controlPoints(QPointF from, QPointF to)
{
    const double bend = std::clamp(std::abs(to.y() - from.y()) / 2, 16.0, 120.0);
    return {from, from + QPointF(0, bend), to - QPointF(0, bend), to};
}

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

QPainterPath wirePath(QPointF from, QPointF to)
{
    const auto points = controlPoints(from, to);
    QPainterPath path(points[0]);
    path.cubicTo(points[1], points[2], points[3]);
    return path;
}

WireHit nearestOnWire(QPointF from, QPointF to, QPointF point)
{
    const auto p = controlPoints(from, to);
    constexpr int kSteps = 32;
    WireHit hit{std::numeric_limits<double>::infinity(), 0};
    QPointF last = p[0];
    for (int step = 1; step <= kSteps; ++step) {
        const double t = static_cast<double>(step) / kSteps, u = 1 - t;
        const QPointF next = u * u * u * p[0] + 3 * u * u * t * p[1] + 3 * u * t * t * p[2] + t * t * t * p[3];
        const QPointF chord = next - last, reach = point - last;
        const double length2 = QPointF::dotProduct(chord, chord);
        const double share = length2 > 0 ? std::clamp(QPointF::dotProduct(reach, chord) / length2, 0.0, 1.0) : 0;
        const QPointF away = reach - share * chord;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < hit.distance)
            hit = {distance, (step - 1 + share) / kSteps};
        last = next;
    }
    return hit;
}

}  // namespace trainyard::ui
