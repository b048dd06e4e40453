// The Train page: settings and forecast at the left, the live run at the right.
#pragma once

#include <QList>
#include <QWidget>

#include "ui/bridge/data_loader.h"
#include "ui/bridge/forecaster.h"
#include "ui/bridge/live_run.h"
#include "ui/bridge/machine.h"
#include "ui/bridge/start_matcher.h"
#include "ui/models/project_document.h"

class QAction;
class QSplitter;

namespace trainyard::ui {

class ChartBoard;
class EventLog;
class FoldCard;
class ForecastCard;
class TrainingForm;

class TrainPage : public QWidget
{
    Q_OBJECT
public:
    // All must outlive the page.
    TrainPage(ProjectDocument &document, DataLoader &loader, Forecaster &forecaster, RunLibrary &library, StartMatcher &matcher, LiveRun &run,
              QWidget *parent = nullptr);

    void setMachine(const Machine &machine);  // the devices to choose from, once they are known
    QList<QAction *> menuActions() const { return m_actions; }
    QByteArray saveLayout() const;  // the splitter, smoothing, scale, whether the log is open, which groups are folded
    void restoreLayout(const QByteArray &layout);

signals:
    void startRequested();
    void layerRequested(trainyard::LayerId layer, const std::string &block);  // to be seen in its graph; block empty: the network

private:
    QList<FoldCard *> foldCards() const;

    QSplitter *m_splitter;
    ForecastCard *m_forecast;
    TrainingForm *m_form;
    ChartBoard *m_board;
    EventLog *m_log;
    QList<QAction *> m_actions;
};

}  // namespace trainyard::ui
