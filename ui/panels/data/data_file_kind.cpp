#include "ui/panels/data/data_file_kind.h"

#include <QDir>
#include <QFileInfo>

#include "engine/data/preview.h"
#include "ui/panels/data/data_page_source.h"

namespace trainyard::ui {

namespace {

// The same name with one word changed, where such a file exists.
QString sibling(const QString &path, std::initializer_list<std::pair<const char *, const char *>> changes)
{
    const QFileInfo info(path);
    QString name = info.fileName();
    for (const auto &[from, to] : changes) {
        if (!name.contains(QLatin1String(from)))
            return {};
        name.replace(QLatin1String(from), QLatin1String(to));
    }
    const QFileInfo found(info.dir(), name);
    return found.isFile() ? found.filePath() : QString();
}

bool sameNames(const std::vector<ColumnConfig> &a, const std::vector<ColumnConfig> &b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const ColumnConfig &x, const ColumnConfig &y) { return x.name == y.name; });
}

bool isPlainText(const QString &path)
{
    const QString name = path.toLower();
    return name.endsWith(QLatin1String(".txt")) || name.endsWith(QLatin1String(".txt.gz"));
}

}  // namespace

std::optional<DataFormat> formatOfName(const QString &fileName)
{
    QString name = fileName.toLower();
    if (name.endsWith(QLatin1String(".gz")))
        name.chop(3);
    for (const char *ending : {".csv", ".tsv", ".txt", ".data"})
        if (name.endsWith(QLatin1String(ending)))
            return DataFormat::Csv;
    for (const char *ending : {"ubyte", ".idx"})
        if (name.endsWith(QLatin1String(ending)))
            return DataFormat::Idx;
    for (const char *ending : {".md", ".text"})
        if (name.endsWith(QLatin1String(ending)))
            return DataFormat::Text;
    return std::nullopt;
}

Result<DataConfig> configForFile(const QString &path, const DataConfig &before, const QString &projectFolder)
{
    const auto kept = [&](const QString &file) { return file.isEmpty() ? std::string() : pathForProject(file, projectFolder).toStdString(); };
    DataConfig config = before;
    config.format = formatOfName(QFileInfo(path).fileName()).value_or(before.format);
    const bool perhapsText = config.format == DataFormat::Csv && isPlainText(path);
    if (config.format == DataFormat::Csv && before.format == DataFormat::Series)
        config.format = DataFormat::Series;
    if (perhapsText && before.format == DataFormat::Text)
        config.format = DataFormat::Text;
    config.labelsFile = config.testFile = config.testLabelsFile = {};
    const auto textConfig = [&] {
        config.format = DataFormat::Text;
        config.file = kept(path);
        config.columns.clear();
        config.sampleShape.clear();
        config.augment = {};
        config.target = TargetKind::ClassIndex;
        return config;
    };
    if (config.format == DataFormat::Idx) {
        if (before.format != DataFormat::Idx)
            config.augment = {};
        config.file = kept(path);
        config.columns.clear();
        config.sampleShape.clear();
        config.target = before.target == TargetKind::Value ? TargetKind::ClassIndex : before.target;
        config.labelsFile = kept(sibling(path, {{"images", "labels"}, {"idx3", "idx1"}}));
        config.testFile = kept(sibling(path, {{"train-", "t10k-"}}));
        if (!config.testFile.empty())
            config.testLabelsFile = kept(sibling(path, {{"train-", "t10k-"}, {"images", "labels"}, {"idx3", "idx1"}}));
        if (config.testLabelsFile.empty())
            config.testFile.clear();
        return config;
    }
    if (config.format == DataFormat::Text)
        return textConfig();
    const bool series = config.format == DataFormat::Series;
    const Result<DataConfig> found = series ? inferSeries(path.toStdString()) : inferColumns(path.toStdString());
    if (perhapsText && (!found || found->columns.size() < 2))
        return textConfig();
    TRAINYARD_TRY(const DataConfig inferred, found);
    config.file = kept(path);
    config.header = inferred.header;
    config.delimiter = inferred.delimiter;
    config.target = inferred.target;
    // The same columns under another name (a newer export, say) keep their roles and the shape made of them.
    if (sameNames(before.columns, inferred.columns)) {
        config.target = before.target;
    } else {
        config.columns = inferred.columns;
        config.sampleShape.clear();
        config.augment = {};
    }
    return config;
}

}  // namespace trainyard::ui
