// How the document edits blocks and their definitions.
#include <algorithm>

#include "engine/blocks/built_in_blocks.h"
#include "engine/graph/block_edits.h"
#include "ui/models/layer_clipboard.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

namespace {

QString text(const std::string &utf8)
{
    return QString::fromStdString(utf8);
}

bool hasOutput(const Graph &body)
{
    return std::any_of(body.layers().begin(), body.layers().end(), [](const Layer &layer) { return layer.type == kBlockOutputType; });
}

// "block1", of which there is neither a definition nor a layer.
std::string freshBlockName(const Graph &network, const Graph &shown)
{
    for (int number = 1;; ++number)
        if (std::string name = fmt::format("block{}", number); !network.findBlock(name) && !shown.findByName(name))
            return name;
}

}  // namespace

Status ProjectDocument::canAdd(const LayerChoice &choice) const
{
    const bool inside = !m_place.empty(), isEnd = choice.type == kBlockInputType || choice.type == kBlockOutputType;
    if (isEnd && !inside)
        return fail(ErrorCode::InvalidGraph, "A {} belongs inside the definition of a block. Open one first.",
                    choice.type == kBlockInputType ? "block input" : "block output");
    if (choice.type == kBlockOutputType && hasOutput(shown()))
        return fail(ErrorCode::InvalidGraph, "{} has its output already: a block gives one value.", openBlock());
    const Category category = choice.spec().category;
    if (inside && !isEnd && (category == Category::Input || category == Category::Loss))
        return fail(ErrorCode::InvalidGraph, "{} cannot stand inside the block {}: the {} belongs to the whole network.",
                    choice.spec().title, openBlock(), category == Category::Loss ? "loss" : "input layer");
    if (choice.block.empty())
        return {};
    if (!m_project.graph.findBlock(choice.block))
        return fail(ErrorCode::InvalidGraph, "The project has no block {}.", choice.block);
    return canContain(m_project.graph, openBlock(), choice.block);
}

// Its settings are those for the shape of what comes to it, where that is known.
Result<ProjectDocument::Added> ProjectDocument::withBuiltIn(const LayerChoice &choice, QPointF position, LayerId above) const
{
    const BuiltInBlock &builtIn = *findBuiltInBlock(choice.builtIn);
    ParameterMap proposed;
    const auto facts = shownAnalysis().layers.find(above);
    if (facts != shownAnalysis().layers.end() && facts->second.output)
        proposed = settingsFor(choice.builtIn, *facts->second.output);
    TRAINYARD_TRY(BlockEdit edit, addBuiltInBlock(m_project.graph, openBlock(), choice.builtIn, LayerSettings(builtIn.settings, proposed),
                                                  position.x(), position.y()));
    return Added{std::move(edit.graph), edit.block};
}

Result<LayerId> ProjectDocument::group(const std::vector<LayerId> &layers)
{
    const std::string name = freshBlockName(m_project.graph, shown());
    TRAINYARD_TRY(BlockEdit edit, groupLayers(m_project.graph, openBlock(), layers, name));
    editGraph(tr("Group %1 layers as %2").arg(layers.size()).arg(text(name)), std::move(edit.graph));
    return edit.block;
}

Status ProjectDocument::ungroup(LayerId block)
{
    const Layer *layer = shown().find(block);
    if (!layer)
        return {};
    const QString what = tr("Ungroup %1").arg(text(layer->name));
    TRAINYARD_TRY(Graph changed, trainyard::ungroup(m_project.graph, openBlock(), block));
    editGraph(what, std::move(changed));
    return {};
}

Status ProjectDocument::renameBlock(const std::string &from, const std::string &to)
{
    const std::string wanted = text(to).trimmed().toStdString();
    if (wanted.empty() || wanted == from)
        return {};
    TRAINYARD_TRY(Graph changed, trainyard::renameBlock(m_project.graph, from, wanted));
    editGraph(tr("Rename block %1 to %2").arg(text(from), text(wanted)), std::move(changed));
    return {};
}

Status ProjectDocument::removeBlock(const std::string &name)
{
    if (const auto uses = blockUses(m_project.graph, name); uses > 0)
        return fail(ErrorCode::InvalidGraph, "{} is in use {} time{}. Delete or ungroup those blocks first.", name, uses, uses == 1 ? "" : "s");
    Graph changed = m_project.graph;
    changed.removeBlock(name);
    editGraph(tr("Delete block %1").arg(text(name)), std::move(changed));
    return {};
}

}  // namespace trainyard::ui
