#include "ui/canvas/wire_route.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trainyard::ui {

namespace {

constexpr double kClearance = 12, kClearancePerCard = 4, kFarthestClearance = 60;  // of a lane from the cards it passes
constexpr double kShortestTurn = 12;                                               // how far down it takes to get to the lane

QPointF pointOn(const QPointF *p, double t)
{
    const double u = 1 - t;
    return u * u * u * p[0] + 3 * u * u * t * p[1] + 3 * u * t * t * p[2] + t * t * t * p[3];
}

// A curve that leaves downwards and arrives from above, also where the target lies higher.
void append(std::vector<QPointF> &points, QPointF to, double bend)
{
    const QPointF from = points.back();
    points.insert(points.end(), {from + QPointF(0, bend), to - QPointF(0, bend), to});
}

WireRoute curve(QPointF from, QPointF to)
{
    WireRoute route{{from}};
    append(route.points, to, std::clamp(std::abs(to.y() - from.y()) / 2, 16.0, 120.0));
    return route;
}

bool crosses(const WireRoute &route, const QRectF &card)
{
    constexpr int kSteps = 24;
    for (int step = 1; step < kSteps; ++step)
        if (card.contains(pointOn(route.points.data(), static_cast<double>(step) / kSteps)))
            return true;
    return false;
}

// The nearest place left (direction -1) or right (1) of x where an upright line keeps the distance from all cards.
double freeLane(double x, double direction, double clearance, std::span<const QRectF> cards)
{
    for (std::size_t tries = 0; tries < cards.size(); ++tries) {
        const auto near = std::find_if(cards.begin(), cards.end(), [&](const QRectF &card) {
            return x > card.left() - clearance && x < card.right() + clearance;
        });
        if (near == cards.end())
            break;
        x = direction < 0 ? near->left() - clearance : near->right() + clearance;
    }
    return x;
}

}  // namespace

WireRoute wireRoute(QPointF from, QPointF to, std::span<const QRectF> cards)
{
    WireRoute direct = curve(from, to);
    double top = to.y(), bottom = from.y();
    int passed = 0;
    std::vector<QRectF> between;  // cards at the heights of the wire
    for (const QRectF &card : cards) {
        if (card.bottom() <= from.y() || card.top() >= to.y())
            continue;
        between.push_back(card);
        if (!crosses(direct, card))
            continue;
        ++passed;
        top = std::min(top, card.top());
        bottom = std::max(bottom, card.bottom());
    }
    top = std::max(top, from.y() + kShortestTurn);
    bottom = std::min(bottom, to.y() - kShortestTurn);
    if (passed == 0 || top > bottom)
        return direct;
    std::erase_if(between, [&](const QRectF &card) { return card.bottom() <= top || card.top() >= bottom; });
    const double clearance = std::min(kClearance + kClearancePerCard * (passed - 1), kFarthestClearance);
    const double middle = (from.x() + to.x()) / 2;
    const double left = freeLane(middle, -1, clearance, between), right = freeLane(middle, 1, clearance, between);
    const double lane = middle - left < right - middle ? left : right;
    WireRoute route{{from}};
    append(route.points, {lane, top}, (top - from.y()) * 0.6);
    append(route.points, {lane, bottom}, (bottom - top) / 3);
    append(route.points, to, (to.y() - bottom) * 0.6);
    return route;
}

QPainterPath wirePath(const WireRoute &route)
{
    QPainterPath path(route.points.front());
    for (std::size_t i = 1; i + 2 < route.points.size(); i += 3)
        path.cubicTo(route.points[i], route.points[i + 1], route.points[i + 2]);
    return path;
}

WireHit nearestOnWire(const WireRoute &route, QPointF point)
{
    constexpr int kSteps = 32;  // of each curve
    const auto curves = static_cast<int>(route.points.size() / 3);
    WireHit hit{std::numeric_limits<double>::infinity(), 0};
    QPointF last = route.points.front();
    for (int step = 1; step <= curves * kSteps; ++step) {
        const int curve = (step - 1) / kSteps;
        const QPointF next = pointOn(route.points.data() + 3 * curve, static_cast<double>(step - curve * kSteps) / kSteps);
        const QPointF chord = next - last, reach = point - last;
        const double length2 = QPointF::dotProduct(chord, chord);
        const double share = length2 > 0 ? std::clamp(QPointF::dotProduct(reach, chord) / length2, 0.0, 1.0) : 0;
        const QPointF away = reach - share * chord;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < hit.distance)
            hit = {distance, (step - 1 + share) / (curves * kSteps)};
        last = next;
    }
    return hit;
}

}  // namespace trainyard::ui
