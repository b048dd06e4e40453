#include "ui/models/run_difference_model.h"

namespace trainyard::ui {

namespace {

QString titleOf(const DifferenceRow &row)
{
    if (row.kind == DifferenceKind::LayerAdded || row.kind == DifferenceKind::LayerRemoved)
        return QStringLiteral("Layer %1").arg(row.key);
    if (row.kind == DifferenceKind::LayerChanged)  // the layer's name stays as it is written
        return row.key.section(QLatin1Char('.'), 0, 0) + QStringLiteral(", ")
               + row.key.section(QLatin1Char('.'), 1).replace(QLatin1Char('_'), QLatin1Char(' '));
    return settingTitle(row.key);
}

}  // namespace

RunDifferenceModel::RunDifferenceModel(QObject *parent) : QAbstractTableModel(parent) {}

void RunDifferenceModel::setRuns(const std::vector<RunRecord> &runs, const std::vector<int> &curveSlots)
{
    std::vector<DifferenceRow> rows = differingSettings(runs);
    QStringList names;
    for (const RunRecord &run : runs)
        names.append(QString::fromStdString(run.name));
    if (rows == m_rows && names == m_names && curveSlots == m_slots)
        return;  // a refresh of runs that go on: the place in the table stays
    beginResetModel();
    m_rows = std::move(rows);
    m_names = names;
    m_slots = curveSlots;
    endResetModel();
}

int RunDifferenceModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RunDifferenceModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 1 + static_cast<int>(m_names.size());
}

QVariant RunDifferenceModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const DifferenceRow &row = m_rows[static_cast<std::size_t>(index.row())];
    const bool isTitle = index.column() == 0;
    const QString value = isTitle ? titleOf(row) : row.values.value(index.column() - 1);
    switch (role) {
    case Qt::DisplayRole: return value.isEmpty() ? QStringLiteral("-") : value;
    case Qt::ToolTipRole: return value.isEmpty() ? QStringLiteral("Not in this run") : value;
    case AbsentRole: return value.isEmpty();
    default: return {};
    }
}

QVariant RunDifferenceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    switch (role) {
    case Qt::DisplayRole: return section == 0 ? QStringLiteral("Setting") : m_names[section - 1];
    case Qt::ToolTipRole: return section == 0 ? QVariant() : QVariant(m_names[section - 1]);
    case Qt::TextAlignmentRole: return QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case CurveSlotRole:
        return section > 0 && static_cast<std::size_t>(section) <= m_slots.size() ? QVariant(m_slots[static_cast<std::size_t>(section) - 1])
                                                                                  : QVariant();
    default: return {};
    }
}

}  // namespace trainyard::ui
