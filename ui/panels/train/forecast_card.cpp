#include "ui/panels/train/forecast_card.h"

#include <algorithm>
#include <array>

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPixmap>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "engine/graph/flatten.h"
#include "ui/panels/train/layer_memory_list.h"
#include "ui/panels/train/memory_bar.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

struct PartSpec {
    const char *name, *help;
    // Absent: not known. Parts beside the arena are shown only where there is something of them, or nobody knows.
    std::optional<std::uint64_t> (*bytes)(const Forecast &);
    bool besideArena = false;
};

template <std::uint64_t MemoryBytes::*Part>
std::optional<std::uint64_t> arenaPart(const Forecast &forecast)
{
    return forecast.bytes.*Part;
}

constexpr std::array kParts{
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Parameters"), QT_TRANSLATE_NOOP("ForecastCard", "Weights and running statistics."), arenaPart<&MemoryBytes::parameters>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Gradients"), QT_TRANSLATE_NOOP("ForecastCard", "Of the parameters, as far as they are alive at the peak."), arenaPart<&MemoryBytes::gradients>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Optimizer"), QT_TRANSLATE_NOOP("ForecastCard", "What the optimizer keeps for each parameter."), arenaPart<&MemoryBytes::optimizer>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Activations"), QT_TRANSLATE_NOOP("ForecastCard", "Outputs of the layers that the way back needs; they grow with the batch."), arenaPart<&MemoryBytes::activations>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Workspace"), QT_TRANSLATE_NOOP("ForecastCard", "Scratch memory of the kernels."), arenaPart<&MemoryBytes::workspace>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Data"), QT_TRANSLATE_NOOP("ForecastCard", "The gathered batch and the sums of the metrics."), arenaPart<&MemoryBytes::data>},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "Data set on the GPU"), QT_TRANSLATE_NOOP("ForecastCard", "All of it where it fits, else the batches on their way."),
             [](const Forecast &forecast) { return std::optional(forecast.deviceDataBytes); }, true},
    PartSpec{QT_TRANSLATE_NOOP("ForecastCard", "CUDA and its libraries"),
             QT_TRANSLATE_NOOP("ForecastCard", "What this program took of the GPU beside arena and data in earlier runs on this machine. Unknown until the first run has measured it."),
             [](const Forecast &forecast) { return forecast.overheadBytes; }, true},
};

QPixmap signOf(int slot)
{
    QPixmap sign(8, 8);
    sign.fill(Theme::instance().curveColor(slot));
    return sign;
}

QString text(const std::string &text)
{
    return QString::fromStdString(text);
}

void setState(QLabel *label, const char *state)
{
    for (const char *one : {"muted", "good", "error"})
        label->setProperty(one, qstrcmp(one, state) == 0);
    label->style()->unpolish(label);
    label->style()->polish(label);
}

}  // namespace

ForecastCard::ForecastCard(ProjectDocument &document, Forecaster &forecaster, QWidget *parent)
    : Card(tr("Memory forecast"), parent),
      m_document(document),
      m_forecaster(forecaster),
      m_bar(new MemoryBar),
      m_known(new QWidget),
      m_fold(new QToolButton),
      m_layers(new LayerMemoryList),
      m_verdict(new QLabel),
      m_reason(mutedLabel({})),
      m_notes(mutedLabel({})),
      m_largestText(mutedLabel({})),
      m_recompute(new QPushButton(tr("Recompute to fit"))),
      m_find(new QPushButton(tr("Largest batch that fits"))),
      m_use(new QPushButton)
{
    auto *known = new QVBoxLayout(m_known);
    known->setContentsMargins({});
    known->setSpacing(kSpaceS);
    known->addWidget(m_bar);
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpaceS);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(1, 1);
    for (int row = 0; row < static_cast<int>(kParts.size()); ++row) {
        const PartSpec &spec = kParts[static_cast<std::size_t>(row)];
        PartRow part{new QLabel, new QLabel(tr(spec.name)), new QLabel};
        part.name->setProperty("muted", true);
        part.name->setToolTip(tr(spec.help));
        part.bytes->setAlignment(Qt::AlignRight);
        part.bytes->setAccessibleName(tr(spec.name));
        grid->addWidget(part.sign, row, 0, Qt::AlignVCenter);
        grid->addWidget(part.name, row, 1);
        grid->addWidget(part.bytes, row, 2);
        m_parts.push_back(part);
    }
    known->addLayout(grid);
    m_fold->setText(tr("By layer"));
    m_fold->setAccessibleName(tr("Memory by layer"));
    m_fold->setObjectName(QStringLiteral("foldLayers"));
    m_fold->setCheckable(true);
    m_fold->setProperty("fold", true);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_fold->setIconSize({kSpaceL, kSpaceL});
    m_fold->setToolTip(tr("Which layers hold the arena at the moment of a step at which most is in use"));
    auto *layers = new QVBoxLayout;
    layers->setSpacing(0);
    layers->addWidget(m_fold, 0, Qt::AlignLeft);
    layers->addWidget(m_layers);
    known->addLayout(layers);
    showLayers(false);
    m_verdict->setWordWrap(true);
    m_verdict->setObjectName(QStringLiteral("verdict"));
    known->addWidget(m_verdict);
    m_recompute->setObjectName(QStringLiteral("recomputeToFit"));
    m_recompute->setAccessibleName(m_recompute->text());
    m_recompute->setToolTip(tr("Does not keep as much of the forward pass as it takes to fit, but works it out a second time in the backward pass: slower, with "
                               "the same numbers."));
    known->addWidget(m_recompute, 0, Qt::AlignLeft);
    m_notes->setObjectName(QStringLiteral("forecastNotes"));
    known->addWidget(m_notes);
    auto *largest = new QHBoxLayout;
    largest->setSpacing(kSpaceS);
    largest->addWidget(m_find);
    largest->addWidget(m_largestText, 1);
    largest->addWidget(m_use);
    known->addLayout(largest);
    content()->addWidget(m_known);
    m_reason->setObjectName(QStringLiteral("reason"));
    content()->addWidget(m_reason);
    m_find->setAccessibleName(m_find->text());
    m_use->setObjectName(QStringLiteral("useBatch"));
    m_find->setObjectName(QStringLiteral("findBatch"));

    connect(m_fold, &QToolButton::toggled, this, &ForecastCard::showLayers);
    connect(m_layers, &LayerMemoryList::layerChosen, this, &ForecastCard::requestLayer);
    connect(m_recompute, &QPushButton::clicked, this, [this] {
        TrainingConfig training = m_document.training();
        training.recompute = true;
        m_document.setTraining(training, tr("Recompute to fit"));
    });
    connect(m_find, &QPushButton::clicked, &forecaster, &Forecaster::findLargestBatch);
    connect(m_use, &QPushButton::clicked, this, [this] {
        TrainingConfig training = m_document.training();
        training.batchSize = m_use->property("batch").toLongLong();
        m_document.setTraining(training, tr("Set batch size to %1").arg(text(formatCount(training.batchSize))));
    });
    connect(&forecaster, &Forecaster::changed, this, &ForecastCard::showForecast);
    connect(&Theme::instance(), &Theme::changed, this, &ForecastCard::showForecast);
    showForecast();
}

bool ForecastCard::showsLayers() const
{
    return m_fold->isChecked();
}

void ForecastCard::showLayers(bool shown)
{
    m_fold->setChecked(shown);
    m_fold->setIcon(themeIcon(shown ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), ColorRole::Muted));
    m_layers->setVisible(shown);
}

// The forecast speaks of the network without blocks.
void ForecastCard::requestLayer(const QString &name)
{
    const FlatGraph flat = flatten(m_document.graph());
    const Layer *layer = flat.graph.findByName(name.toStdString());
    const auto origin = layer ? flat.origins.find(layer->id) : flat.origins.end();
    if (origin != flat.origins.end())  // it may be gone since
        emit layerRequested(origin->second.layer, origin->second.block);
}

void ForecastCard::showForecast()
{
    const auto &forecast = m_forecaster.forecast();
    m_known->setVisible(forecast.has_value());
    m_reason->setVisible(!forecast);
    if (!forecast) {
        setValue(tr("unknown"));
        m_reason->setText(m_forecaster.reason().isEmpty() ? tr("Being computed...") : m_forecaster.reason());
        return;
    }
    setValue(text(formatBytes(forecast->deviceBytes())));
    std::vector<MemoryBar::Part> parts;
    for (std::size_t i = 0; i < kParts.size(); ++i) {
        const auto bytes = kParts[i].bytes(*forecast);
        const bool shown = !kParts[i].besideArena || !bytes || *bytes > 0;
        for (QLabel *label : {m_parts[i].sign, m_parts[i].name, m_parts[i].bytes})
            label->setVisible(shown);
        parts.push_back({static_cast<int>(i), static_cast<double>(bytes.value_or(0))});
        m_parts[i].sign->setPixmap(signOf(static_cast<int>(i)));
        m_parts[i].bytes->setText(bytes ? text(formatBytes(*bytes)) : QStringLiteral("-"));
        m_parts[i].bytes->setToolTip(bytes ? tr("%1 bytes").arg(text(formatCount(static_cast<std::int64_t>(*bytes)))) : tr(kParts[i].help));
    }
    m_bar->setParts(std::move(parts));
    m_layers->setLayers(forecast->layers);
    m_bar->setToolTip(tr("%1 bytes in all").arg(text(formatCount(static_cast<std::int64_t>(forecast->deviceBytes())))));
    if (!forecast->available) {
        m_verdict->setText(tr("How much is free is not known here."));
        setState(m_verdict, "muted");
    } else if (forecast->fits()) {
        m_verdict->setText(tr("Fits: %1 of %2 free.").arg(text(formatBytes(forecast->deviceBytes())), text(formatBytes(*forecast->available))));
        setState(m_verdict, "muted");
    } else {
        m_verdict->setText(tr("Does not fit: it takes %1, and %2 are free. Make the batch of %3 smaller, or the network.")
                               .arg(text(formatBytes(forecast->deviceBytes())), text(formatBytes(*forecast->available)), text(formatCount(forecast->batchSize))));
        setState(m_verdict, "error");
    }
    m_recompute->setVisible(forecast->available && !forecast->fits() && !m_document.training().recompute);
    QStringList notes;
    if (const auto &again = forecast->recomputation) {
        const QString layers = again->layers.size() == 1 ? tr("1 layer") : tr("%1 layers").arg(again->layers.size());
        notes.append(tr("Without recomputation the arena is %1. Values of %2 are worked out a second time, %3 more work.")
                         .arg(text(formatBytes(again->arenaBytesWithout)), layers, text(formatPercent(again->extraFlops))));
        QStringList names;
        for (const std::string &layer : again->layers)
            names.append(text(layer));
        m_notes->setToolTip(names.join(QStringLiteral(", ")));
    } else {
        m_notes->setToolTip({});
    }
    for (const std::string &note : forecast->notes)
        notes.append(text(note));
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
    showLargest();
}

void ForecastCard::showLargest()
{
    const auto &forecast = m_forecaster.forecast();
    const auto found = m_forecaster.largestBatch();
    m_find->setVisible(!found && !m_forecaster.isSearching());
    m_find->setEnabled(forecast->available.has_value());
    m_use->hide();
    m_largestText->setVisible(found || m_forecaster.isSearching());
    if (m_forecaster.isSearching()) {
        m_largestText->setText(tr("Looking for the largest batch..."));
        return;
    }
    if (!found)
        return;
    if (*found == 0) {
        m_largestText->setText(tr("Not even a batch of 1 fits. Make the network smaller."));
        return;
    }
    // A batch is never larger than the training part.
    const auto &signature = m_document.dataSignature();
    const qint64 rows = signature && signature->trainRows > 0 ? signature->trainRows : *found;
    const qint64 batch = std::min(*found, rows);
    const QString count = text(formatCount(batch));
    m_largestText->setText(*found >= rows ? tr("All %1 training rows fit in one batch.").arg(count) : tr("The largest batch that fits is %1.").arg(count));
    m_use->setText(tr("Use %1").arg(count));
    m_use->setAccessibleName(tr("Use a batch size of %1").arg(count));
    m_use->setProperty("batch", batch);
    m_use->setVisible(batch != forecast->batchSize);
}

}  // namespace trainyard::ui
