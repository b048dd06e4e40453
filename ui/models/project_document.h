// The project that is open: network, data settings, training settings, undo. Everything the desktop shows and changes of
// a project goes through here; every change is one named step on the undo stack. UI thread; touches no file.
//
// One graph of the project is open at a time: the network, or the definition of a block. It is what the canvas shows; edits
// of layers and wires are edits of it, and their ids are its own.
//
// Graph, DataConfig and TrainingConfig are values, so a step keeps the value before and after: undo cannot drift.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QPointF>
#include <QUndoStack>

#include "engine/api/project.h"
#include "engine/graph/analysis.h"
#include "ui/models/layer_choice.h"
#include "ui/models/open_place.h"

namespace trainyard::ui {

class ProjectDocument : public QObject
{
    Q_OBJECT
public:
    explicit ProjectDocument(QObject *parent = nullptr);

    const Project &project() const { return m_project; }
    const Graph &graph() const { return m_project.graph; }  // the whole network
    const DataConfig &data() const { return m_project.data; }
    const TrainingConfig &training() const { return m_project.training; }
    // Always of the network as it is now, and of the data signature where that is known.
    const GraphAnalysis &analysis() const { return m_analysis; }
    std::shared_ptr<const Project> snapshot() const { return std::make_shared<const Project>(m_project); }

    QUndoStack *undoStack() { return &m_undo; }
    bool isModified() const { return !m_undo.isClean(); }

    // Takes another project; the undo stack is emptied. modified: not what is on the disk (recovered after a crash).
    void reset(Project project, bool modified = false);
    void markSaved() { m_undo.setClean(); }
    void setFolder(const std::filesystem::path &folder) { m_project.folder = folder; }

    // What the data set is, once it has been loaded; absent while unknown.
    void setDataSignature(const std::optional<DataSignature> &signature);
    const std::optional<DataSignature> &dataSignature() const { return m_signature; }

    // --- the open graph; going elsewhere is no edit ---
    const OpenPlace &place() const { return m_place; }
    const std::string &openBlock() const;  // the name of the definition; empty: the network is open
    const Graph &shown() const { return graphAt(m_project.graph, m_place); }
    const GraphAnalysis &shownAnalysis() const { return m_place.empty() ? m_analysis : m_shownAnalysis; }
    void open(const OpenPlace &place);
    void openBlock(LayerId block);  // of the open graph; nothing where its definition is missing
    void leaveBlock();              // to the graph around it

    // --- editing the open graph; positions are canvas coordinates of the card's top left corner ---
    // Whether it can stand here; the reason a person reads otherwise: a block in itself, a loss inside a block.
    Status canAdd(const LayerChoice &choice) const;
    // 0: canAdd() refuses it.
    LayerId addLayer(const LayerChoice &choice, QPointF position);
    LayerId addLayerOnWire(const LayerChoice &choice, const Wire &wire, QPointF position);  // in between
    LayerId addLayerBelow(const LayerChoice &choice, LayerId above, QPointF position);      // and linked to it
    void insertOnWire(LayerId layer, const Wire &wire, QPointF position);  // an unconnected layer that was there already
    // (a layer that cannot stand between, such as a loss, leaves the wire and is linked above only)
    void remove(const std::vector<LayerId> &layers, const std::vector<Wire> &wires);
    // Whether the wire could be drawn; the reason a person reads otherwise. Beside the graph's own rules it refuses what
    // the layer at the end could never take (a shape that does not fit while both ends are known).
    // instead: a wire that goes away in the same step, such as one whose end is dragged to another port.
    Status canConnect(const Wire &wire, const std::optional<Wire> &instead = {}) const;
    // Obeys the graph's own rules alone: a layer the wire breaks says so itself.
    Status connectWire(const Wire &wire, const std::optional<Wire> &instead = {});
    void disconnectWire(const Wire &wire);
    // continued: moves of the same layers in a row are one step, as with typing.
    void moveLayers(const std::map<LayerId, QPointF> &positions, bool continued = false);
    void rename(LayerId layer, const std::string &name);
    // One value for all these layers. Changes of the same setting of the same layers in a row while typing are one step:
    // between finishing and the next edit call endTyping().
    void setParameter(const std::vector<LayerId> &layers, const std::string &key, const ParameterValue &value);
    void endTyping() { ++m_typingSession; }
    void setDevice(const std::vector<LayerId> &layers, const std::string &device);  // empty: the run's
    void setFrozen(const std::vector<LayerId> &layers, bool frozen);
    void setLearningRateFactor(const std::vector<LayerId> &layers, double factor);  // merges while typed, as setParameter()
    void setWeightsOf(const std::vector<LayerId> &layers, const std::string &owner);      // empty: weights of their own
    void setPrecision(const std::vector<LayerId> &layers, const std::string &precision);  // empty: the run's
    void setRecompute(const std::vector<LayerId> &layers, bool recompute);
    void applyFix(const Fix &fix);
    void autoLayout();

    // The layers and the wires among them as text; paste gives the new layers, beside the old ones or around `center`.
    QByteArray copy(const std::vector<LayerId> &layers) const;
    // Errors for people: no layers in the text; a block would contain itself.
    Result<std::vector<LayerId>> paste(const QByteArray &text, std::optional<QPointF> center);
    std::vector<LayerId> duplicate(const std::vector<LayerId> &layers);

    // --- blocks ---
    Result<LayerId> group(const std::vector<LayerId> &layers);  // as one block of a new definition; errors say why not
    Status ungroup(LayerId block);
    Status renameBlock(const std::string &from, const std::string &to);
    Status removeBlock(const std::string &name);  // errors: a block stands for the definition

    // --- the rest of the project ---
    void setData(const DataConfig &data, const QString &what);
    void setTraining(const TrainingConfig &training, const QString &what);
    void setName(const QString &name);

signals:
    void graphChanged();     // layers, wires, settings or positions; analysis() is already new
    void analysisChanged();  // also when only the data signature changed
    void placeAboutToChange();  // everything is still as it was
    void placeChanged();        // another graph is open; shown() and shownAnalysis() are already of that
    void dataChanged();
    void trainingChanged();
    void nameChanged();
    void projectReset();     // everything is another; follows the four above
    void modifiedChanged(bool modified);

private:
    friend class EditProjectCommand;
    void edit(const QString &what, Project changed, int mergeId = -1);
    void editGraph(const QString &what, Graph changed, int mergeId = -1);   // the whole network
    void editShown(const QString &what, Graph changed, int mergeId = -1);   // the graph that is open
    struct Added {
        Graph network;
        LayerId layer;
    };
    // above: the layer it will be linked to, which tells a built-in block what comes to it; 0: none.
    Result<Added> withAdded(const LayerChoice &choice, QPointF position, LayerId above) const;
    Result<Added> withBuiltIn(const LayerChoice &choice, QPointF position, LayerId above) const;
    template <typename Change>
    void changeLayers(const std::vector<LayerId> &layers, const QString &what, Change change, const char *mergeKey = nullptr);
    template <typename Link>
    LayerId add(const QString &what, const LayerChoice &choice, QPointF position, LayerId above, Link &&link);
    int mergeIdOf(const QString &what, const std::vector<LayerId> &layers) const;
    void apply(const Project &project);  // emits what differs
    void analyzeNow();

    Project m_project;
    OpenPlace m_place;
    GraphAnalysis m_analysis;
    GraphAnalysis m_shownAnalysis;  // inside a definition; else m_analysis is it
    std::optional<DataSignature> m_signature;
    QUndoStack m_undo;
    int m_typingSession = 0;
};

}  // namespace trainyard::ui
