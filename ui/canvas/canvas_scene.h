// The graph that is open as items: follows the document, keeps the selection by id, answers what lies where. Decides nothing:
// whether a wire may be drawn is the document's word.
#pragma once

#include <map>
#include <set>
#include <span>
#include <vector>

#include <QGraphicsScene>

#include "ui/canvas/node_item.h"
#include "ui/canvas/wire_item.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

using WireSet = std::set<Wire, WireOrder>;

struct CanvasSelection {
    std::set<LayerId> layers;
    WireSet wires;
    bool empty() const { return layers.empty() && wires.empty(); }
    bool operator==(const CanvasSelection &) const = default;
};

class CanvasScene : public QGraphicsScene
{
    Q_OBJECT
public:
    explicit CanvasScene(ProjectDocument &document, QObject *parent = nullptr);

    ProjectDocument &document() const { return m_document; }
    const std::map<LayerId, NodeItem *> &nodes() const { return m_nodes; }
    NodeItem *node(LayerId layer) const;  // null: there is none
    WireItem *wire(const Wire &wire) const;
    QRectF contentRect() const;  // of all cards; empty when there are none

    // What lies at a point; reach in scene units. Of several the nearest, of cards the uppermost. 0: no layer.
    LayerId layerAt(QPointF point) const;
    enum class Ends { Any, Inputs, Outputs };
    std::optional<PortRef> portAt(QPointF point, double reach, Ends ends = Ends::Any) const;
    std::optional<Wire> wireAt(QPointF point, double reach) const;
    std::vector<LayerId> layersIn(const QRectF &rect) const;

    const CanvasSelection &selection() const { return m_selection; }
    void select(CanvasSelection selection);
    void selectLayers(std::set<LayerId> layers) { select({std::move(layers), {}}); }

    // Shows cards elsewhere without touching the document, while they are being dragged.
    void previewPositions(const std::map<LayerId, QPointF> &positions);

    // The one thing under the cursor.
    void setHover(LayerId layer, const std::optional<PortRef> &port, const std::optional<Wire> &wire);
    // Where a dragged layer would go: a wire it would be inserted on, or a card it would be linked below.
    void offer(const std::optional<Wire> &wire, LayerId above);
    // How a card takes the end of a dragged wire. Cleared by clearMarks().
    void markTarget(LayerId layer, bool legal, const PortRef &port);
    void clearMarks();
    void setLifted(const std::optional<Wire> &wire);

signals:
    void selectionEdited();  // QGraphicsScene's own selection is not used: items come and go, ids stay
    void contentChanged();   // cards or wires were added, removed, moved or say something else

private:
    void sync();
    void showOther();
    void syncWires();
    // But those that are being moved: a wire does not give way to what may be dropped on it.
    std::vector<QRectF> cards(const std::map<LayerId, QPointF> &moved = {}) const;
    void placeWire(WireItem &item, std::span<const QRectF> cards) const;
    template <typename Change> void change(LayerId layer, Change &&apply);
    template <typename Change> void changeWire(const std::optional<Wire> &wire, Change &&apply);

    ProjectDocument &m_document;
    std::map<LayerId, NodeItem *> m_nodes;  // owned by the scene, like the wires
    std::map<Wire, WireItem *, WireOrder> m_wires;
    CanvasSelection m_selection;
    LayerId m_hovered = 0, m_offeredAbove = 0;
    std::optional<PortRef> m_hoveredPort;
    std::optional<Wire> m_hoveredWire, m_offeredWire, m_lifted;
    std::set<LayerId> m_marked;
    bool m_analysisShown = false;
};

}  // namespace trainyard::ui
