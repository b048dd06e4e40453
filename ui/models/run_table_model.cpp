#include "ui/models/run_table_model.h"

#include <algorithm>
#include <set>

#include "engine/base/format.h"
#include "ui/models/run_text.h"

namespace trainyard::ui {

namespace {

constexpr int kCurveSlots = 16;  // eight colours, full and dashed

QStringList tagsOf(const RunRecord &run)
{
    QStringList tags;
    for (const std::string &tag : run.tags)
        tags.append(QString::fromStdString(tag));
    return tags;
}

QString searchText(const RunRecord &run)
{
    const QStringList parts{QString::fromStdString(run.name), tagsOf(run).join(QLatin1Char(' ')), runStateText(run.state),
                            QString::fromStdString(run.notes)};
    return parts.join(QLatin1Char('\n')).toLower();
}

bool sameToLookAt(const RunRecord &a, const RunRecord &b)
{
    return a.name == b.name && a.state == b.state && a.startedMs == b.startedMs && a.endedMs == b.endedMs
           && a.heartbeatMs == b.heartbeatMs && a.exitReason == b.exitReason && a.parameters == b.parameters
           && a.device == b.device && a.notes == b.notes && a.tags == b.tags && a.bestMetric == b.bestMetric
           && a.bestMetricName == b.bestMetricName && a.bestStep == b.bestStep && a.lastStep == b.lastStep
           && a.lastEpoch == b.lastEpoch;
}

}  // namespace

RunTableModel::RunTableModel(QObject *parent) : QAbstractTableModel(parent) {}

void RunTableModel::setRuns(std::vector<RunRecord> runs)
{
    std::sort(runs.begin(), runs.end(), [](const RunRecord &a, const RunRecord &b) { return a.id > b.id; });
    std::set<std::int64_t> wanted;
    for (const RunRecord &run : runs)
        wanted.insert(run.id);
    for (int row = static_cast<int>(m_runs.size()) - 1; row >= 0;) {
        if (wanted.contains(m_runs[row].id)) {
            --row;
            continue;
        }
        int first = row;
        while (first > 0 && !wanted.contains(m_runs[first - 1].id))
            --first;
        beginRemoveRows({}, first, row);
        m_runs.erase(m_runs.begin() + first, m_runs.begin() + row + 1);
        m_searchText.erase(m_searchText.begin() + first, m_searchText.begin() + row + 1);
        rebuildIndex();
        endRemoveRows();
        row = first - 1;
    }
    // What is left is a part of runs in the same order: fill the gaps, block by block, and refresh the rest.
    for (std::size_t at = 0; at < runs.size();) {
        if (at < m_runs.size() && m_runs[at].id == runs[at].id) {
            if (!sameToLookAt(m_runs[at], runs[at])) {
                m_runs[at] = runs[at];
                rowChanged(static_cast<int>(at));
            }
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < runs.size() && (at >= m_runs.size() || runs[end].id != m_runs[at].id))
            ++end;
        beginInsertRows({}, static_cast<int>(at), static_cast<int>(end) - 1);
        const auto offset = static_cast<std::ptrdiff_t>(at), stop = static_cast<std::ptrdiff_t>(end);
        m_runs.insert(m_runs.begin() + offset, runs.begin() + offset, runs.begin() + stop);
        std::vector<QString> texts;
        for (std::size_t i = at; i < end; ++i)
            texts.push_back(searchText(runs[i]));
        m_searchText.insert(m_searchText.begin() + offset, texts.begin(), texts.end());
        rebuildIndex();
        endInsertRows();
        at = end;
    }
}

void RunTableModel::rebuildIndex()
{
    m_rows.clear();
    m_rows.reserve(static_cast<qsizetype>(m_runs.size()));
    for (std::size_t i = 0; i < m_runs.size(); ++i)
        m_rows.insert(m_runs[i].id, static_cast<int>(i));
}

void RunTableModel::rowChanged(int row)
{
    m_searchText[row] = searchText(m_runs[row]);
    emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

int RunTableModel::rowOf(qint64 runId) const
{
    return m_rows.value(runId, -1);
}

const RunRecord *RunTableModel::find(qint64 runId) const
{
    const int row = rowOf(runId);
    return row < 0 ? nullptr : &m_runs[row];
}

bool RunTableModel::anyActive() const
{
    return std::any_of(m_runs.begin(), m_runs.end(), [](const RunRecord &run) { return isActive(run.state); });
}

QStringList RunTableModel::allTags() const
{
    std::set<QString> tags;
    for (const RunRecord &run : m_runs) {
        for (const std::string &tag : run.tags)
            tags.insert(QString::fromStdString(tag));
    }
    return {tags.begin(), tags.end()};
}

int RunTableModel::curveSlot(qint64 runId) const
{
    const auto moved = m_slots.constFind(runId);
    return moved != m_slots.constEnd() ? *moved : static_cast<int>((runId + kCurveSlots - 1) % kCurveSlots);
}

void RunTableModel::makeCurveSlotsDistinct(const std::vector<qint64> &runIds)
{
    std::set<int> taken;
    for (const qint64 id : runIds) {
        int slot = curveSlot(id);
        if (taken.contains(slot) && taken.size() < kCurveSlots) {
            slot = 0;
            while (taken.contains(slot))
                ++slot;
            m_slots.insert(id, slot);
            if (const int row = rowOf(id); row >= 0)
                emit dataChanged(index(row, Name), index(row, Name), {CurveSlotRole});
        }
        taken.insert(slot);
    }
}

void RunTableModel::applyName(qint64 runId, const QString &name)
{
    if (const int row = rowOf(runId); row >= 0) {
        m_runs[row].name = name.toStdString();
        rowChanged(row);
    }
}

void RunTableModel::applyNotes(qint64 runId, const QString &notes)
{
    if (const int row = rowOf(runId); row >= 0) {
        m_runs[row].notes = notes.toStdString();
        rowChanged(row);
    }
}

void RunTableModel::applyTags(qint64 runId, const QStringList &tags)
{
    if (const int row = rowOf(runId); row >= 0) {
        m_runs[row].tags.clear();
        for (const QString &tag : tags)
            m_runs[row].tags.push_back(tag.toStdString());
        rowChanged(row);
    }
}

void RunTableModel::setNow(qint64 nowMs)
{
    m_nowMs = nowMs;
    for (std::size_t i = 0; i < m_runs.size(); ++i) {
        if (isActive(m_runs[i].state))
            emit dataChanged(index(static_cast<int>(i), Duration), index(static_cast<int>(i), Duration));
    }
}

int RunTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int RunTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RunTableModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= static_cast<int>(m_runs.size()))
        return {};
    const RunRecord &run = m_runs[index.row()];
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole: return text(run, column);
    case Qt::EditRole: return text(run, column);
    case Qt::ToolTipRole: return toolTip(run, column);
    case Qt::TextAlignmentRole:
        if (column == Duration || column == Parameters || column == BestMetric)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        return {};
    case SortRole: return sortValue(run, column);
    case FilterRole: return m_searchText[index.row()];
    case IdRole: return QVariant::fromValue<qint64>(run.id);
    case CurveSlotRole: return curveSlot(run.id);
    case StateRole: return static_cast<int>(run.state);
    case TagsRole: return tagsOf(run);
    default: return {};
    }
}

QString RunTableModel::text(const RunRecord &run, int column) const
{
    switch (column) {
    case Name: return QString::fromStdString(run.name);
    case State: return runStateText(run.state);
    case Started: return momentText(run.startedMs > 0 ? run.startedMs : run.createdMs, m_nowMs);
    case Duration: return runDurationText(run, m_nowMs);
    case BestMetric: return bestMetricText(run);
    case Parameters: return run.parameters > 0 ? QString::fromStdString(formatCount(run.parameters)) : QString();
    case Device: return QString::fromStdString(run.device);
    case Tags: return tagsOf(run).join(QStringLiteral(", "));
    case Notes: return QString::fromStdString(run.notes).simplified();
    default: return {};
    }
}

QVariant RunTableModel::sortValue(const RunRecord &run, int column) const
{
    switch (column) {
    case Started: return static_cast<double>(run.startedMs > 0 ? run.startedMs : run.createdMs);
    case Duration:
        if (const auto seconds = runSeconds(run, m_nowMs))
            return *seconds;
        return {};
    case BestMetric: return run.bestMetric ? QVariant(*run.bestMetric) : QVariant();
    case Parameters: return run.parameters > 0 ? QVariant(static_cast<double>(run.parameters)) : QVariant();
    default: {
        const QString value = text(run, column);
        return value.isEmpty() ? QVariant() : QVariant(value);
    }
    }
}

QString RunTableModel::toolTip(const RunRecord &run, int column) const
{
    switch (column) {
    case State: return runStateExplanation(run);
    case Started: return fullMomentText(run.startedMs > 0 ? run.startedMs : run.createdMs);
    case BestMetric:
        return run.bestMetric ? QStringLiteral("%1 at step %2").arg(bestMetricText(run),
                                                                   QString::fromStdString(formatCount(run.bestStep)))
                              : QString();
    case Notes: return QString::fromStdString(run.notes);
    case Name:
    case Tags:
    case Device: return text(run, column);
    default: return {};
    }
}

QVariant RunTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    static const QStringList kTitles{QStringLiteral("Name"),        QStringLiteral("State"),      QStringLiteral("Started"),
                                     QStringLiteral("Duration"),    QStringLiteral("Best metric"), QStringLiteral("Parameters"),
                                     QStringLiteral("Device"),      QStringLiteral("Tags"),       QStringLiteral("Notes")};
    if (role == Qt::DisplayRole)
        return kTitles.value(section);
    if (role == Qt::TextAlignmentRole) {
        const bool number = section == Duration || section == Parameters || section == BestMetric;
        return QVariant::fromValue(Qt::Alignment((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    }
    return {};
}

Qt::ItemFlags RunTableModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Name || index.column() == Tags)
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool RunTableModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || !index.isValid())
        return false;
    const RunRecord &run = m_runs[index.row()];
    const qint64 id = run.id;
    switch (index.column()) {
    case Name: {
        const QString name = value.toString().simplified();
        if (name.isEmpty())
            return false;  // a run without a name could not be told from the others
        if (name != QString::fromStdString(run.name)) {
            applyName(id, name);
            emit nameEdited(id, name);
        }
        return true;
    }
    case Tags: {
        const QStringList before = tagsOf(run), tags = tagsFromText(value.toString());
        if (tags != before) {
            applyTags(id, tags);
            emit tagsEdited(id, before, tags);
        }
        return true;
    }
    default: return false;
    }
}

}  // namespace trainyard::ui
