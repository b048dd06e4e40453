// What a person adds to the network: a layer, a block that the project has, or a built-in block, which brings its definition
// along. As text it travels from the palette to the canvas: "conv2d", "block:encoder", "built-in:residual".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <QString>

#include "engine/graph/graph.h"

namespace trainyard::ui {

struct LayerChoice {
    LayerChoice(std::string layerType) : type(std::move(layerType)) {}
    LayerChoice(const char *layerType) : type(layerType) {}
    static LayerChoice ofBlock(std::string definition);
    static LayerChoice ofBuiltIn(std::string builtIn);
    // Absent: no layer or built-in block of that name. Whether the project has the block is the document's to say.
    static std::optional<LayerChoice> fromText(std::string_view text);
    std::string text() const;

    const LayerSpec &spec() const;  // of the layer that is added
    QString title() const;
    QString summary() const;
    QString help() const;
    bool operator==(const LayerChoice &) const = default;

    std::string type;     // of the layer; kBlockType for blocks
    std::string block;    // the definition of the project...
    std::string builtIn;  // ...or the built-in block it stands for
};

// What is beside the layers of the catalog: the built-in blocks.
const std::vector<LayerChoice> &builtInChoices();
// The blocks of the project, by name, and inside a definition its own ends.
std::vector<LayerChoice> projectChoices(const Graph &network);
std::vector<LayerChoice> insideChoices();

}  // namespace trainyard::ui
