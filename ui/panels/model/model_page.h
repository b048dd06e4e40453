// The Model page: palette, canvas over the problem list, inspector; keeps the three of one mind about what is selected.
#pragma once

#include <optional>

#include <QWidget>

#include "engine/api/forecast.h"

class QAction;
class QSplitter;

namespace trainyard::ui {

class CanvasView;
class Inspector;
class Palette;
class ProblemList;
class ProjectDocument;

class ModelPage : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the page.
    explicit ModelPage(ProjectDocument &document, QWidget *parent = nullptr);

    void setForecast(const std::optional<Forecast> &forecast);  // absent while unknown
    void setDevices(const std::vector<DeviceInfo> &devices);    // of this machine, once they are known
    // And brings it into view. block: the definition it stands in, which is opened; empty: the network.
    void selectLayer(LayerId layer, const std::string &block = {});
    void showProblems();                                        // opens the list and puts the focus there
    int problemCount() const;

    CanvasView *canvas() const { return m_canvas; }
    Palette *palette() const { return m_palette; }
    Inspector *inspector() const { return m_inspector; }
    ProblemList *problemList() const { return m_problems; }

    // With their shortcuts, for the window's menus; owned by the page.
    QList<QAction *> menuActions() const;
    // Widths, heights, folded categories, whether problems are shown. Bytes of another kind change nothing.
    QByteArray saveLayout() const;
    void restoreLayout(const QByteArray &layout);

signals:
    void problemCountChanged(int count);

private:
    void makeActions();
    void addLayer(const std::string &choice);
    void refreshBlocks();
    void fitProblems(int count);

    ProjectDocument &m_document;
    Palette *m_palette;
    CanvasView *m_canvas;
    ProblemList *m_problems;
    Inspector *m_inspector;
    QSplitter *m_columns, *m_middle;
    QAction *m_separator, *m_find, *m_rename, *m_toggleProblems;
    int m_problemsHeight;  // while there are some
};

}  // namespace trainyard::ui
