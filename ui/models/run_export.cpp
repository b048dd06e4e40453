#include "ui/models/run_export.h"

#include <QSaveFile>

#include <fmt/format.h>

namespace trainyard::ui {

namespace {

constexpr std::size_t kWriteAt = std::size_t{1} << 18;  // bytes: a long history is not held in memory twice

// RFC 4180: quoted where it must be.
std::string field(const QString &text)
{
    QString quoted = text;
    if (text.contains(QLatin1Char(',')) || text.contains(QLatin1Char('"')) || text.contains(QLatin1Char('\n'))
        || text.contains(QLatin1Char('\r')))
        quoted = QLatin1Char('"') + quoted.replace(QLatin1Char('"'), QStringLiteral("\"\"")) + QLatin1Char('"');
    return quoted.toStdString();
}

}  // namespace

Status exportPoints(const QString &path, const std::vector<ExportedRun> &runs)
{
    QSaveFile file(path);
    const auto problem = [&] {
        return fail(ErrorCode::Io, "{} cannot be written: {}. Choose another place.", path.toStdString(), file.errorString().toStdString());
    };
    if (!file.open(QIODevice::WriteOnly))
        return problem();
    std::string text = "run,name,series,unit,step,time_ms,segment,value\n";
    const auto flush = [&] {
        const bool ok = file.write(text.data(), static_cast<qint64>(text.size())) == static_cast<qint64>(text.size());
        text.clear();
        return ok;
    };
    for (const ExportedRun &run : runs) {
        for (const auto &[series, points] : run.curves) {
            const std::string head = fmt::format("{},{},{},{},", run.id, field(run.name), field(series), field(points.unit));
            for (std::size_t i = 0; i < points.size(); ++i) {
                text += head;
                fmt::format_to(std::back_inserter(text), "{},{},{},{}\n", static_cast<std::int64_t>(points.step[i]), points.timeMs[i],
                               points.segment[i], points.value[i]);
                if (text.size() > kWriteAt && !flush())
                    return problem();
            }
        }
    }
    if (!flush() || !file.commit())
        return problem();
    return {};
}

}  // namespace trainyard::ui
