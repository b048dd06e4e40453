#include "ui/panels/device/race_tracks.h"

#include <algorithm>
#include <cmath>

#include <QPainter>
#include <QPainterPath>

#include "engine/base/format.h"
#include "ui/charts/axis_ticks.h"
#include "ui/panels/device/race_text.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kHead = 32, kBar = 28, kFoot = 20, kLaneGap = kSpaceM, kAxis = 24, kLeastWidth = 360;
constexpr int kLaneHeight = kHead + kBar + kSpaceXs + kFoot;
constexpr double kRadius = 5, kLeastBar = 3, kLeastSegment = 5;
constexpr double kRateSize = 1.6, kSmall = 0.9;
constexpr int kWantedTicks = 6;

QFont sized(QFont font, double factor, QFont::Weight weight = QFont::Normal)
{
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(weight);
    return font;
}

}  // namespace

RaceTracks::RaceTracks(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Race between the devices"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void RaceTracks::setRace(const RaceState &state, const QStringList &names)
{
    const std::size_t before = m_lanes.size();
    m_state = state;
    m_lanes.clear();
    m_scale = 0;
    QStringList said;
    for (int i = 0; i < names.size(); ++i) {
        Lane shown;
        shown.name = names[i];
        if (static_cast<std::size_t>(i) < state.lanes.size()) {
            const RaceLane &lane = state.lanes[static_cast<std::size_t>(i)];
            shown.status = phaseText(lane, state.secondsEach);
            shown.facts = laneFacts(lane);
            shown.wrong = lane.phase == RacePhase::Failed;
            if (const auto rate = lane.medianRate ? lane.medianRate : lane.meanRate()) {
                shown.rate = rateText(*rate);
                shown.rateUnit = tr("samples/s");
            }
            m_scale = std::max(m_scale, projectedSamples(lane, state.secondsEach));
        } else {
            shown.status = turnText(i);
        }
        said += shown.rate.isEmpty() ? tr("%1: %2").arg(shown.name, shown.status) : tr("%1: %2 samples per second, %3").arg(shown.name, shown.rate, shown.status);
        m_lanes.push_back(std::move(shown));
    }
    QStringList reasons;
    for (const RaceLane &lane : state.lanes)
        if (lane.error)
            reasons += QString::fromStdString(lane.error->message);
    setToolTip(reasons.join(QLatin1Char('\n')));
    setAccessibleDescription(said.join(QStringLiteral(". ")));
    if (before != m_lanes.size())
        updateGeometry();
    update();
}

double RaceTracks::shareOf(double samples) const
{
    return m_scale > 0 ? std::clamp(samples / m_scale, 0.0, 1.0) : 0;
}

QSize RaceTracks::sizeHint() const
{
    const int lanes = std::max(2, static_cast<int>(m_lanes.size()));
    return {2 * kLeastWidth, lanes * kLaneHeight + (lanes - 1) * kLaneGap + kAxis};
}

QSize RaceTracks::minimumSizeHint() const
{
    return {kLeastWidth, sizeHint().height()};
}

void RaceTracks::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QRect place(0, 0, width(), kLaneHeight);
    for (std::size_t lane = 0; lane < m_lanes.size(); ++lane) {
        drawLane(painter, lane, place);
        place.translate(0, kLaneHeight + kLaneGap);
    }
    drawAxis(painter, QRect(0, place.top() - kLaneGap, width(), kAxis));
}

void RaceTracks::drawLane(QPainter &painter, std::size_t index, const QRect &place) const
{
    const Lane &lane = m_lanes[index];
    const QFont strong = sized(font(), 1.0, QFont::DemiBold), small = sized(font(), kSmall), large = sized(font(), kRateSize, QFont::DemiBold);
    const QRect head(place.left(), place.top(), place.width(), kHead - kSpaceXs);

    // The rate at the right; the name, and behind it what goes on, where there is room left of it.
    int right = head.right();
    if (!lane.rate.isEmpty()) {
        painter.setFont(small);
        painter.setPen(themeColor(ColorRole::Muted));
        const int unitWidth = QFontMetrics(small).horizontalAdvance(lane.rateUnit);
        const int baseline = head.bottom() - QFontMetrics(large).descent();
        painter.drawText(QPoint(right - unitWidth, baseline), lane.rateUnit);
        right -= unitWidth + kSpaceXs + 2;
        painter.setFont(large);
        painter.setPen(themeColor(ColorRole::Text));
        const int rateWidth = QFontMetrics(large).horizontalAdvance(lane.rate);
        painter.drawText(QPoint(right - rateWidth, baseline), lane.rate);
        right -= rateWidth + kSpaceL;
    }
    painter.setFont(strong);
    painter.setPen(themeColor(ColorRole::Text));
    const int room = right - head.left();
    const QString name = QFontMetrics(strong).elidedText(lane.name, Qt::ElideRight, room);
    const int baseline = head.bottom() - QFontMetrics(strong).descent() - 2;
    painter.drawText(QPoint(head.left(), baseline), name);
    const int nameWidth = QFontMetrics(strong).horizontalAdvance(name) + kSpaceM;
    painter.setFont(font());
    painter.setPen(themeColor(lane.wrong ? ColorRole::Error : ColorRole::Muted));
    painter.drawText(QPoint(head.left() + nameWidth, baseline), fontMetrics().elidedText(lane.status, Qt::ElideRight, std::max(0, room - nameWidth)));

    if (lane.wrong) {
        // The reason takes the place of the track: it may need two lines.
        const QRect box(place.left(), place.top() + kHead, place.width(), kBar + kFoot);
        painter.setPen(QPen(themeColor(ColorRole::Error), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
        painter.setFont(small);
        painter.setPen(themeColor(ColorRole::Error));
        painter.drawText(box.adjusted(kSpaceM, kSpaceXs, -kSpaceM, -kSpaceXs), Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, lane.facts);
        return;
    }
    drawBar(painter, index, QRectF(place.left(), place.top() + kHead, place.width(), kBar));

    painter.setFont(small);
    painter.setPen(themeColor(ColorRole::Muted));
    const QRect foot(place.left(), place.top() + kHead + kBar + kSpaceXs, place.width(), kFoot);
    painter.drawText(foot, Qt::AlignLeft | Qt::AlignTop, QFontMetrics(small).elidedText(lane.facts, Qt::ElideRight, foot.width()));
}

void RaceTracks::drawBar(QPainter &painter, std::size_t index, const QRectF &track) const
{
    QPainterPath frame;
    frame.addRoundedRect(track, kRadius, kRadius);
    painter.fillPath(frame, themeColor(ColorRole::Grid));
    if (index >= m_state.lanes.size())
        return;
    const RaceLane &lane = m_state.lanes[index];
    const QColor color = Theme::instance().curveColor(static_cast<int>(index));
    if (lane.samples > 0) {
        const double wide = std::max(kLeastBar, shareOf(static_cast<double>(lane.samples)) * track.width());
        painter.save();
        painter.setClipPath(frame);
        painter.fillRect(QRectF(track.left(), track.top(), wide, track.height()), color);
        // Each second is a piece of its own, as long as it was fast: where the pieces are even, so was the speed.
        double before = 0;
        for (std::size_t i = 0; i + 1 <= lane.marks.size(); ++i) {
            const double x = shareOf(static_cast<double>(lane.marks[i])) * track.width();
            if (x - before >= kLeastSegment && x < wide - 1)
                painter.fillRect(QRectF(track.left() + x - 0.5, track.top(), 1, track.height()), themeColor(ColorRole::Panel));
            before = x;
        }
        painter.restore();
    }
    // While a lane races, where the ones before it were at the same time of theirs.
    if (lane.phase != RacePhase::Racing)
        return;
    const double stretch = RaceRequest{{}, {}, m_state.secondsEach, {}}.stretchSeconds();
    for (std::size_t other = 0; other < index; ++other) {
        if (m_state.lanes[other].phase != RacePhase::Finished)
            continue;
        const double x = track.left() + shareOf(samplesAt(m_state.lanes[other], lane.seconds, stretch)) * track.width();
        painter.setPen(QPen(themeColor(ColorRole::Text), 2));
        painter.drawLine(QPointF(x, track.top() - 4), QPointF(x, track.bottom() + 4));
        painter.setPen(QPen(Theme::instance().curveColor(static_cast<int>(other)), 2));
        painter.drawLine(QPointF(x, track.top() - 3), QPointF(x, track.bottom() + 3));
    }
}

void RaceTracks::drawAxis(QPainter &painter, const QRect &place) const
{
    if (!(m_scale > 0))
        return;
    const QFont small = sized(font(), kSmall);
    const QFontMetrics metrics(small);
    painter.setFont(small);
    const double spacing = roundSpacing(0, m_scale, kWantedTicks);
    int taken = -kSpaceM;
    for (const double tick : roundTicks(0, m_scale, spacing)) {
        const double x = place.left() + shareOf(tick) * place.width();
        painter.setPen(QPen(themeColor(ColorRole::Border), 1));
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.top() + 4));
        const QString text = tick == 0 ? tr("0 samples") : tickText(tick, spacing, ValueKind::Count);
        const int wide = metrics.horizontalAdvance(text);
        const int left = std::clamp(static_cast<int>(x) - wide / 2, place.left(), std::max(place.left(), place.right() - wide));
        if (left < taken + kSpaceM)
            continue;
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(QPoint(left, place.top() + 6 + metrics.ascent()), text);
        taken = left + wide;
    }
}

}  // namespace trainyard::ui
