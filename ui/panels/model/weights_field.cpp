#include "ui/panels/model/weights_field.h"

#include <algorithm>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>

#include "ui/models/project_document.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLabelWidth = 88, kResetWidth = 24;  // as in the fields above

// Layers whose weights it could use: of its type or definition, and not using its own in turn.
std::vector<std::string> ownersFor(const Graph &graph, const Layer &layer)
{
    std::vector<std::string> names;
    for (const Layer &other : graph.layers()) {
        if (other.id == layer.id || other.type != layer.type || other.block != layer.block)
            continue;
        const Result<std::string> owner = weightsOwner(graph, other);
        if (owner && *owner != layer.name)
            names.push_back(other.name);
    }
    return names;
}

}  // namespace

WeightsField::WeightsField(ProjectDocument &document, QWidget *parent) : QWidget(parent), m_document(document), m_box(new QComboBox)
{
    const QString help = tr("<p><b>Weights of</b></p><p>Both layers train the same weights: those of the layer chosen here, which must be of the "
                            "same kind and take inputs of the same size.</p>");
    auto *label = new QLabel(tr("Weights of"));
    label->setProperty("muted", true);
    label->setFixedWidth(kLabelWidth);
    label->setBuddy(m_box);
    label->setToolTip(help);
    m_box->setToolTip(help);
    m_box->setAccessibleName(tr("Shares weights with"));
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_box->installEventFilter(this);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpaceS);
    row->addWidget(label);
    row->addWidget(m_box, 1);
    row->addSpacing(kSpaceS + kResetWidth);
    connect(m_box, &QComboBox::activated, this,
            [this](int index) { m_document.setWeightsOf(m_layers, m_offered[static_cast<std::size_t>(index)]); });
    hide();
}

void WeightsField::setLayers(const std::vector<LayerId> &layers)
{
    m_layers = layers;
    refresh();
}

bool WeightsField::isInUse() const
{
    const Layer *layer = m_layers.size() == 1 ? m_document.shown().find(m_layers.front()) : nullptr;
    return layer && !layer->weightsOf.empty();
}

void WeightsField::refresh()
{
    const Layer *layer = m_layers.size() == 1 ? m_document.shown().find(m_layers.front()) : nullptr;
    const auto facts = m_document.shownAnalysis().layers.find(layer ? layer->id : 0);
    const bool weights = facts != m_document.shownAnalysis().layers.end() && facts->second.parameters > 0;
    std::vector<std::string> offered{""};
    if (layer && (weights || isInUse()))
        for (const std::string &name : ownersFor(m_document.shown(), *layer))
            offered.push_back(name);
    if (isInUse() && std::find(offered.begin(), offered.end(), layer->weightsOf) == offered.end())
        offered.push_back(layer->weightsOf);  // no such layer: analysis says so
    setVisible(offered.size() > 1);
    if (offered != m_offered) {  // an open list stays open
        const QSignalBlocker quiet(m_box);
        m_box->clear();
        for (const std::string &name : offered)
            m_box->addItem(name.empty() ? tr("Its own") : QString::fromStdString(name));
        m_offered = std::move(offered);
    }
    if (!layer)
        return;
    const QSignalBlocker quiet(m_box);
    m_box->setCurrentIndex(static_cast<int>(std::find(m_offered.begin(), m_offered.end(), layer->weightsOf) - m_offered.begin()));
}

bool WeightsField::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_box && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace trainyard::ui
