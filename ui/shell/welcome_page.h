// What the window shows while no project is open: the projects opened lately, the samples, New and Open.
#pragma once

#include <vector>

#include <QScrollArea>

#include "engine/api/project.h"
#include "ui/bridge/recent_projects.h"

class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace trainyard::ui {

class WelcomePage : public QScrollArea
{
    Q_OBJECT
public:
    explicit WelcomePage(QWidget *parent = nullptr);

    void setRecent(const std::vector<RecentProject> &projects);
    void setSamples(const std::vector<Sample> &samples);

signals:
    void newRequested();
    void openRequested();                        // with a choice of folder
    void projectChosen(const QString &folder);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    struct Section {
        QLabel *title;
        QGridLayout *grid;
        std::vector<QWidget *> cards;
    };
    Section addSection(QVBoxLayout *layout, const QString &title);
    void fill(Section &section, std::vector<QWidget *> cards);
    void arrange(Section &section);

    QWidget *m_column;
    Section m_recent, m_samples;
    int m_columns = 3;
};

}  // namespace trainyard::ui
