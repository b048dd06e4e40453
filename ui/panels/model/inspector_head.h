// The top of the inspector: what is selected, its name to edit, what it does.
#pragma once

#include <vector>

#include <QWidget>

#include "engine/graph/graph.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace trainyard::ui {

class ProjectDocument;

class InspectorHead : public QWidget
{
    Q_OBJECT
public:
    // The document must outlive the head.
    explicit InspectorHead(ProjectDocument &document, QWidget *parent = nullptr);

    void setLayers(const std::vector<LayerId> &layers);  // none: the network
    void focusName();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // Escape in the name field

private:
    void showNetwork();
    void showSeveral(const std::vector<LayerId> &layers);
    void showLayer(const Layer &layer);
    void setTexts(const QString &title, const QString &kind, const QString &summary, const QString &help);
    void commitName();

    ProjectDocument &m_document;
    std::vector<LayerId> m_layers;
    LayerId m_layer = 0;  // whose name is in the field
    std::string m_block;  // the definition it stands in
    QColor m_stripeColor;
    QWidget *m_stripe;
    QLabel *m_title, *m_kind, *m_summary, *m_help;
    QToolButton *m_more;
    QWidget *m_nameRow;
    QLineEdit *m_name;
};

}  // namespace trainyard::ui
