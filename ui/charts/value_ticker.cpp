#include "ui/charts/value_ticker.h"

#include <algorithm>
#include <cmath>

#include <qcustomplot.h>

namespace trainyard::ui {

namespace {

class ValueTicker : public QCPAxisTicker
{
public:
    ValueTicker(ValueKind kind, bool logScale, int wanted, bool wholeNumbers)
        : m_kind(kind), m_logScale(logScale), m_wanted(wanted), m_wholeNumbers(wholeNumbers)
    {
    }

protected:
    double getTickStep(const QCPRange &range) override
    {
        // Shares are round in percent, which is round in shares too.
        m_spacing = roundSpacing(range.lower, range.upper, m_wanted);
        if (m_wholeNumbers)
            m_spacing = std::max(1.0, m_spacing);
        return m_spacing;
    }
    int getSubTickCount(double) override { return 0; }
    QVector<double> createTickVector(double spacing, const QCPRange &range) override
    {
        const std::vector<double> ticks = m_logScale ? logTicks(range.lower, range.upper, m_wanted) : roundTicks(range.lower, range.upper, spacing);
        return QVector<double>(ticks.begin(), ticks.end());
    }
    QString getTickLabel(double tick, const QLocale &, QChar, int) override
    {
        // Ticks of a logarithmic axis each have their own size, unless they lie so close that they are evenly spaced.
        const double own = std::pow(10.0, std::floor(std::log10(std::abs(tick)) + 1e-9));
        return tickText(tick, m_logScale ? std::min(own, std::max(m_spacing, own * 1e-3)) : m_spacing, m_kind);
    }

private:
    const ValueKind m_kind;
    const bool m_logScale;
    const int m_wanted;
    const bool m_wholeNumbers;
    double m_spacing = 1;
};

}  // namespace

QSharedPointer<QCPAxisTicker> makeValueTicker(ValueKind kind, bool logScale, int wanted, bool wholeNumbers)
{
    return QSharedPointer<QCPAxisTicker>(new ValueTicker(kind, logScale, wanted, wholeNumbers));
}

}  // namespace trainyard::ui
