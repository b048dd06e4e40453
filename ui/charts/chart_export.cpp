#include "ui/charts/chart_export.h"

#include <QBuffer>
#include <QFontMetrics>
#include <QImage>
#include <QMarginsF>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "ui/charts/chart_legend.h"
#include "ui/charts/curve_plot.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kPngScale = 2;
constexpr int kPdfDotsPerInch = 96;  // the screen's, so that lines and letters keep their proportions

QFont titleFont(const CurvePlot &plot)
{
    QFont font = plot.font();
    font.setWeight(QFont::DemiBold);
    return font;
}

int headHeight(const CurvePlot &plot)
{
    return QFontMetrics(titleFont(plot)).height() + kSpaceS;
}

int legendHeight(const ChartPicture &picture)
{
    return picture.legend ? picture.legend->heightForWidth(picture.plot->width()) + kSpaceS : 0;
}

QSize sizeOf(const ChartPicture &picture)
{
    return {picture.plot->width() + 2 * kSpaceM,
            2 * kSpaceM + headHeight(*picture.plot) + legendHeight(picture) + picture.plot->height()};
}

void paint(QPainter &painter, const ChartPicture &picture)
{
    const QSize size = sizeOf(picture);
    painter.fillRect(QRect(QPoint(), size), themeColor(ColorRole::Panel));
    QRect place(kSpaceM, kSpaceM, picture.plot->width(), headHeight(*picture.plot));
    painter.setFont(titleFont(*picture.plot));
    painter.setPen(themeColor(ColorRole::Text));
    painter.drawText(place, Qt::AlignLeft | Qt::AlignTop, picture.title);
    painter.setFont(picture.plot->font());
    painter.setPen(themeColor(ColorRole::Muted));
    painter.drawText(place, Qt::AlignRight | Qt::AlignTop, picture.value);
    place.translate(0, place.height());
    if (picture.legend) {
        place.setHeight(legendHeight(picture));
        picture.legend->paintOn(painter, place);
        place.translate(0, place.height());
    }
    place.setHeight(picture.plot->height());
    picture.plot->paintOn(painter, place);
}

}  // namespace

bool pictureFormatOf(const QString &path, PictureFormat &format)
{
    const auto endsWith = [&](const char *end) { return path.endsWith(QLatin1String(end), Qt::CaseInsensitive); };
    if (endsWith(".png"))
        format = PictureFormat::Png;
    else if (endsWith(".pdf"))
        format = PictureFormat::Pdf;
    else if (endsWith(".svg"))
        format = PictureFormat::Svg;
    else
        return false;
    return true;
}

QByteArray renderPicture(const ChartPicture &picture, PictureFormat format)
{
    const QSize size = sizeOf(picture);
    QByteArray content;
    QBuffer buffer(&content);
    if (!buffer.open(QIODevice::WriteOnly))
        return {};
    switch (format) {
    case PictureFormat::Png: {
        QImage image(size * kPngScale, QImage::Format_RGB32);
        image.setDevicePixelRatio(kPngScale);
        paint(*CurvePlot::makePainter(&image), picture);
        if (!image.save(&buffer, "PNG"))
            return {};
        break;
    }
    case PictureFormat::Pdf: {
        QPdfWriter writer(&buffer);
        writer.setTitle(picture.title);
        writer.setResolution(kPdfDotsPerInch);
        writer.setPageMargins(QMarginsF());
        constexpr double kPointsPerInch = 72;
        writer.setPageSize(QPageSize(QSizeF(size) * kPointsPerInch / kPdfDotsPerInch, QPageSize::Point, {}, QPageSize::ExactMatch));
        paint(*CurvePlot::makePainter(&writer), picture);
        break;
    }
    case PictureFormat::Svg: {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setTitle(picture.title);
        generator.setSize(size);
        generator.setViewBox(QRect(QPoint(), size));
        paint(*CurvePlot::makePainter(&generator), picture);
        break;
    }
    }
    buffer.close();
    return content;
}

}  // namespace trainyard::ui
