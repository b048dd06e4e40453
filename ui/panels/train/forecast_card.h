// What the next run would take in memory, part by part, against what is free; the largest batch that fits,
// and the step to recomputation where it does not.
#pragma once

#include <vector>

#include "ui/bridge/forecaster.h"
#include "ui/controls/card.h"
#include "ui/models/project_document.h"

class QLabel;
class QPushButton;

namespace trainyard::ui {

class MemoryBar;

class ForecastCard : public Card
{
    Q_OBJECT
public:
    // Both must outlive the card.
    ForecastCard(ProjectDocument &document, Forecaster &forecaster, QWidget *parent = nullptr);

private:
    struct PartRow {
        QLabel *sign = nullptr, *name = nullptr, *bytes = nullptr;
    };
    void showForecast();
    void showLargest();

    ProjectDocument &m_document;
    Forecaster &m_forecaster;
    MemoryBar *m_bar;
    QWidget *m_known;                // bar and parts
    std::vector<PartRow> m_parts;
    QLabel *m_verdict, *m_reason, *m_notes, *m_largestText;
    QPushButton *m_recompute, *m_find, *m_use;
};

}  // namespace trainyard::ui
