// Where the next run's weights come from: the seed, a past run or a file; what of it fits, before anything starts; and the two
// steps that go with it, freezing what was found and replacing the head. Each choice is an undo step.
#pragma once

#include <vector>

#include "ui/bridge/start_matcher.h"
#include "ui/controls/fold_card.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace trainyard::ui {

class MatchTable;

class StartCard : public FoldCard {
    Q_OBJECT
public:
    // All must outlive the card.
    StartCard(ProjectDocument &document, RunLibrary &library, StartMatcher &matcher, QWidget *parent = nullptr);

    void takeFile(const QString &path);  // what the dialog does with the file chosen there

private:
    void connectEverything();
    void chooseKind(StartKind kind);
    void chooseFile();
    void freezeMatched();
    void replaceOrKeepHead();
    void edit(const StartFrom &start, const QString &what);
    void showRuns(const std::vector<RunRecord> &runs);
    void showValues();
    void showMatch();
    void showHead(const QString &found);
    bool headIsLeftOut() const;

    ProjectDocument &m_document;
    RunLibrary &m_library;
    StartMatcher &m_matcher;
    std::vector<RunRecord> m_runs;
    QComboBox *m_kind, *m_run, *m_weights;
    QWidget *m_fileRow;
    QLineEdit *m_file;
    QCheckBox *m_byOrder;
    QLabel *m_runLabel, *m_weightsLabel, *m_summary, *m_mistake;
    MatchTable *m_table;
    QPushButton *m_freeze, *m_head;
};

}  // namespace trainyard::ui
