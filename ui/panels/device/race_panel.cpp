#include "ui/panels/device/race_panel.h"

#include <algorithm>
#include <array>

#include <QComboBox>
#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/bridge/device_choice.h"
#include "ui/panels/device/race_text.h"
#include "ui/panels/device/race_tracks.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr std::array kSeconds{5, 10, 30, 60};
constexpr int kUsualSeconds = 10, kBoxWidth = 216, kResultWidth = 224, kResultWidthSmall = 168, kNarrow = 900;
constexpr double kRatioSize = 3.4;

void mark(QWidget *widget, const char *name, bool on)
{
    if (widget->property(name).toBool() == on)
        return;
    widget->setProperty(name, on);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace

RacePanel::RacePanel(DeviceRace &race, QWidget *parent)
    : Card(tr("Race"), parent), m_race(race), m_first(new QComboBox), m_second(new QComboBox), m_seconds(new QComboBox),
      m_start(new QPushButton(themeIcon(QStringLiteral("race"), ColorRole::OnAccent), tr("Start race"))),
      m_cancel(new QPushButton(themeIcon(QStringLiteral("stop")), tr("Cancel"))), m_note(mutedLabel({})), m_error(new QLabel), m_ratio(new QLabel),
      m_verdict(mutedLabel({})), m_result(new QWidget), m_tracks(new RaceTracks)
{
    auto *line = new QHBoxLayout;
    line->setSpacing(kSpaceS);
    for (QComboBox *box : {m_first, m_second})
        box->setMinimumWidth(kBoxWidth);
    m_first->setObjectName(QStringLiteral("firstContestant"));
    m_first->setAccessibleName(tr("First device"));
    m_second->setObjectName(QStringLiteral("secondContestant"));
    m_second->setAccessibleName(tr("Second device"));
    m_seconds->setObjectName(QStringLiteral("raceSeconds"));
    m_seconds->setAccessibleName(tr("Seconds for each device"));
    for (const int seconds : kSeconds)
        m_seconds->addItem(tr("%1 s each").arg(seconds), seconds);
    m_seconds->setCurrentIndex(m_seconds->findData(kUsualSeconds));
    m_start->setObjectName(QStringLiteral("startRace"));
    m_start->setProperty("primary", true);
    m_start->setAccessibleName(m_start->text());
    m_start->setToolTip(tr("Train the open project on both devices, one after the other; nothing is recorded (Ctrl+Return)"));
    m_cancel->setObjectName(QStringLiteral("cancelRace"));
    m_cancel->setAccessibleName(tr("Cancel the race"));
    auto *against = new QLabel(tr("against"));
    against->setProperty("muted", true);
    line->addWidget(m_first);
    line->addWidget(against);
    line->addWidget(m_second);
    line->addSpacing(kSpaceS);
    line->addWidget(m_seconds);
    line->addStretch(1);
    line->addWidget(m_cancel);
    line->addWidget(m_start);
    content()->addLayout(line);
    m_error->setProperty("error", true);
    m_error->setWordWrap(true);
    m_error->setObjectName(QStringLiteral("raceError"));
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_error->hide();
    content()->addWidget(m_error);
    content()->addWidget(m_note);
    m_note->setObjectName(QStringLiteral("raceNote"));

    auto *body = new QHBoxLayout;
    body->setSpacing(kSpaceXl);
    body->addWidget(m_tracks, 1, Qt::AlignTop);
    auto *result = new QVBoxLayout(m_result);
    result->setContentsMargins({});
    result->setSpacing(kSpaceXs);
    m_ratio->setObjectName(QStringLiteral("raceRatio"));
    m_ratio->setAccessibleName(tr("How many times faster"));
    QFont large = m_ratio->font();
    large.setPointSizeF(large.pointSizeF() * kRatioSize);
    large.setWeight(QFont::DemiBold);
    m_ratio->setFont(large);
    m_verdict->setObjectName(QStringLiteral("raceVerdict"));
    m_verdict->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    result->addStretch(1);
    result->addWidget(m_ratio);
    result->addWidget(m_verdict);
    result->addStretch(1);
    body->addWidget(m_result, 0);
    content()->addLayout(body);

    connect(m_start, &QPushButton::clicked, this, [this] {
        m_error->hide();
        const auto chosen = [this](const QComboBox *box) { return m_choices[static_cast<std::size_t>(box->currentIndex())].contestant; };
        if (m_first->currentIndex() >= 0 && m_second->currentIndex() >= 0)
            emit startRequested({chosen(m_first), chosen(m_second)}, m_seconds->currentData().toDouble());
    });
    connect(m_cancel, &QPushButton::clicked, &race, &DeviceRace::cancel);
    for (QComboBox *box : {m_first, m_second})
        connect(box, &QComboBox::currentIndexChanged, this, &RacePanel::showRace);
    connect(&race, &DeviceRace::started, this, [this] { m_error->hide(); });
    connect(&race, &DeviceRace::changed, this, &RacePanel::showRace);
    connect(&race, &DeviceRace::ended, this, &RacePanel::showRace);
    showRace();
}

void RacePanel::setMachine(const Machine &machine)
{
    const auto contestantAt = [this](const QComboBox *box) {
        return box->currentIndex() >= 0 ? m_choices[static_cast<std::size_t>(box->currentIndex())].contestant : RaceContestant{};
    };
    const bool first = m_choices.empty();
    RaceContestant left = contestantAt(m_first), right = contestantAt(m_second);
    m_choices.clear();
    m_hasGpu = false;
    int most = 1;
    QString whyNone;
    std::optional<RaceContestant> gpu;
    for (const DeviceReport &device : machine.devices) {
        if (!device.usable || !device.device) {
            whyNone = QString::fromStdString((device.gpu ? device.name + ": " : std::string()) + device.verdict);
            continue;
        }
        const DeviceInfo &info = *device.device;
        if (isProcessor(info)) {
            most = std::max(1, info.threads);
            for (int threads = 1; threads <= most; threads = threads < most ? std::min(2 * threads, most) : most + 1)
                m_choices.push_back({RaceContestant{info.id, threads, Precision::Float32}, deviceText(info, threads)});
            continue;
        }
        for (const Precision precision : precisionsOf(info)) {
            const RaceContestant contestant{info.id, 0, precision};
            m_choices.push_back({contestant, tr("%1, %2").arg(deviceText(info, 0), precisionText(precision))});
            if (!gpu)
                gpu = contestant;
        }
        m_hasGpu = true;
    }
    setTitle(m_hasGpu ? tr("CPU against GPU") : tr("Race"));
    m_note->setText(m_hasGpu ? tr("Trains the open project on both, one after the other, and shows which is faster. Nothing is recorded.")
                    : machine.devices.empty()
                        ? tr("Looking for devices...")
                        : tr("There is no GPU to race against. %1 Until there is one, the processor races against itself: does another thread pay? "
                             "Nothing is recorded.")
                              .arg(whyNone));
    if (first) {
        left = m_hasGpu ? RaceContestant{"cpu", most} : RaceContestant{"cpu", 1};
        right = gpu ? *gpu : RaceContestant{"cpu", most};
    }
    fill(m_first, left);
    fill(m_second, right);
    if (!m_wanted.isEmpty() && !m_choices.empty())
        restoreChoice(std::exchange(m_wanted, {}));
    showRace();
}

void RacePanel::fill(QComboBox *box, const RaceContestant &wanted)
{
    const QSignalBlocker quiet(box);
    box->clear();
    int at = 0;
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        box->addItem(m_choices[i].text, QString::fromStdString(contestantText(m_choices[i].contestant)));
        if (m_choices[i].contestant == wanted)
            at = static_cast<int>(i);
    }
    box->setCurrentIndex(m_choices.empty() ? -1 : at);
}

void RacePanel::startOrCancel()
{
    m_race.isActive() ? m_cancel->click() : m_start->click();
}

void RacePanel::refuse(const QString &reason)
{
    m_error->setText(tr("The race cannot start. %1").arg(reason));
    m_error->show();
}

QStringList RacePanel::namesShown() const
{
    if (!m_race.hasRaced())
        return {m_first->currentText(), m_second->currentText()};
    QStringList names;
    for (const RaceLane &lane : m_race.state().lanes) {
        const auto known = std::find_if(m_choices.begin(), m_choices.end(), [&](const Choice &choice) { return choice.contestant == lane.contestant; });
        names += known != m_choices.end() ? known->text : QString::fromStdString(contestantText(lane.contestant));
    }
    return names;
}

void RacePanel::showRace()
{
    const RaceState &state = m_race.state();
    const QStringList names = namesShown();
    m_tracks->setRace(state, names);
    if (m_race.hasRaced())
        setValue(m_race.subject());
    if (state.error)
        refuse(QString::fromStdString(state.error->message));
    showRatio();
    showButtons();
}

// While the race goes on the ratio is that of the speeds so far, and looks like it.
void RacePanel::showRatio()
{
    const RaceState &state = m_race.state();
    const auto result = raceResult(state);
    double ratio = result ? result->ratio : 0;
    if (!result && !state.ended && state.lanes.size() == 2 && state.lanes[0].meanRate() && state.lanes[1].meanRate()) {
        const double first = *state.lanes[0].meanRate(), second = *state.lanes[1].meanRate();
        ratio = std::max(first, second) / std::min(first, second);
    }
    m_ratio->setText(ratio > 0 ? ratioText(ratio) : QString());
    mark(m_ratio, "muted", !result);
    mark(m_ratio, "good", result.has_value());
    m_verdict->setText(result           ? verdictText(state, namesShown())
                       : ratio > 0      ? tr("so far")
                       : !state.ended   ? QString()
                       : state.cancelled ? tr("Cancelled before there was a result.")
                                         : tr("No result: one of the two could not train this."));
    m_result->setVisible(m_race.hasRaced() && !state.error);  // from the start on, so that nothing moves later
}

void RacePanel::showButtons()
{
    const bool active = m_race.isActive();
    const bool focused = m_start->hasFocus() || m_cancel->hasFocus();
    m_start->setVisible(!active);
    m_start->setText(m_race.hasRaced() ? tr("Race again") : tr("Start race"));
    m_start->setEnabled(m_first->currentIndex() >= 0 && m_first->currentIndex() != m_second->currentIndex());
    m_cancel->setVisible(active);
    if (focused)
        (active ? m_cancel : m_start)->setFocus();  // the one that has taken the place of the other
    for (QComboBox *box : {m_first, m_second, m_seconds})
        box->setEnabled(!active && !m_choices.empty());
}

void RacePanel::resizeEvent(QResizeEvent *)
{
    m_result->setFixedWidth(width() >= kNarrow ? kResultWidth : kResultWidthSmall);
}

QByteArray RacePanel::saveChoice() const
{
    if (m_choices.empty())
        return m_wanted;
    QByteArray choice;
    QDataStream stream(&choice, QIODevice::WriteOnly);
    stream << m_first->currentData().toString() << m_second->currentData().toString() << m_seconds->currentData().toInt();
    return choice;
}

void RacePanel::restoreChoice(const QByteArray &choice)
{
    if (m_choices.empty()) {
        m_wanted = choice;
        return;
    }
    QDataStream stream(choice);
    QString first, second;
    int seconds = 0;
    stream >> first >> second >> seconds;
    if (stream.status() != QDataStream::Ok)
        return;
    for (const auto &[box, text] : {std::pair(m_first, first), std::pair(m_second, second)})
        if (const int at = box->findData(text); at >= 0)
            box->setCurrentIndex(at);
    if (const int at = m_seconds->findData(seconds); at >= 0)
        m_seconds->setCurrentIndex(at);
}

}  // namespace trainyard::ui
