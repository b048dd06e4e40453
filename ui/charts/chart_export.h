// A chart as a picture file: title, legend and plot as they are on the screen, sharp at any size.
#pragma once

#include <QByteArray>
#include <QString>

namespace trainyard::ui {

class ChartLegend;
class CurvePlot;

struct ChartPicture {
    QString title, value;
    const ChartLegend *legend = nullptr;  // null: none
    CurvePlot *plot = nullptr;
};

enum class PictureFormat { Png, Pdf, Svg };
bool pictureFormatOf(const QString &path, PictureFormat &format);  // false: no end that is known

// The content of the file; empty when the library refused.
QByteArray renderPicture(const ChartPicture &picture, PictureFormat format);

}  // namespace trainyard::ui
