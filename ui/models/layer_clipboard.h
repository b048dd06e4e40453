// Layers as text, for the clipboard: with the wires among them and the definitions of their blocks. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <QByteArray>
#include <QPointF>

#include "engine/graph/graph.h"

namespace trainyard::ui {

// Of layers of `shown`, which is the network or a definition of it. Empty where there are none.
QByteArray layersToText(const Graph &network, const Graph &shown, const std::vector<LayerId> &layers);

struct Pasted {
    Graph network;
    std::vector<LayerId> layers;
};
// Puts them into the network, or into the definition `inBlock` where that is not empty: beside those they were copied from, or
// around `center`. A definition that the network has differently comes along under another name.
// Errors for people: the text holds no layers; the block would contain itself.
Result<Pasted> withPasted(const Graph &network, const std::string &inBlock, const QByteArray &text, std::optional<QPointF> center);

// Refuses to put a block of this definition inside another.
Status canContain(const Graph &network, const std::string &outer, const std::string &inner);

}  // namespace trainyard::ui
