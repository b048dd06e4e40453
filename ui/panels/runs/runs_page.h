// The Runs page: every past run of the project, and the comparison of those selected. Asks the history in the background
// and edits it at once.
#pragma once

#include <vector>

#include <QList>
#include <QTimer>
#include <QWidget>

#include "ui/bridge/live_run.h"
#include "ui/bridge/run_library.h"
#include "ui/models/project_document.h"
#include "ui/models/run_table_model.h"

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QSplitter;
class QStackedWidget;

namespace trainyard::ui {

class NoticeBar;
class RunComparison;
class RunTable;

class RunsPage : public QWidget
{
    Q_OBJECT
public:
    // All three must outlive the page.
    RunsPage(ProjectDocument &document, RunLibrary &library, LiveRun &live, QWidget *parent = nullptr);
    ~RunsPage() override;

    QList<QAction *> menuActions() const;
    QByteArray saveLayout() const;
    void restoreLayout(const QByteArray &layout);

    RunTable *table() const { return m_table; }
    void exportTo(const QString &path);  // the points of the selected runs, in the background

signals:
    void resumeRequested(qint64 runId);
    void startRequested();
    void startFromTaken();  // the next run starts from the one selected: the project's settings say so now

protected:
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeToolBar();
    void makeActions();
    void connectEverything();
    void tick();
    void takeRuns(const std::vector<RunRecord> &runs);
    void showFailure(const QString &message);
    void loadSelection();
    void updateActions();
    void updateCount();
    void deleteSelected();
    void useNetwork();
    void startFromSelected();
    void chooseExportFile();
    void saySomething(const QString &text);  // a message that goes with the next one

    ProjectDocument &m_document;
    RunLibrary &m_library;
    LiveRun &m_live;
    RunTableModel m_model;
    QTimer m_tick, m_selectionDelay;
    int m_ticks = 0, m_asked = 0;  // m_asked counts loads of details: answers of earlier ones are dropped
    bool m_loaded = false;         // the history of this project has been read
    std::vector<qint64> m_toSelect;
    int m_deleteStep = -1;  // the undo stack's index after the deletion the notice speaks of

    NoticeBar *m_notice;
    QStackedWidget *m_pages;
    QSplitter *m_split;
    RunTable *m_table;
    RunComparison *m_comparison;
    QLineEdit *m_filter;
    QLabel *m_count;
    QMenu *m_menu;
    QAction *m_find, *m_rename, *m_tags, *m_resume, *m_startFrom, *m_useNetwork, *m_export, *m_delete;
    QByteArray m_verticalLayout, m_horizontalLayout;  // of m_split in each orientation
};

}  // namespace trainyard::ui
