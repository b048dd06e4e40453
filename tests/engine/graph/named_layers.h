// Networks drawn layer by layer with names of their own, for tests.
#pragma once

#include <stdexcept>

#include "engine/graph/graph.h"

namespace trainyard::test {

// Below all that are there, fed by these in the order of its ports.
inline LayerId addNamed(Graph &graph, const std::string &type, const std::string &name, const std::vector<LayerId> &sources = {},
                        const ParameterMap &settings = {}, double x = 0)
{
    const LayerId id = graph.add(type, x, 80.0 * static_cast<double>(graph.layers().size()));
    graph.edit(id)->name = name;
    graph.edit(id)->parameters = settings;
    int port = 0;
    for (const LayerId source : sources)
        if (!graph.connect({source, id, port++}))
            throw std::runtime_error(name + " cannot be connected");
    return id;
}

}  // namespace trainyard::test
