#include "ui/models/run_difference.h"

#include <algorithm>

#include <QHash>
#include <QLocale>
#include <QSet>

#include <nlohmann/json.hpp>

#include "engine/base/json_text.h"
#include "engine/graph/graph.h"

namespace trainyard::ui {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64;  // deeper than any setting; a hostile file must not exhaust the stack

QString plainText(const Json &value)
{
    if (value.is_string())
        return QString::fromStdString(value.get<std::string>());
    return QString::fromStdString(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool isPlainArray(const Json &value)
{
    return value.is_array() && std::none_of(value.begin(), value.end(), [](const Json &item) { return item.is_structured(); });
}

void flattenInto(const Json &value, const QString &key, int depth, std::vector<Setting> &out)
{
    if (value.is_object() && !value.empty() && depth < kMaxDepth) {
        for (const auto &[name, item] : value.items()) {
            const QString part = QString::fromStdString(name);
            flattenInto(item, key.isEmpty() ? part : key + QLatin1Char('.') + part, depth + 1, out);
        }
    } else if (value.is_array() && !isPlainArray(value) && depth < kMaxDepth) {
        for (std::size_t i = 0; i < value.size(); ++i)
            flattenInto(value[i], QStringLiteral("%1[%2]").arg(key).arg(i), depth + 1, out);
    } else if (!key.isEmpty()) {
        // Writing out what lies deeper would go as deep as the file wants.
        const bool tooDeep = value.is_structured() && !value.empty() && !isPlainArray(value);
        out.push_back({key, tooDeep ? QStringLiteral("…") : plainText(value)});
    }
}

Json parse(std::string_view text)
{
    return parseJson<Json>(text);  // damaged: a discarded value
}

// One column of the comparison: keys in their order, with values.
using Column = std::vector<Setting>;

struct LayerFacts {
    QString name;
    QString summary;  // what the added or removed layer is: "conv2d"
    Column settings;  // "type", its parameters with defaults filled in, "inputs"
};

QString textOf(const ParameterValue &value)
{
    struct Visitor {
        QString operator()(std::int64_t number) const { return QString::number(number); }
        QString operator()(double number) const { return QString::number(number, 'g', QLocale::FloatingPointShortest); }
        QString operator()(bool on) const { return on ? QStringLiteral("yes") : QStringLiteral("no"); }
        QString operator()(const std::string &text) const { return QString::fromStdString(text); }
        QString operator()(const std::vector<std::int64_t> &list) const
        {
            QStringList parts;
            for (const std::int64_t item : list)
                parts.append(QString::number(item));
            return parts.join(QLatin1Char('x'));
        }
    };
    return std::visit(Visitor{}, value);
}

std::vector<LayerFacts> layersOf(const RunRecord &run)
{
    Json json = parse(run.graphJson);
    if (json.is_object() && json.contains("graph")) {
        Json inner = std::move(json["graph"]);
        json = std::move(inner);
    }
    if (!json.is_object())
        return {};
    const auto graph = graphFromJson(json, Json::object());
    if (!graph)
        return {};
    std::vector<LayerFacts> layers;
    for (const Layer &layer : graph->layers()) {
        LayerFacts facts{QString::fromStdString(layer.name), QString::fromStdString(layer.type), {}};
        facts.settings.push_back({QStringLiteral("type"), facts.summary});
        if (const LayerSpec *spec = findLayer(layer.type)) {
            const LayerSettings settings = settingsOf(*spec, layer);
            for (const ParameterSpec &parameter : spec->parameters)
                facts.settings.push_back({QString::fromStdString(parameter.key), textOf(settings.value(parameter.key))});
        } else {
            for (const auto &[key, value] : layer.parameters)
                facts.settings.push_back({QString::fromStdString(key), textOf(value)});
        }
        if (!layer.device.empty())
            facts.settings.push_back({QStringLiteral("device"), QString::fromStdString(layer.device)});
        QStringList inputs;
        for (const Wire &wire : graph->wiresInto(layer.id)) {
            if (const Layer *from = graph->find(wire.from))
                inputs.append(QString::fromStdString(from->name));
        }
        facts.settings.push_back({QStringLiteral("inputs"), inputs.join(QStringLiteral(", "))});
        layers.push_back(std::move(facts));
    }
    return layers;
}

// Keys of all columns; each in the place the first column that has it gives it.
QStringList keysOf(const std::vector<Column> &columns)
{
    QStringList keys;
    QSet<QString> seen;
    for (const Column &column : columns) {
        for (const Setting &setting : column) {
            if (!seen.contains(setting.key)) {
                seen.insert(setting.key);
                keys.append(setting.key);
            }
        }
    }
    return keys;
}

bool allEqual(const QStringList &values)
{
    return std::all_of(values.begin(), values.end(), [&](const QString &value) { return value == values.front(); });
}

void appendDifferences(const std::vector<Column> &columns, DifferenceKind kind, const QString &prefix,
                       std::vector<DifferenceRow> &rows)
{
    std::vector<QHash<QString, QString>> lookup(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        for (const Setting &setting : columns[i])
            lookup[i].insert(setting.key, setting.value);
    }
    for (const QString &key : keysOf(columns)) {
        QStringList values;
        for (const auto &column : lookup)
            values.append(column.value(key));
        if (!allEqual(values))
            rows.push_back({kind, prefix + key, values});
    }
}

Column settingsColumn(const RunRecord &run)
{
    Column column = flattenJson(QByteArray::fromStdString(run.configJson));
    const auto addUnlessThere = [&](const char *key, const QString &value) {
        const QString name = QString::fromLatin1(key);
        const bool there = std::any_of(column.begin(), column.end(), [&](const Setting &setting) {
            return setting.key == name || setting.key == QStringLiteral("training.") + name;
        });
        if (!there && !value.isEmpty())
            column.push_back({name, value});
    };
    addUnlessThere("seed", QString::number(run.seed));
    addUnlessThere("device", QString::fromStdString(run.device));
    addUnlessThere("precision", QString::fromStdString(run.precision));
    return column;
}

void appendLayerDifferences(const std::vector<RunRecord> &runs, std::vector<DifferenceRow> &rows)
{
    std::vector<std::vector<LayerFacts>> networks;
    std::vector<Column> names;  // layer names as keys, so that keysOf() puts them in order
    for (const RunRecord &run : runs) {
        networks.push_back(layersOf(run));
        Column column;
        for (const LayerFacts &layer : networks.back())
            column.push_back({layer.name, layer.summary});
        names.push_back(std::move(column));
    }
    for (const QString &name : keysOf(names)) {
        QStringList presence;
        std::vector<Column> columns;
        bool everywhere = true;
        for (const auto &network : networks) {
            const auto found = std::find_if(network.begin(), network.end(), [&](const LayerFacts &l) { return l.name == name; });
            presence.append(found == network.end() ? QString() : found->summary);
            columns.push_back(found == network.end() ? Column{} : found->settings);
            everywhere = everywhere && found != network.end();
        }
        if (everywhere) {
            appendDifferences(columns, DifferenceKind::LayerChanged, name + QLatin1Char('.'), rows);
        } else {
            const bool inFirst = !presence.front().isEmpty();
            rows.push_back({inFirst ? DifferenceKind::LayerRemoved : DifferenceKind::LayerAdded, name, presence});
        }
    }
}

}  // namespace

std::vector<Setting> flattenJson(const QByteArray &json)
{
    std::vector<Setting> settings;
    const Json value = parse(std::string_view(json.constData(), static_cast<std::size_t>(json.size())));
    if (!value.is_discarded())
        flattenInto(value, {}, 0, settings);
    return settings;
}

std::vector<DifferenceRow> differingSettings(const std::vector<RunRecord> &runs)
{
    std::vector<DifferenceRow> rows;
    if (runs.size() < 2)
        return rows;
    std::vector<Column> columns;
    for (const RunRecord &run : runs)
        columns.push_back(settingsColumn(run));
    appendDifferences(columns, DifferenceKind::Setting, {}, rows);
    appendLayerDifferences(runs, rows);
    return rows;
}

QString settingTitle(const QString &key)
{
    QString title = key;
    for (const char *part : {"training.", "data."})  // which part of the project it is goes without saying
        if (title.startsWith(QLatin1String(part)))
            title.remove(0, static_cast<int>(qstrlen(part)));
    title.replace(QLatin1Char('.'), QStringLiteral(", "));
    title.replace(QLatin1Char('_'), QLatin1Char(' '));
    if (!title.isEmpty())
        title[0] = title[0].toUpper();
    return title;
}

}  // namespace trainyard::ui
