// On which device the selected layers compute: as the run, or one of their own; and how they are trained. Folded away under
// "Advanced" until it is opened or in use.
#pragma once

#include <string>
#include <vector>

#include <QStringList>
#include <QWidget>

#include "engine/backends/backend.h"
#include "engine/graph/graph.h"

class QComboBox;
class QToolButton;

namespace trainyard::ui {

class LayerTrainingFields;
class ProjectDocument;
class WeightsField;

class PlacementField : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the field.
    explicit PlacementField(ProjectDocument &document, QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerId> &layers);  // hidden where there are none, or one of an unknown type
    // Those of this machine; until they are known only the CPU and what the network names are offered.
    void setDevices(const std::vector<DeviceInfo> &devices);
    void refresh();

    QComboBox *box() const { return m_box; }
    QToolButton *fold() const { return m_fold; }
    LayerTrainingFields *training() const { return m_training; }
    WeightsField *weights() const { return m_weights; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // the wheel scrolls the panel

private:
    void fillBox();
    void open(bool open);

    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    std::vector<DeviceInfo> m_devices;
    std::vector<std::string> m_offered;  // per item of the box
    QStringList m_texts;
    QToolButton *m_fold;
    QWidget *m_content;
    QComboBox *m_box;
    LayerTrainingFields *m_training;
    WeightsField *m_weights;
};

}  // namespace trainyard::ui
