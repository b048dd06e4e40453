#include "ui/panels/data/image_grid.h"

#include <algorithm>

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kTile = 64, kGap = 8, kLabelGap = 4;
constexpr float kMaskAlpha = 0.6f;

}  // namespace

QImage imageOf(const SampleImage &sample)
{
    const auto needed = static_cast<std::size_t>(std::max(sample.width, 0)) * static_cast<std::size_t>(std::max(sample.height, 0))
                        * static_cast<std::size_t>(std::max(sample.channels, 0));
    if (needed == 0 || sample.pixels.size() < needed || (sample.channels != 1 && sample.channels != 3))
        return {};
    const auto format = sample.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
    // copy(): the image must not point into the preview, which goes with the next one.
    return QImage(sample.pixels.data(), sample.width, sample.height, sample.width * sample.channels, format).copy();
}

QImage maskImage(const std::vector<std::uint8_t> &mask, const QSize &size)
{
    if (mask.empty() || mask.size() < static_cast<std::size_t>(size.width()) * static_cast<std::size_t>(size.height()))
        return {};
    QImage image(size, QImage::Format_ARGB32);
    for (int y = 0; y < size.height(); ++y) {
        for (int x = 0; x < size.width(); ++x) {
            const int index = mask[static_cast<std::size_t>(y * size.width() + x)];
            QColor color = Theme::instance().curveColor(std::max(0, index - 1));
            color.setAlphaF(index == 0 ? 0.0f : kMaskAlpha);
            image.setPixelColor(x, y, color);
        }
    }
    return image;
}

ImageGrid::ImageGrid(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("Sample images"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void ImageGrid::setImages(const std::vector<SampleImage> &images)
{
    m_images.clear();
    for (const SampleImage &sample : images)
        m_images.push_back({imageOf(sample), QString::fromStdString(sample.label), sample.mask});
    setAccessibleDescription(tr("%n images", nullptr, imageCount()));
    updateGeometry();
    update();
}

int ImageGrid::labelHeight() const
{
    return fontMetrics().height() + kLabelGap;
}

int ImageGrid::columnsFor(int width) const
{
    return std::max(1, (width + kGap) / (kTile + kGap));
}

int ImageGrid::heightForWidth(int width) const
{
    const int columns = columnsFor(width), rows = (imageCount() + columns - 1) / columns;
    return rows * (kTile + labelHeight() + kGap);
}

QSize ImageGrid::sizeHint() const
{
    const int wide = 8 * (kTile + kGap) - kGap;
    return {wide, heightForWidth(wide)};
}

QSize ImageGrid::minimumSizeHint() const
{
    return {kTile, kTile + labelHeight()};
}

QRect ImageGrid::tileRect(int index) const
{
    const int columns = columnsFor(width());
    return {index % columns * (kTile + kGap), index / columns * (kTile + labelHeight() + kGap), kTile, kTile};
}

void ImageGrid::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    for (int i = 0; i < imageCount(); ++i) {
        const Tile &tile = m_images[static_cast<std::size_t>(i)];
        const QRect frame = tileRect(i);
        QSize size = tile.image.size().scaled(frame.size(), Qt::KeepAspectRatio);
        QRect target(QPoint(), size);
        target.moveCenter(frame.center());
        painter.setRenderHint(QPainter::SmoothPixmapTransform, tile.image.width() > kTile);
        painter.drawImage(target, tile.image);
        if (!tile.mask.empty())
            painter.drawImage(target, maskImage(tile.mask, tile.image.size()));
        painter.setPen(themeColor(ColorRole::Border));
        painter.drawRect(target.adjusted(-1, -1, 0, 0));
        painter.setPen(themeColor(ColorRole::Muted));
        const QRect label(frame.left(), frame.bottom() + kLabelGap, frame.width(), fontMetrics().height());
        painter.drawText(label, Qt::AlignHCenter | Qt::AlignVCenter,
                         fontMetrics().elidedText(tile.label, Qt::ElideRight, label.width()));
    }
}

bool ImageGrid::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        for (int i = 0; i < imageCount(); ++i) {
            if (tileRect(i).contains(help->pos())) {
                const Tile &tile = m_images[static_cast<std::size_t>(i)];
                QToolTip::showText(help->globalPos(), tr("Row %1: %2, %3 x %4 pixels").arg(i + 1).arg(tile.label)
                                   .arg(tile.image.width()).arg(tile.image.height()), this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

}  // namespace trainyard::ui
