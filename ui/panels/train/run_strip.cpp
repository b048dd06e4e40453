#include "ui/panels/train/run_strip.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/models/run_text.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

const QString kUnknown = QStringLiteral("-");

QString text(const std::string &text)
{
    return QString::fromStdString(text);
}

QString stateText(TrainState state, bool active)
{
    switch (state) {
    case TrainState::Preparing: return RunStrip::tr("Preparing");
    case TrainState::Running: return RunStrip::tr("Running");
    case TrainState::Paused: return RunStrip::tr("Paused");
    case TrainState::Stopping: return RunStrip::tr("Stopping");
    case TrainState::Finished: return active ? RunStrip::tr("Saving") : RunStrip::tr("Finished");
    case TrainState::Stopped: return active ? RunStrip::tr("Saving") : RunStrip::tr("Stopped");
    case TrainState::Failed: return RunStrip::tr("Failed");
    }
    return {};
}

QString timeText(std::optional<double> seconds)
{
    if (!seconds)
        return kUnknown;
    // Whole seconds: tenths would only flicker.
    const auto whole = static_cast<qint64>(*seconds + 0.5);
    return whole < 60 ? RunStrip::tr("%1 s").arg(whole) : text(formatDuration(static_cast<double>(whole)));
}

QPushButton *button(const QString &label, const char *icon, const QString &help, ColorRole role = ColorRole::Text)
{
    auto *button = new QPushButton(themeIcon(QLatin1String(icon), role), label);
    button->setAccessibleName(label);
    button->setToolTip(help);
    return button;
}

}  // namespace

RunStrip::RunStrip(LiveRun &run, QWidget *parent)
    : QFrame(parent), m_run(run), m_start(button(tr("Start"), "start", tr("Train the network (F5)"), ColorRole::OnAccent)),
      m_pause(button(tr("Pause"), "pause", tr("Rest at the next step (F6)"))),
      m_resume(button(tr("Resume"), "resume", tr("Go on with the paused run (F6)"))),
      m_stop(button(tr("Stop"), "stop", tr("End at the next step and save a checkpoint (Shift+F5)"))),
      m_save(button(tr("Save checkpoint"), "checkpoint", tr("Write the weights and everything needed to resume, now"))),
      m_invitation(new QLabel(tr("Train the network and watch it learn: every curve below is drawn live."))), m_error(new QLabel), m_figures(new QWidget),
      m_epochBar(new QProgressBar)
{
    setProperty("card", true);
    m_start->setProperty("primary", true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceS, kSpaceM, kSpaceS);
    layout->setSpacing(kSpaceS);
    auto *line = new QHBoxLayout;
    line->setSpacing(kSpaceS);
    layout->addLayout(line);
    for (QPushButton *one : {m_start, m_pause, m_resume, m_stop, m_save})
        line->addWidget(one, 0, Qt::AlignVCenter);
    line->addSpacing(kSpaceS);
    m_invitation->setProperty("muted", true);
    line->addWidget(m_invitation, 1);

    auto *figures = new QHBoxLayout(m_figures);
    figures->setContentsMargins({});
    figures->setSpacing(kSpaceL);
    m_state = addFigure(figures, tr("State"), tr("Preparing"));
    m_epoch = addFigure(figures, tr("Epoch"), QStringLiteral("100 / 100"));
    m_epochBar->setTextVisible(false);
    m_epochBar->setFixedHeight(4);
    m_epochBar->setRange(0, 1000);
    m_epochBar->setStyleSheet(QStringLiteral("QProgressBar { border: none; border-radius: 2px; background: palette(midlight); }"
                                             "QProgressBar::chunk { border-radius: 2px; background: palette(highlight); }"));
    m_epochBar->setAccessibleName(tr("Progress of the run"));
    m_epoch.box->layout()->addWidget(m_epochBar);
    m_step = addFigure(figures, tr("Step"), QStringLiteral("100,000"));
    m_loss = addFigure(figures, tr("Loss"), QStringLiteral("0.00000"));
    m_metric = addFigure(figures, tr("Metric"), QStringLiteral("0.00000"));
    m_best = addFigure(figures, tr("Best"), QStringLiteral("0.00000"));
    m_speed = addFigure(figures, tr("Samples/s"), QStringLiteral("1,000,000"));
    m_left = addFigure(figures, tr("Time left"), QStringLiteral("10:00:00"));
    figures->addStretch(1);
    m_figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    line->addWidget(m_figures, 1);
    m_invitation->setMinimumHeight(m_figures->sizeHint().height());  // nothing moves when the first run begins
    m_error->setProperty("error", true);
    m_error->setWordWrap(true);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_error->setObjectName(QStringLiteral("runError"));
    layout->addWidget(m_error);

    connect(m_start, &QPushButton::clicked, this, &RunStrip::startRequested);
    connect(m_pause, &QPushButton::clicked, &run, &LiveRun::pause);
    connect(m_resume, &QPushButton::clicked, &run, &LiveRun::resume);
    connect(m_stop, &QPushButton::clicked, &run, &LiveRun::stop);
    connect(m_save, &QPushButton::clicked, &run, &LiveRun::saveCheckpoint);
    connect(&run, &LiveRun::progressChanged, this, &RunStrip::showRun);
    connect(&run, &LiveRun::ended, this, &RunStrip::showRun);
    showRun();
}

RunStrip::Figure RunStrip::addFigure(QHBoxLayout *layout, const QString &caption, const QString &widestValue)
{
    Figure figure{new QWidget, new QLabel(caption), new QLabel(kUnknown)};
    auto *box = new QVBoxLayout(figure.box);
    box->setContentsMargins({});
    box->setSpacing(2);
    QFont small = figure.caption->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    figure.caption->setFont(small);
    figure.caption->setProperty("muted", true);
    figure.value->setMinimumWidth(figure.value->fontMetrics().horizontalAdvance(widestValue));
    figure.value->setAccessibleName(caption);
    box->addWidget(figure.caption);
    box->addWidget(figure.value);
    box->setAlignment(Qt::AlignVCenter);
    layout->addWidget(figure.box, 0, Qt::AlignTop);
    return figure;
}

void RunStrip::showRun()
{
    showButtons();
    m_invitation->setVisible(!m_run.hasRun());
    m_figures->setVisible(m_run.hasRun());
    const TrainProgress &progress = m_run.progress();
    m_error->setVisible(progress.error.has_value());
    if (progress.error)
        m_error->setText(text(progress.error->message));
    if (!m_run.hasRun())
        return;
    const auto number = [](const std::optional<double> &value) { return value ? text(formatSignificant(*value)) : kUnknown; };
    const QString metric = text(progress.metricName);
    const auto metricNumber = [&](const std::optional<double> &value) { return value ? metricValueText(metric, *value) : kUnknown; };

    m_state.value->setText(stateText(progress.state, m_run.isActive()));
    const QString epoch = text(formatCount(progress.epochShown()));
    const bool known = progress.stepsPerEpoch > 0 || progress.epochs > 0;
    m_epoch.value->setText(!known ? kUnknown : progress.epochs > 0 ? QStringLiteral("%1 / %2").arg(epoch, text(formatCount(progress.epochs))) : epoch);
    m_epochBar->setValue(static_cast<int>(1000.0 * progress.share().value_or(0.0)));
    m_step.value->setText(text(formatCount(progress.step)));
    const bool validated = progress.validationLoss.has_value();
    m_loss.caption->setText(validated ? tr("Validation loss") : tr("Loss"));
    m_loss.value->setText(number(validated ? progress.validationLoss : progress.trainLoss));
    if (!metric.isEmpty())
        m_metric.caption->setText(seriesTitle(metric));
    const bool hasMetric = metric != QLatin1String("loss");
    m_metric.box->setProperty("wanted", hasMetric);
    m_metric.value->setText(metricNumber(progress.validationMetric ? progress.validationMetric : progress.trainMetric));
    m_best.value->setText(metricNumber(progress.bestMetric));
    m_speed.value->setText(number(progress.samplesPerSecond));
    fitFigures();
    m_left.value->setText(progress.state == TrainState::Running || progress.state == TrainState::Paused ? timeText(progress.secondsLeft) : kUnknown);
}

// A narrow page shows the figures that matter most.
void RunStrip::fitFigures()
{
    int left = m_figures->width();
    for (const Figure *figure : {&m_state, &m_epoch, &m_loss, &m_metric, &m_left, &m_speed, &m_best, &m_step}) {
        const QVariant wanted = figure->box->property("wanted");
        const int width = figure->box->sizeHint().width();
        const bool fits = (!wanted.isValid() || wanted.toBool()) && width <= left;
        figure->box->setVisible(fits);
        if (fits)
            left -= width + kSpaceL;
    }
}

void RunStrip::resizeEvent(QResizeEvent *)
{
    if (m_run.hasRun())
        fitFigures();
}

void RunStrip::showButtons()
{
    const bool active = m_run.isActive();
    const TrainState state = m_run.progress().state;
    const bool going = active && (state == TrainState::Running || state == TrainState::Paused);
    m_start->setVisible(!active);
    m_pause->setVisible(active && state != TrainState::Paused);
    m_pause->setEnabled(state == TrainState::Running);
    m_resume->setVisible(active && state == TrainState::Paused);
    m_stop->setVisible(active);
    m_stop->setEnabled(going || state == TrainState::Preparing);
    m_save->setVisible(active);
    m_save->setEnabled(going);
}

}  // namespace trainyard::ui
