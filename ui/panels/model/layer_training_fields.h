// How the selected layers are trained: in float32 or as the run, kept or worked out a second time, and, of those with weights,
// frozen or not and at which share of the learning rate.
#pragma once

#include <vector>

#include <QWidget>

#include "engine/graph/graph.h"

class QLabel;

namespace trainyard::ui {

class ParameterEditor;
class ProjectDocument;

class LayerTrainingFields : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the fields.
    explicit LayerTrainingFields(ProjectDocument &document, QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerId> &layers);
    void refresh();
    bool isInUse() const;  // one of the layers is not as it came

    ParameterEditor *frozen() const { return m_frozen; }
    ParameterEditor *factor() const { return m_factor; }
    ParameterEditor *precision() const { return m_precision; }
    ParameterEditor *recompute() const { return m_recompute; }

private:
    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    ParameterEditor *m_frozen, *m_factor, *m_precision, *m_recompute;
    QLabel *m_mistake;
    QWidget *m_ofWeights;  // the two rows for layers with weights
};

}  // namespace trainyard::ui
