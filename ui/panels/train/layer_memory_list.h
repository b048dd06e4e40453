// Which layers hold the memory when most is in use: the largest with a bar each, the others in one line that unfolds, and what is of
// no layer. All lines together are the arena. As high as its lines; a line that is pressed names its layer.
#pragma once

#include <vector>

#include <QListWidget>

#include "engine/program/memory_plan.h"

namespace trainyard::ui {

class LayerMemoryList : public QListWidget {
    Q_OBJECT
public:
    explicit LayerMemoryList(QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerMemory> &layers);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void keyPressEvent(QKeyEvent *event) override;

signals:
    void layerChosen(const QString &name);  // "res1/conv2d", of the network without blocks

private:
    void showLines();
    void take(const QListWidgetItem *item);

    std::vector<LayerMemory> m_layers;  // those that hold anything, the largest first
    MemoryBytes m_ofNone;
    bool m_showAll = false;
};

}  // namespace trainyard::ui
