// The first images of a data set with their labels or the masks over them, as tiles that fill the width. Pixels are shown as squares: small
// images are meant to be seen exactly.
#pragma once

#include <vector>

#include <QImage>
#include <QWidget>

#include "engine/data/preview.h"

namespace trainyard::ui {

class ImageGrid : public QWidget
{
    Q_OBJECT
public:
    explicit ImageGrid(QWidget *parent = nullptr);

    void setImages(const std::vector<SampleImage> &images);
    int imageCount() const { return static_cast<int>(m_images.size()); }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;  // tool tips

private:
    struct Tile {
        QImage image;
        QString label;
        std::vector<std::uint8_t> mask;
    };
    int columnsFor(int width) const;
    QRect tileRect(int index) const;
    int labelHeight() const;

    std::vector<Tile> m_images;
};

// Null where the pixels do not fill the size.
QImage imageOf(const SampleImage &sample);

// A colour for each class, half transparent, the first class clear: it is the background where masks have one.
QImage maskImage(const std::vector<std::uint8_t> &mask, const QSize &size);

}  // namespace trainyard::ui
