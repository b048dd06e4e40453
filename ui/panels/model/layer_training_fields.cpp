#include "ui/panels/model/layer_training_fields.h"

#include <algorithm>
#include <optional>

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/models/project_document.h"
#include "ui/panels/model/parameter_editor.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLabelWidth = 88, kResetWidth = 24;  // as in the fields above

ParameterSpec fieldSpec(const char *key, const char *label, ParameterKind kind, ParameterValue value, const char *help)
{
    ParameterSpec spec;
    spec.key = key;
    spec.label = label;
    spec.kind = kind;
    spec.defaultValue = std::move(value);
    spec.help = help;
    return spec;
}

const ParameterSpec &frozenSpec()
{
    static const ParameterSpec spec = fieldSpec(
        kFrozenKey, "Frozen", ParameterKind::Boolean, false, "The weights stay as they are, and batch norm keeps its running averages and takes them in training, too.");
    return spec;
}

const ParameterSpec &factorSpec()
{
    static const ParameterSpec spec = [] {
        ParameterSpec made = fieldSpec(kRateFactorKey, "Rate factor", ParameterKind::Real, 1.0,
                                       "The weights take the learning rate times this: below 1 for layers that are trained already.");
        made.minimum = kLeastRateFactor;
        made.maximum = kMostRateFactor;
        return made;
    }();
    return spec;
}

// What the list shows for an empty Layer::precision.
constexpr const char *kAsRun = "as_the_run";

const ParameterSpec &precisionSpec()
{
    static const ParameterSpec spec = [] {
        ParameterSpec made = fieldSpec(kPrecisionKey, "Precision", ParameterKind::Choice, std::string(kAsRun),
                                       "In a run in bfloat16 or float16 this layer computes in float32 all the same; what comes in and goes out is cast. "
                                       "Of a block: all layers in it.");
        made.choices = {kAsRun, kFloat32Exception};
        return made;
    }();
    return spec;
}

const ParameterSpec &recomputeSpec()
{
    static const ParameterSpec spec = fieldSpec(
        kRecomputeKey, "Recompute", ParameterKind::Boolean, false,
        "What the layer gives is not kept for the backward pass but worked out a second time in it: less memory, more work, the same numbers. A block "
        "keeps its output and works out the rest; of layers in a row, leave one out now and then. The forecast tells what it is worth.");
    return spec;
}

// What all have in common; absent: they differ.
template <typename Value, typename Get>
std::optional<ParameterValue> common(const std::vector<const Layer *> &layers, Get get)
{
    const Value first = get(*layers.front());
    const bool same = std::all_of(layers.begin(), layers.end(), [&](const Layer *layer) { return get(*layer) == first; });
    return same ? std::optional<ParameterValue>(first) : std::nullopt;
}

std::vector<const Layer *> layersOf(const ProjectDocument &document, const std::vector<LayerId> &ids)
{
    std::vector<const Layer *> layers;
    for (const LayerId id : ids)
        if (const Layer *layer = document.shown().find(id))
            layers.push_back(layer);
    return layers;
}

}  // namespace

LayerTrainingFields::LayerTrainingFields(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_frozen(ParameterEditor::create(frozenSpec())), m_factor(ParameterEditor::create(factorSpec())),
      m_precision(ParameterEditor::create(precisionSpec())), m_recompute(ParameterEditor::create(recomputeSpec())), m_mistake(new QLabel), m_ofWeights(new QWidget)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceS);
    auto *ofWeights = new QVBoxLayout(m_ofWeights);
    ofWeights->setContentsMargins(0, 0, 0, 0);
    ofWeights->setSpacing(kSpaceS);
    const auto add = [&](QVBoxLayout *to, const ParameterSpec &spec, ParameterEditor *editor) {
        const QString label = QString::fromStdString(spec.label), help = tr("<p><b>%1</b></p><p>%2</p>").arg(label, QString::fromStdString(spec.help));
        auto *name = new QLabel(label);
        name->setProperty("muted", true);
        name->setFixedWidth(kLabelWidth);
        name->setBuddy(editor);
        name->setToolTip(help);
        editor->setToolTip(help);
        auto *row = new QHBoxLayout;
        row->setSpacing(kSpaceS);
        row->addWidget(name);
        row->addWidget(editor, 1);
        row->addSpacing(kSpaceS + kResetWidth);
        to->addLayout(row);
        connect(editor, &ParameterEditor::finished, this, [this] { m_document.endTyping(); });
    };
    add(layout, precisionSpec(), m_precision);
    add(layout, recomputeSpec(), m_recompute);
    add(ofWeights, frozenSpec(), m_frozen);
    add(ofWeights, factorSpec(), m_factor);
    layout->addWidget(m_ofWeights);
    m_mistake->setProperty("error", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    layout->addWidget(m_mistake);
    connect(m_precision, &ParameterEditor::edited, this, [this](const ParameterValue &value) {
        const auto &chosen = std::get<std::string>(value);
        m_document.setPrecision(m_layers, chosen == kAsRun ? std::string() : chosen);
    });
    connect(m_recompute, &ParameterEditor::edited, this,
            [this](const ParameterValue &value) { m_document.setRecompute(m_layers, std::get<bool>(value)); });
    connect(m_frozen, &ParameterEditor::edited, this,
            [this](const ParameterValue &value) { m_document.setFrozen(m_layers, std::get<bool>(value)); });
    connect(m_factor, &ParameterEditor::edited, this,
            [this](const ParameterValue &value) { m_document.setLearningRateFactor(m_layers, std::get<double>(value)); });
    connect(m_factor, &ParameterEditor::rejected, this, [this](const QString &message) {
        m_mistake->setText(message);
        m_mistake->setVisible(!message.isEmpty());
    });
}

void LayerTrainingFields::setLayers(const std::vector<LayerId> &layers)
{
    if (layers != m_layers)
        m_mistake->hide();
    m_layers = layers;
    refresh();
}

bool LayerTrainingFields::isInUse() const
{
    const std::vector<const Layer *> layers = layersOf(m_document, m_layers);
    return std::any_of(layers.begin(), layers.end(), [](const Layer *layer) {
        return layer->frozen || layer->learningRateFactor != 1 || layer->recompute || !layer->precision.empty();
    });
}

void LayerTrainingFields::refresh()
{
    const std::vector<const Layer *> layers = layersOf(m_document, m_layers);
    const auto &facts = m_document.shownAnalysis().layers;
    const bool weights = std::any_of(layers.begin(), layers.end(), [&](const Layer *layer) {
        const auto found = facts.find(layer->id);
        return found != facts.end() && found->second.parameters > 0;
    });
    if (layers.empty())
        return;
    m_ofWeights->setVisible(weights || std::any_of(layers.begin(), layers.end(), [](const Layer *layer) {
        return layer->frozen || layer->learningRateFactor != 1;
    }));
    m_precision->setValue(common<std::string>(layers, [](const Layer &layer) { return layer.precision.empty() ? std::string(kAsRun) : layer.precision; }));
    m_recompute->setValue(common<bool>(layers, [](const Layer &layer) { return layer.recompute; }));
    m_frozen->setValue(common<bool>(layers, [](const Layer &layer) { return layer.frozen; }));
    m_factor->setValue(common<double>(layers, [](const Layer &layer) { return layer.learningRateFactor; }));
}

}  // namespace trainyard::ui
