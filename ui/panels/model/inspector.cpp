#include "ui/panels/model/inspector.h"

#include <algorithm>

#include <QLabel>
#include <QVBoxLayout>

#include "ui/controls/scroll_column.h"
#include "ui/models/project_document.h"
#include "ui/panels/model/block_fields.h"
#include "ui/panels/model/inspector_head.h"
#include "ui/panels/model/model_facts.h"
#include "ui/panels/model/parameter_field.h"
#include "ui/panels/model/placement_field.h"
#include "ui/panels/model/problem_row.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kMinimumWidth = 240;

QLabel *sectionTitle(const QString &text)
{
    auto *label = new QLabel(text);
    QFont strong = label->font();
    strong.setWeight(QFont::DemiBold);
    label->setFont(strong);
    return label;
}

QFrame *separator()
{
    auto *line = new QFrame;
    line->setProperty("line", true);
    line->setFixedHeight(1);
    return line;
}

const ParameterSpec *settingSpec(const LayerSpec &spec, const std::string &key)
{
    const auto found = std::find_if(spec.parameters.begin(), spec.parameters.end(),
                                    [&](const ParameterSpec &parameter) { return parameter.key == key; });
    return found == spec.parameters.end() ? nullptr : &*found;
}

// Whether one editor serves both: the same values are good for either.
bool isSameSetting(const ParameterSpec &a, const ParameterSpec &b)
{
    return a.key == b.key && a.label == b.label && a.kind == b.kind && a.unit == b.unit && a.choices == b.choices
           && a.minimum == b.minimum && a.maximum == b.maximum;
}

// A setting that another one switches off is not shown.
bool isInForce(const LayerSpec &spec, const ParameterSpec &parameter, const Layer &layer)
{
    const ParameterSpec *master = settingSpec(spec, parameter.onlyWhenKey);
    return !master || parameterText(*master, settingsOf(spec, layer).value(master->key)) == parameter.onlyWhenValue;
}

// The settings all these layers share, as the first of them declares them.
std::vector<const ParameterSpec *> commonSettings(const Graph &graph, const std::vector<LayerId> &layers)
{
    std::vector<const ParameterSpec *> common;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const Layer *layer = graph.find(layers[i]);
        const LayerSpec *spec = layer ? findLayer(layer->type) : nullptr;
        if (!spec)
            return {};
        if (i == 0)
            for (const ParameterSpec &parameter : spec->parameters)
                common.push_back(&parameter);
        std::erase_if(common, [&](const ParameterSpec *parameter) {
            const ParameterSpec *own = settingSpec(*spec, parameter->key);
            return !own || !isSameSetting(*own, *parameter);
        });
    }
    return common;
}

}  // namespace

Inspector::Inspector(ProjectDocument &document, QWidget *parent)
    : QFrame(parent), m_document(document), m_head(new InspectorHead(document)), m_block(new BlockFields(document)), m_fieldSection(new QWidget),
      m_memorySection(new QWidget), m_placement(new PlacementField(document)), m_facts(new FactTable), m_memory(new FactTable)
{
    setProperty("panel", true);
    setAccessibleName(tr("Inspector"));
    const auto bare = [](QVBoxLayout *layout, int spacing) {
        layout->setContentsMargins(0, 0, 0, 0);
        layout->setSpacing(spacing);
        return layout;
    };
    m_fieldLayout = bare(new QVBoxLayout(m_fieldSection), kSpaceS);
    m_fieldLayout->addWidget(separator());
    auto *memoryLayout = bare(new QVBoxLayout(m_memorySection), kSpaceM);
    memoryLayout->addWidget(separator());
    memoryLayout->addWidget(sectionTitle(tr("Memory")));
    memoryLayout->addWidget(m_memory);
    m_problemLayout = bare(new QVBoxLayout, kSpaceXs);

    auto *content = new QWidget;
    auto *layout = new QVBoxLayout(content);
    layout->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, kSpaceM);
    layout->setSpacing(kSpaceM);
    layout->addWidget(m_head);
    layout->addWidget(m_block);
    layout->addLayout(m_problemLayout);
    layout->addWidget(m_fieldSection);
    layout->addWidget(m_placement);
    layout->addWidget(separator());
    layout->addWidget(m_facts);
    layout->addWidget(m_memorySection);
    layout->addStretch(1);
    auto *scroll = new ScrollColumn(content, kMinimumWidth);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto *outer = bare(new QVBoxLayout(this), 0);
    outer->addWidget(scroll);

    connect(&document, &ProjectDocument::analysisChanged, this, &Inspector::refresh);
    connect(&document, &ProjectDocument::nameChanged, this, &Inspector::refresh);
    connect(&document, &ProjectDocument::placeChanged, this, &Inspector::refresh);
    connect(m_block, &BlockFields::ungroupRequested, this, &Inspector::ungroupRequested);
    rebuildFields();
    refresh();
}

void Inspector::setSelection(const std::vector<LayerId> &layers)
{
    if (layers == m_layers)
        return;
    m_head->setLayers(layers);  // first: a name being typed belongs to the layer that was selected
    m_document.endTyping();
    m_layers = layers;
    m_block->setLayers(layers);
    m_placement->setLayers(layers);
    rebuildFields();
    refresh();
}

void Inspector::setForecast(const std::optional<Forecast> &forecast)
{
    m_forecast = forecast;
    refreshFacts();
}

void Inspector::setDevices(const std::vector<DeviceInfo> &devices)
{
    m_placement->setDevices(devices);
}

void Inspector::focusName()
{
    if (m_layers.size() == 1)
        m_head->focusName();
}

void Inspector::focusFirstField()
{
    for (ParameterField *field : m_fields)
        if (!field->isHidden())
            return field->editor()->setFocus(Qt::ShortcutFocusReason);
    focusName();
}

void Inspector::refresh()
{
    const auto gone = [this](LayerId id) { return !m_document.shown().find(id); };
    if (std::erase_if(m_layers, gone) > 0)
        rebuildFields();
    m_block->setLayers(m_layers);
    m_placement->setLayers(m_layers);
    m_head->setLayers(m_layers);
    refreshFields();
    refreshProblems();
    refreshFacts();
}

void Inspector::rebuildFields()
{
    for (ParameterField *field : m_fields) {
        field->disconnect(this);
        field->hide();
        field->deleteLater();
    }
    m_fields.clear();
    const auto typeOf = [this](LayerId id) { return m_document.shown().find(id) ? m_document.shown().find(id)->type : std::string(); };
    const bool oneType = std::all_of(m_layers.begin(), m_layers.end(), [&](LayerId id) { return typeOf(id) == typeOf(m_layers.front()); });
    for (const ParameterSpec *parameter : commonSettings(m_document.shown(), m_layers)) {
        auto *field = new ParameterField(*parameter);
        field->setResettable(oneType);
        connect(field, &ParameterField::edited, this,
                [this, parameter](const ParameterValue &value) { m_document.setParameter(m_layers, parameter->key, value); });
        connect(field, &ParameterField::finished, this, [this] { m_document.endTyping(); });
        m_fieldLayout->addWidget(field);
        m_fields.push_back(field);
    }
    m_fieldSection->setVisible(!m_fields.empty());
}

void Inspector::refreshFields()
{
    for (ParameterField *field : m_fields) {
        const std::string &key = field->spec().key;
        std::optional<ParameterValue> common;
        bool mixed = false, inForce = true;
        for (const LayerId id : m_layers) {
            const Layer &layer = *m_document.shown().find(id);
            const LayerSpec *spec = findLayer(layer.type);
            if (!spec || !settingSpec(*spec, key))
                continue;
            inForce = inForce && isInForce(*spec, *settingSpec(*spec, key), layer);
            const ParameterValue &value = settingsOf(*spec, layer).value(key);
            mixed = mixed || (common && *common != value);
            common = value;
        }
        field->setVisible(inForce);
        field->setValue(mixed ? std::nullopt : common);
    }
}

void Inspector::refreshFacts()
{
    m_facts->setFacts(m_layers.empty() ? networkFacts(m_document, m_forecast) : layerFacts(m_document, m_layers, m_forecast));
    const std::vector<Fact> memory = m_layers.empty() && m_document.place().empty() ? memoryFacts(m_forecast) : std::vector<Fact>();
    m_memory->setFacts(memory);
    m_memorySection->setVisible(!memory.empty());
}

void Inspector::refreshProblems()
{
    for (ProblemRow *row : m_problems) {
        row->hide();
        row->deleteLater();  // its own button may be what was pressed
    }
    m_problems.clear();
    for (const Problem &problem : m_document.shownAnalysis().problems) {
        if (std::find(m_layers.begin(), m_layers.end(), problem.layer) == m_layers.end())
            continue;
        auto *row = new ProblemRow(problem, {});
        connect(row, &ProblemRow::fixRequested, this, [this](const Fix &fix) { m_document.applyFix(Fix(fix)); });
        m_problemLayout->addWidget(row);
        row->show();
        m_problems.push_back(row);
    }
}

}  // namespace trainyard::ui
