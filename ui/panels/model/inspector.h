// The side panel that shows and changes what is selected: its settings, generated from the layers' specs, and what is
// known of it. Several layers: the settings they share. None: the network as a whole.
#pragma once

#include <optional>
#include <vector>

#include <QFrame>

#include "engine/api/forecast.h"

class QLabel;
class QVBoxLayout;

namespace trainyard::ui {

class BlockFields;
class FactTable;
class InspectorHead;
class ParameterField;
class PlacementField;
class ProblemRow;
class ProjectDocument;

class Inspector : public QFrame
{
    Q_OBJECT
public:
    // The document must outlive the inspector.
    explicit Inspector(ProjectDocument &document, QWidget *parent = nullptr);

    void setSelection(const std::vector<LayerId> &layers);
    const std::vector<LayerId> &selection() const { return m_layers; }
    // What a run would take; absent while unknown, and no memory is shown then.
    void setForecast(const std::optional<Forecast> &forecast);
    void setDevices(const std::vector<DeviceInfo> &devices);  // of this machine, once they are known
    void focusName();        // of the one selected layer
    void focusFirstField();  // or the name where there are no settings

    const std::vector<ParameterField *> &fields() const { return m_fields; }
    PlacementField *placement() const { return m_placement; }
    BlockFields *block() const { return m_block; }

signals:
    void ungroupRequested();  // of the selected block

private:
    void refresh();
    void rebuildFields();
    void refreshFields();
    void refreshFacts();
    void refreshProblems();

    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    std::optional<Forecast> m_forecast;
    InspectorHead *m_head;
    BlockFields *m_block;
    QVBoxLayout *m_fieldLayout, *m_problemLayout;
    QWidget *m_fieldSection, *m_memorySection;
    PlacementField *m_placement;
    FactTable *m_facts, *m_memory;
    std::vector<ParameterField *> m_fields;
    std::vector<ProblemRow *> m_problems;
};

}  // namespace trainyard::ui
