#include "ui/shell/forecast_meter.h"

#include <algorithm>

#include <QPainter>

#include "engine/base/format.h"
#include "ui/bridge/forecaster.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kBarWidth = 96, kBarHeight = 6, kHeight = 28;
constexpr double kLeastBar = 2;  // so that a small need is still seen to be one

QString bytesText(std::uint64_t bytes)
{
    return QString::fromStdString(formatBytes(bytes));
}

QString breakdown(const Forecast &forecast)
{
    const MemoryBytes &bytes = forecast.bytes;
    QString text = ForecastMeter::tr("Memory of a run with batches of %1: %2").arg(forecast.batchSize).arg(bytesText(forecast.deviceBytes()));
    const std::pair<QString, std::uint64_t> parts[] = {{ForecastMeter::tr("parameters"), bytes.parameters},
                                                       {ForecastMeter::tr("gradients"), bytes.gradients},
                                                       {ForecastMeter::tr("optimizer"), bytes.optimizer},
                                                       {ForecastMeter::tr("activations"), bytes.activations},
                                                       {ForecastMeter::tr("workspace"), bytes.workspace},
                                                       {ForecastMeter::tr("data"), bytes.data}};
    for (const auto &[name, size] : parts)
        text += QStringLiteral("\n%1: %2").arg(name, bytesText(size));
    if (forecast.deviceDataBytes > 0)
        text += ForecastMeter::tr("\ndata set on the GPU: %1").arg(bytesText(forecast.deviceDataBytes));
    if (!forecast.overheadBytes)
        text += ForecastMeter::tr("\nCUDA and its libraries: not measured yet on this machine, and not counted");
    else if (*forecast.overheadBytes > 0)
        text += ForecastMeter::tr("\nCUDA and its libraries: %1").arg(bytesText(*forecast.overheadBytes));
    if (forecast.datasetBytes > 0)
        text += ForecastMeter::tr("\nbeside it the data set in memory: %1").arg(bytesText(forecast.datasetBytes));
    if (forecast.available)
        text += ForecastMeter::tr("\nfree now: %1").arg(bytesText(*forecast.available));
    return text;
}

}  // namespace

ForecastMeter::ForecastMeter(Forecaster &forecaster, QWidget *parent) : QWidget(parent), m_forecaster(forecaster)
{
    setObjectName(QStringLiteral("forecast"));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(&forecaster, &Forecaster::changed, this, &ForecastMeter::refresh);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    refresh();
}

void ForecastMeter::refresh()
{
    m_share = -1;
    m_fits = true;
    if (const auto &forecast = m_forecaster.forecast()) {
        const QString needed = bytesText(forecast->deviceBytes());
        m_fits = forecast->fits();
        if (forecast->available) {
            m_share = std::min(1.0, static_cast<double>(forecast->deviceBytes()) / std::max(1.0, static_cast<double>(*forecast->available)));
            m_text = m_fits ? tr("%1 of %2").arg(needed, bytesText(*forecast->available))
                            : tr("%1 of %2: does not fit").arg(needed, bytesText(*forecast->available));
        } else {
            m_text = tr("%1, free memory unknown").arg(needed);
        }
        setToolTip(breakdown(*forecast));
    } else {
        m_text = tr("Memory unknown");
        setToolTip(m_forecaster.reason());
    }
    setAccessibleName(tr("Memory forecast: %1").arg(m_text));
    updateGeometry();
    update();
}

QSize ForecastMeter::sizeHint() const
{
    const int bar = m_share >= 0 ? kBarWidth + kSpaceS : 0;
    return {bar + fontMetrics().horizontalAdvance(m_text) + 2 * kSpaceS, kHeight};
}

QSize ForecastMeter::minimumSizeHint() const
{
    return {fontMetrics().horizontalAdvance(m_text) + 2 * kSpaceS, kHeight};
}

void ForecastMeter::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int textWidth = fontMetrics().horizontalAdvance(m_text);
    const QRect textRect(width() - textWidth - kSpaceS, 0, textWidth + kSpaceS, height());
    const ColorRole role = !m_fits ? ColorRole::Error : m_share >= 0 ? ColorRole::Text : ColorRole::Muted;
    painter.setPen(themeColor(role));
    painter.drawText(textRect, Qt::AlignVCenter | Qt::AlignLeft, m_text);
    const double barWidth = std::min<double>(kBarWidth, textRect.left() - kSpaceS);
    if (m_share < 0 || barWidth < 4 * kLeastBar)
        return;
    QRectF bar(textRect.left() - kSpaceS - barWidth, (height() - kBarHeight) / 2.0, barWidth, kBarHeight);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(ColorRole::Border));
    painter.drawRoundedRect(bar, kBarHeight / 2.0, kBarHeight / 2.0);
    painter.setClipRect(QRectF(bar.left(), bar.top(), std::max(kLeastBar, barWidth * m_share), kBarHeight));
    painter.setBrush(themeColor(m_fits ? ColorRole::Accent : ColorRole::Error));
    painter.drawRoundedRect(bar, kBarHeight / 2.0, kBarHeight / 2.0);
}

}  // namespace trainyard::ui
