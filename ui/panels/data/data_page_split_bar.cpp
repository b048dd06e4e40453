#include "ui/panels/data/data_page_split_bar.h"

#include <algorithm>
#include <cmath>

#include <QMouseEvent>
#include <QPainter>

#include "ui/panels/data/class_counts.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kReach = 12;  // pixels to either side of a border that still catch it
constexpr double kSteps = 100, kLeastTraining = 0.05;

// To whole percents, so that what is left of 0.3 - 0.15 is written as 0.15.
double rounded(double share)
{
    return std::round(share * kSteps) / kSteps;
}

}  // namespace

DataPageSplitBar::DataPageSplitBar(QWidget *parent) : QWidget(parent)
{
    setMouseTracking(true);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    setAccessibleName(tr("Shares of training, validation and test"));
    setToolTip(tr("Drag the borders between training, validation and test."));
}

void DataPageSplitBar::setShares(double validation, double test)
{
    m_validation = std::clamp(validation, 0.0, 1.0);
    m_test = std::clamp(test, 0.0, 1.0 - m_validation);
    update();
}

int DataPageSplitBar::borderX(Border border) const
{
    const double share = border == Border::TrainValidation ? 1.0 - m_validation - m_test : 1.0 - m_test;
    return static_cast<int>(std::lround(share * (width() - 1)));
}

DataPageSplitBar::Border DataPageSplitBar::borderAt(int x) const
{
    const int first = std::abs(x - borderX(Border::TrainValidation)), second = std::abs(x - borderX(Border::ValidationTest));
    if (std::min(first, second) > kReach)
        return Border::None;
    if (first == second)  // both in one place: the side of the pointer decides
        return x < borderX(Border::TrainValidation) ? Border::TrainValidation : Border::ValidationTest;
    return first < second ? Border::TrainValidation : Border::ValidationTest;
}

void DataPageSplitBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const int first = borderX(Border::TrainValidation), second = borderX(Border::ValidationTest);
    const auto fill = [&](int from, int to, DataPart part) {
        if (to > from)
            painter.fillRect(from, 4, to - from, height() - 8, dataPartColor(part));
    };
    fill(0, first, DataPart::Train);
    fill(first + 1, second, DataPart::Validation);
    fill(second + 1, width(), DataPart::Test);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(themeColor(ColorRole::Text));
    for (const int x : {first, second})
        painter.drawRoundedRect(QRectF(std::clamp(x - 2, 0, width() - 4), 0, 4, height()), 2, 2);
}

void DataPageSplitBar::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        m_dragged = borderAt(event->position().toPoint().x());
}

void DataPageSplitBar::mouseMoveEvent(QMouseEvent *event)
{
    const int x = event->position().toPoint().x();
    setCursor(m_dragged != Border::None || borderAt(x) != Border::None ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (m_dragged == Border::None)
        return;
    double share = rounded(static_cast<double>(x) / std::max(1, width() - 1));
    if (m_dragged == Border::TrainValidation) {
        share = std::clamp(share, kLeastTraining, 1.0 - m_test);
        m_validation = std::max(0.0, 1.0 - m_test - share);
    } else {
        const double train = 1.0 - m_validation - m_test;
        share = std::clamp(share, train, 1.0);
        m_test = 1.0 - share;
        m_validation = std::max(0.0, share - train);
    }
    update();
    emit sharesMoved(m_validation, m_test);
}

void DataPageSplitBar::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && m_dragged != Border::None) {
        m_dragged = Border::None;
        m_validation = rounded(m_validation);
        m_test = rounded(m_test);
        emit sharesChanged(m_validation, m_test);
    }
}

}  // namespace trainyard::ui
