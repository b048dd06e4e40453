#include "engine/graph/replace_wires.h"

namespace trainyard {

void replaceWires(Graph &graph, const std::vector<Wire> &wires)
{
    while (!graph.wires().empty())
        graph.disconnect(Wire(graph.wires().back()));
    for (const Wire &wire : wires)
        graph.insertWire(wire);
}

}  // namespace trainyard
