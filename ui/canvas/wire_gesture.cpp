#include "ui/canvas/wire_gesture.h"

#include <algorithm>

#include <QApplication>
#include <QElapsedTimer>
#include <QPainter>

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/layer_placement.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kTargetReach = 18;  // more generous than for pressing: the aim is clear
constexpr int kMarkingMs = 5;        // at a time, so that a large network does not hold up the cursor

}  // namespace

std::unique_ptr<Gesture> WireGesture::fromPort(CanvasView &view, const PortRef &port, QPoint pressed)
{
    if (!port.output)
        for (const Wire &wire : view.document().shown().wiresInto(port.layer))
            if (wire.port == port.port)
                return std::make_unique<WireGesture>(view, PortRef{wire.from, true, 0}, wire, pressed);
    return std::make_unique<WireGesture>(view, port, std::nullopt, pressed);
}

std::unique_ptr<Gesture> WireGesture::fromWire(CanvasView &view, const Wire &wire, QPoint pressed)
{
    const WireItem *item = view.canvas().wire(wire);
    const bool atTarget = !item || item->nearest(view.mapToScene(pressed)).along >= 0.5;
    const PortRef fixed = atTarget ? PortRef{wire.from, true, 0} : PortRef{wire.to, false, wire.port};
    return std::make_unique<WireGesture>(view, fixed, wire, pressed);
}

WireGesture::WireGesture(CanvasView &view, const PortRef &fixed, const std::optional<Wire> &lifted, QPoint pressed)
    : Gesture(view), m_fixed(fixed), m_lifted(lifted), m_pressedAt(pressed), m_cursor(view.mapToScene(pressed))
{
    QObject::connect(&m_marking, &QTimer::timeout, &view, [this] { markSome(); });
}

WireGesture::~WireGesture()
{
    m_marking.stop();
}

Wire WireGesture::wireTo(const PortRef &target) const
{
    return m_fixed.output ? Wire{m_fixed.layer, target.layer, target.port} : Wire{target.layer, m_fixed.layer, m_fixed.port};
}

PortRef WireGesture::portFor(LayerId layer) const
{
    if (!m_fixed.output)
        return {layer, true, 0};
    if (m_lifted && layer == m_lifted->to)
        return {layer, false, m_lifted->port};
    return {layer, false, std::max(0, m_view.document().shown().freePort(layer))};
}

std::optional<PortRef> WireGesture::targetAt(QPointF point) const
{
    const auto ends = m_fixed.output ? CanvasScene::Ends::Inputs : CanvasScene::Ends::Outputs;
    if (const auto port = m_view.canvas().portAt(point, m_view.reach(kTargetReach), ends))
        return port;
    if (const LayerId layer = m_view.canvas().layerAt(point))
        return portFor(layer);
    return std::nullopt;
}

const Status &WireGesture::judge(const PortRef &target)
{
    const std::pair key(target.layer, target.port);
    auto found = m_verdicts.find(key);
    if (found == m_verdicts.end()) {
        const Wire wire = wireTo(target);
        found = m_verdicts.emplace(key, wire == m_lifted ? Status() : m_view.document().canConnect(wire, m_lifted)).first;
    }
    return found->second;
}

void WireGesture::start()
{
    m_started = true;
    m_view.canvas().setHover(0, {}, {});
    m_view.canvas().setLifted(m_lifted);
    std::vector<std::pair<double, LayerId>> byDistance;
    for (const auto &[id, node] : m_view.canvas().nodes())
        if (id != m_fixed.layer)
            byDistance.emplace_back(-QLineF(node->card().center(), m_cursor).length(), id);
    std::sort(byDistance.begin(), byDistance.end());
    for (const auto &[distance, id] : byDistance)
        m_unmarked.push_back(id);
    m_marking.start(0);
}

void WireGesture::markSome()
{
    QElapsedTimer spent;
    spent.start();
    while (!m_unmarked.empty() && spent.elapsed() < kMarkingMs) {
        const PortRef port = portFor(m_unmarked.back());
        m_unmarked.pop_back();
        m_view.canvas().markTarget(port.layer, judge(port).has_value(), port);
    }
    if (m_unmarked.empty())
        m_marking.stop();
}

void WireGesture::move(QPoint cursor)
{
    if (!m_started && (cursor - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    if (!m_started)
        start();
    m_cursor = m_view.mapToScene(cursor);
    m_target = targetAt(m_cursor);
    if (m_target && m_target->layer == m_fixed.layer)
        m_target.reset();  // its own card: on the way out
    m_legal = true;
    QString reason;
    if (m_target) {
        const Status &verdict = judge(*m_target);
        m_legal = verdict.has_value();
        if (!m_legal)
            reason = QString::fromStdString(verdict.error().message);
    }
    m_view.showNote(reason, cursor);
    m_view.viewport()->update();
}

void WireGesture::finish(QPoint cursor)
{
    move(cursor);
    const QString reason = m_view.note();
    clear();
    if (!m_started) {
        if (m_lifted)
            m_view.canvas().select({{}, {*m_lifted}});
        return;
    }
    if (m_target && !m_legal)
        return m_view.showNoteBriefly(reason, cursor);
    if (m_target) {
        if (const Wire wire = wireTo(*m_target); wire != m_lifted)
            (void)m_view.document().connectWire(wire, m_lifted);  // canConnect() has allowed it
        return;
    }
    if (m_view.canvas().layerAt(m_cursor) == m_fixed.layer)
        return;
    if (m_lifted)
        return m_view.document().disconnectWire(*m_lifted);
    const QPointF half(kLayerCardSize.width() / 2, m_fixed.output ? 0 : kLayerCardSize.height());
    const Placement placement{m_fixed.output ? Placement::Kind::Below : Placement::Kind::Above, snappedToGrid(m_cursor - half),
                              m_fixed.output ? Wire{m_fixed.layer, 0, 0} : Wire{0, m_fixed.layer, m_fixed.port}};
    m_view.openQuickAdd(
        cursor, [placement](const LayerSpec &) { return placement; },
        [below = m_fixed.output](const LayerSpec &spec) { return below ? takesInput(spec) : spec.hasOutput; });
}

void WireGesture::clear()
{
    m_marking.stop();
    m_unmarked.clear();
    m_view.canvas().clearMarks();
    m_view.canvas().setLifted({});
    m_view.showNote({}, {});
    m_view.viewport()->update();
}

void WireGesture::paint(QPainter &painter) const
{
    const NodeItem *fixed = m_view.canvas().node(m_fixed.layer);
    if (!m_started || !fixed)
        return;
    QPointF loose = m_cursor;
    if (const NodeItem *target = m_target ? m_view.canvas().node(m_target->layer) : nullptr; target && m_legal)
        loose = target->port(*m_target);
    QPen pen(themeColor(m_legal ? ColorRole::Accent : ColorRole::Error), 2);
    if (!m_legal)
        pen.setDashPattern({4, 2});
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    const QPointF end = fixed->port(m_fixed);
    painter.drawPath(wirePath(m_fixed.output ? wireRoute(end, loose) : wireRoute(loose, end)));
    painter.setBrush(pen.color());
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(loose, kPortRadius - 1, kPortRadius - 1);
}

}  // namespace trainyard::ui
