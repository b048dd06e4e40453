// The learning-rate range test beside the learning rate: a button, then the curve with the suggestion, and one click takes it.
#pragma once

#include <QWidget>

#include "ui/bridge/rate_search.h"
#include "ui/models/project_document.h"

class QLabel;
class QPushButton;

namespace trainyard::ui {

class FunctionPlot;

class RateFinder : public QWidget
{
    Q_OBJECT
public:
    // document must outlive the finder.
    explicit RateFinder(ProjectDocument &document, QWidget *parent = nullptr);

    RateSearch &search() { return m_search; }
    void setRunning(bool running);  // while a run goes on the machine is its own

signals:
    void taken(double rate);

private:
    void showSearch();
    void close();

    ProjectDocument &m_document;
    RateSearch m_search;
    QPushButton *m_find, *m_take, *m_close;
    QWidget *m_result;
    FunctionPlot *m_plot;
    QLabel *m_words, *m_error;
    bool m_running = false, m_open = false;
};

}  // namespace trainyard::ui
