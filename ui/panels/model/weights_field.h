// Whose weights the selected layer trains: its own, or those of another layer of the same kind. Hidden where it has none, or
// there is no other.
#pragma once

#include <string>
#include <vector>

#include <QWidget>

#include "engine/graph/graph.h"

class QComboBox;

namespace trainyard::ui {

class ProjectDocument;

class WeightsField : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the field.
    explicit WeightsField(ProjectDocument &document, QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerId> &layers);
    void refresh();
    bool isInUse() const;  // the layer uses another's

    QComboBox *box() const { return m_box; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // the wheel scrolls the panel

private:
    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    std::vector<std::string> m_offered;  // per item of the box
    QComboBox *m_box;
};

}  // namespace trainyard::ui
