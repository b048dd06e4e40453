// How the selected layers are trained: frozen or not, and at which share of the learning rate. Hidden where none of them has
// weights.
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

private:
    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    ParameterEditor *m_frozen, *m_factor;
    QLabel *m_mistake;
};

}  // namespace trainyard::ui
