// The project that is open: network, data settings, training settings, undo. Everything the desktop shows and changes of
// a project goes through here; every change is one named step on the undo stack. UI thread; touches no file.
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

namespace trainyard::ui {

class ProjectDocument : public QObject
{
    Q_OBJECT
public:
    explicit ProjectDocument(QObject *parent = nullptr);

    const Project &project() const { return m_project; }
    const Graph &graph() const { return m_project.graph; }
    const DataConfig &data() const { return m_project.data; }
    const TrainingConfig &training() const { return m_project.training; }
    // Always of the graph as it is now, and of the data signature where that is known.
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

    // --- editing the network; positions are canvas coordinates of the card's top left corner ---
    LayerId addLayer(const std::string &type, QPointF position);
    LayerId addLayerOnWire(const std::string &type, const Wire &wire, QPointF position);  // in between
    LayerId addLayerBelow(const std::string &type, LayerId above, QPointF position);      // and linked to it
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
    void applyFix(const Fix &fix);
    void autoLayout();

    // The layers and the wires among them as text; paste gives the new layers, beside the old ones or around `center`.
    QByteArray copy(const std::vector<LayerId> &layers) const;
    std::vector<LayerId> paste(const QByteArray &text, std::optional<QPointF> center);
    std::vector<LayerId> duplicate(const std::vector<LayerId> &layers);

    // --- the rest of the project ---
    void setData(const DataConfig &data, const QString &what);
    void setTraining(const TrainingConfig &training, const QString &what);
    void setName(const QString &name);

signals:
    void graphChanged();     // layers, wires, settings or positions; analysis() is already new
    void analysisChanged();  // also when only the data signature changed
    void dataChanged();
    void trainingChanged();
    void nameChanged();
    void projectReset();     // everything is another; follows the four above
    void modifiedChanged(bool modified);

private:
    friend class EditProjectCommand;
    void edit(const QString &what, Project changed, int mergeId = -1);
    void editGraph(const QString &what, Graph changed, int mergeId = -1);
    int mergeIdOf(const QString &what, const std::vector<LayerId> &layers) const;
    void apply(const Project &project);  // emits what differs
    void analyzeNow();

    Project m_project;
    GraphAnalysis m_analysis;
    std::optional<DataSignature> m_signature;
    QUndoStack m_undo;
    int m_typingSession = 0;
};

}  // namespace trainyard::ui
