#include "ui/models/auto_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trainyard::ui {

namespace {

constexpr double kGrid = 4;

using Rows = std::vector<std::vector<LayerId>>;

Rows rowsOf(const Graph &graph)
{
    std::map<LayerId, std::size_t> row;
    std::size_t rowCount = 1;
    const auto order = graph.topologicalOrder();
    for (const LayerId id : order ? *order : std::vector<LayerId>()) {
        std::size_t below = 0;
        for (const Wire &wire : graph.wiresInto(id))
            if (const auto above = row.find(wire.from); above != row.end())
                below = std::max(below, above->second + 1);
        row[id] = below;
        rowCount = std::max(rowCount, below + 1);
    }
    Rows rows(rowCount);
    for (const Layer &layer : graph.layers())
        rows[row[layer.id]].push_back(layer.id);
    return rows;
}

double mean(const std::vector<double> &values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

std::vector<double> neighbourColumns(const std::vector<Wire> &wires, bool above, const std::map<LayerId, double> &column)
{
    std::vector<double> columns;
    for (const Wire &wire : wires)
        if (const auto at = column.find(above ? wire.from : wire.to); at != column.end())
            columns.push_back(at->second);
    return columns;
}

// Gives every layer of a row the column it wants, or the nearest that keeps one pitch of distance to its neighbours.
void place(std::vector<LayerId> &row, const std::map<LayerId, double> &wanted, std::map<LayerId, double> &column)
{
    std::stable_sort(row.begin(), row.end(), [&](LayerId a, LayerId b) { return wanted.at(a) < wanted.at(b); });
    double next = -std::numeric_limits<double>::infinity();
    double shift = 0;
    for (const LayerId id : row) {
        column[id] = std::max(wanted.at(id), next);
        shift += column[id] - wanted.at(id);
        next = column[id] + 1;
    }
    shift /= static_cast<double>(row.size());  // the row as a whole stays centred on what it wanted
    for (const LayerId id : row)
        column[id] -= shift;
}

}  // namespace

std::map<LayerId, QPointF> autoLayout(const Graph &graph)
{
    if (graph.layers().empty())
        return {};
    Rows rows = rowsOf(graph);
    std::map<LayerId, double> column;
    for (auto &row : rows) {
        std::map<LayerId, double> wanted;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const auto above = neighbourColumns(graph.wiresInto(row[i]), true, column);
            wanted[row[i]] = above.empty() ? static_cast<double>(i) - static_cast<double>(row.size() - 1) / 2 : mean(above);
        }
        place(row, wanted, column);
    }
    // Back up: a layer that feeds several moves over their middle.
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
        std::map<LayerId, double> wanted;
        for (const LayerId id : *row) {
            const auto below = neighbourColumns(graph.wiresOutOf(id), false, column);
            wanted[id] = below.empty() ? column[id] : mean(below);
        }
        place(*row, wanted, column);
    }

    double left = std::numeric_limits<double>::infinity(), top = left, firstColumn = left;
    for (const Layer &layer : graph.layers()) {
        left = std::min(left, layer.x);
        top = std::min(top, layer.y);
        firstColumn = std::min(firstColumn, column[layer.id]);
    }
    std::map<LayerId, QPointF> positions;
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (const LayerId id : rows[r])
            positions[id] = {left + std::round((column[id] - firstColumn) * kLayerColumnPitch / kGrid) * kGrid,
                             top + static_cast<double>(r) * kLayerRowPitch};
    return positions;
}

}  // namespace trainyard::ui
