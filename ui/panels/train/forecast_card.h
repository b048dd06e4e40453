// What the next run would take in memory, part by part and layer by layer, against what is free; the largest batch that fits,
// and the step to recomputation where it does not.
#pragma once

#include <vector>

#include "ui/bridge/forecaster.h"
#include "ui/controls/card.h"
#include "ui/models/project_document.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace trainyard::ui {

class LayerMemoryList;
class MemoryBar;

class ForecastCard : public Card
{
    Q_OBJECT
public:
    // Both must outlive the card.
    ForecastCard(ProjectDocument &document, Forecaster &forecaster, QWidget *parent = nullptr);

    bool showsLayers() const;  // whether the list of layers is unfolded
    void showLayers(bool shown);

signals:
    void layerRequested(trainyard::LayerId layer,
                        const std::string &block);  // block: the definition it stands in; empty: the network

private:
    struct PartRow {
        QLabel *sign = nullptr, *name = nullptr, *bytes = nullptr;
    };
    void showForecast();
    void showLargest();
    void requestLayer(const QString &name);

    ProjectDocument &m_document;
    Forecaster &m_forecaster;
    MemoryBar *m_bar;
    QWidget *m_known;                // bar and parts
    std::vector<PartRow> m_parts;
    QToolButton *m_fold;  // of the list of layers
    LayerMemoryList *m_layers;
    QLabel *m_verdict, *m_reason, *m_notes, *m_largestText;
    QPushButton *m_recompute, *m_find, *m_use;
};

}  // namespace trainyard::ui
