#include "ui/panels/data/class_counts.h"

#include <algorithm>
#include <array>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "engine/base/format.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kGap = 8, kRowGap = 4, kSwatch = 10;
constexpr int kMostWidth = 720;  // longer bars are no easier to compare
constexpr std::array kParts{DataPart::Train, DataPart::Validation, DataPart::Test};

std::int64_t countOf(const ClassCount &count, DataPart part)
{
    return part == DataPart::Train ? count.train : part == DataPart::Validation ? count.validation : count.test;
}

QString number(std::int64_t value)
{
    return QString::fromStdString(formatCount(value));
}

}  // namespace

QColor dataPartColor(DataPart part)
{
    const QColor accent = themeColor(ColorRole::Accent), ground = themeColor(ColorRole::Panel);
    const double weight = part == DataPart::Train ? 1.0 : part == DataPart::Validation ? 0.6 : 0.3;
    const auto mix = [weight](int a, int b) { return static_cast<int>(a * weight + b * (1.0 - weight)); };
    return QColor(mix(accent.red(), ground.red()), mix(accent.green(), ground.green()), mix(accent.blue(), ground.blue()));
}

QString dataPartText(DataPart part)
{
    switch (part) {
    case DataPart::Train: return QStringLiteral("Training");
    case DataPart::Validation: return QStringLiteral("Validation");
    case DataPart::Test: return QStringLiteral("Test");
    }
    return {};
}

ClassCounts::ClassCounts(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("Rows of each class"));
    setMaximumWidth(kMostWidth);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ClassCounts::setCounts(std::vector<ClassCount> counts)
{
    m_counts = std::move(counts);
    QStringList words;
    for (const ClassCount &count : m_counts)
        words.append(QStringLiteral("%1: %2").arg(QString::fromStdString(count.name), number(count.total)));
    setAccessibleDescription(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

int ClassCounts::rowHeight() const
{
    return fontMetrics().height() + kRowGap;
}

int ClassCounts::legendHeight() const
{
    return fontMetrics().height() + kGap;
}

QRect ClassCounts::rowRect(int index) const
{
    return {0, legendHeight() + index * rowHeight(), width(), rowHeight()};
}

QSize ClassCounts::sizeHint() const
{
    return {360, legendHeight() + static_cast<int>(m_counts.size()) * rowHeight()};
}

QSize ClassCounts::minimumSizeHint() const
{
    return {std::max(200, legendWidth()), sizeHint().height()};
}

int ClassCounts::legendWidth() const
{
    int wide = -2 * kGap;
    for (const DataPart part : kParts)
        wide += kSwatch + 6 + fontMetrics().horizontalAdvance(dataPartText(part)) + 2 * kGap;
    return wide;
}

void ClassCounts::paintLegend(QPainter &painter) const
{
    int x = 0;
    for (const DataPart part : kParts) {
        const QRect swatch(x, (fontMetrics().height() - kSwatch) / 2, kSwatch, kSwatch);
        painter.fillRect(swatch, dataPartColor(part));
        const QString text = dataPartText(part);
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(swatch.right() + 6, fontMetrics().ascent(), text);
        x += kSwatch + 6 + fontMetrics().horizontalAdvance(text) + 2 * kGap;
    }
}

void ClassCounts::paintEvent(QPaintEvent *)
{
    if (m_counts.empty())
        return;
    QPainter painter(this);
    paintLegend(painter);
    std::int64_t largest = 1;
    int nameWidth = 0, numberWidth = 0;
    for (const ClassCount &count : m_counts) {
        largest = std::max(largest, count.total);
        nameWidth = std::max(nameWidth, fontMetrics().horizontalAdvance(QString::fromStdString(count.name)));
        numberWidth = std::max(numberWidth, fontMetrics().horizontalAdvance(number(count.total)));
    }
    nameWidth = std::min(nameWidth, width() / 3);
    const int barLeft = nameWidth + kGap, barWidth = std::max(10, width() - barLeft - numberWidth - kGap);
    for (int i = 0; i < static_cast<int>(m_counts.size()); ++i) {
        const ClassCount &count = m_counts[static_cast<std::size_t>(i)];
        const QRect row = rowRect(i);
        painter.setPen(themeColor(ColorRole::Text));
        painter.drawText(QRect(0, row.top(), nameWidth, row.height()), Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(QString::fromStdString(count.name), Qt::ElideRight, nameWidth));
        std::int64_t before = 0;
        for (const DataPart part : kParts) {
            const auto at = [&](std::int64_t rows) {
                return barLeft + static_cast<int>(static_cast<double>(rows) / static_cast<double>(largest) * barWidth);
            };
            const std::int64_t after = before + countOf(count, part);
            const int left = at(before) + (before > 0 ? 1 : 0);  // a hairline between the parts
            if (after > before)
                painter.fillRect(QRect(left, row.top() + 3, std::max(1, at(after) - left), row.height() - 6),
                                 dataPartColor(part));
            before = after;
        }
        const int end = barLeft + static_cast<int>(static_cast<double>(before) / static_cast<double>(largest) * barWidth);
        painter.drawText(QRect(end + kGap, row.top(), numberWidth, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         number(count.total));
    }
}

bool ClassCounts::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    for (int i = 0; i < static_cast<int>(m_counts.size()); ++i) {
        if (!rowRect(i).contains(help->pos()))
            continue;
        const ClassCount &count = m_counts[static_cast<std::size_t>(i)];
        QToolTip::showText(help->globalPos(),
                           tr("Class %1: %2 rows, %3 training, %4 validation, %5 test")
                               .arg(QString::fromStdString(count.name), number(count.total), number(count.train),
                                    number(count.validation), number(count.test)), this);
        return true;
    }
    QToolTip::hideText();
    return true;
}

}  // namespace trainyard::ui
