#include "ui/models/column_model.h"

#include <algorithm>

#include "engine/base/format.h"

namespace trainyard::ui {

QString columnRoleText(ColumnRole role)
{
    switch (role) {
    case ColumnRole::Feature: return QStringLiteral("Feature");
    case ColumnRole::Target: return QStringLiteral("Target");
    case ColumnRole::Ignore: return QStringLiteral("Ignore");
    }
    return {};
}

QString columnKindText(ColumnKind kind)
{
    return kind == ColumnKind::Numeric ? QStringLiteral("Numeric") : QStringLiteral("Categorical");
}

ColumnModel::ColumnModel(QObject *parent) : QAbstractTableModel(parent) {}

void ColumnModel::setColumns(const std::vector<ColumnConfig> &configured, const std::vector<ColumnPreview> &previews)
{
    std::vector<ColumnConfig> columns = configured;
    if (columns.empty()) {
        for (const ColumnPreview &preview : previews)
            columns.push_back({preview.name, preview.role, preview.kind});
    }
    std::vector<std::int64_t> missing(columns.size(), -1);
    std::vector<ColumnKind> inferred;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto found = std::find_if(previews.begin(), previews.end(),
                                        [&](const ColumnPreview &preview) { return preview.name == columns[i].name; });
        const bool known = found != previews.end();
        missing[i] = known ? found->missing : -1;
        inferred.push_back(known ? found->inferredKind : columns[i].kind);
    }
    const auto sameNames = std::equal(columns.begin(), columns.end(), m_columns.begin(), m_columns.end(),
                                      [](const ColumnConfig &a, const ColumnConfig &b) { return a.name == b.name; });
    if (!sameNames)
        beginResetModel();
    m_columns = std::move(columns);
    m_missing = std::move(missing);
    m_inferredKinds = std::move(inferred);
    if (!sameNames)
        endResetModel();
    else if (!m_columns.empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void ColumnModel::setRole(const std::vector<int> &rows, ColumnRole role)
{
    const std::vector<ColumnConfig> before = m_columns;
    for (const int row : rows)
        if (row < rowCount())  // the file may have changed while the menu was open
            m_columns[static_cast<std::size_t>(row)].role = role;
    announce(before, QStringLiteral("Set column role to %1").arg(columnRoleText(role).toLower()));
}

void ColumnModel::setKind(const std::vector<int> &rows, ColumnKind kind)
{
    const std::vector<ColumnConfig> before = m_columns;
    for (const int row : rows)
        if (row < rowCount())
            m_columns[static_cast<std::size_t>(row)].kind = kind;
    announce(before, QStringLiteral("Set column kind to %1").arg(columnKindText(kind).toLower()));
}

void ColumnModel::announce(const std::vector<ColumnConfig> &before, const QString &what)
{
    if (before == m_columns)
        return;
    emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    emit columnsEdited(m_columns, what);
}

int ColumnModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

int ColumnModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ColumnModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const ColumnConfig &column = m_columns[row];
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Name: return QString::fromStdString(column.name);
        case Role: return columnRoleText(column.role);
        case Kind: return columnKindText(column.kind);
        case Missing: return m_missing[row] < 0 ? QString() : QString::fromStdString(formatCount(m_missing[row]));
        default: return {};
        }
    }
    if (role == Qt::EditRole)
        return index.column() == Role ? static_cast<int>(column.role) : index.column() == Kind ? static_cast<int>(column.kind) : QVariant();
    if (role == Qt::TextAlignmentRole && index.column() == Missing)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
    if (role == Qt::ToolTipRole && index.column() == Kind && m_inferredKinds[row] != column.kind)
        return QStringLiteral("The values look %1.").arg(columnKindText(m_inferredKinds[row]).toLower());
    if (role == Qt::ToolTipRole && index.column() == Name)
        return QString::fromStdString(column.name);
    return {};
}

QVariant ColumnModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment((section == Missing ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return QStringLiteral("Column");
    case Role: return QStringLiteral("Role");
    case Kind: return QStringLiteral("Kind");
    case Missing: return QStringLiteral("Missing");
    default: return {};
    }
}

Qt::ItemFlags ColumnModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.column() == Role || index.column() == Kind)
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool ColumnModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    bool isNumber = false;
    const int choice = value.toInt(&isNumber);
    if (role != Qt::EditRole || !index.isValid() || !isNumber || choice < 0)
        return false;
    if (index.column() == Role && choice <= static_cast<int>(ColumnRole::Ignore)) {
        setRole({index.row()}, static_cast<ColumnRole>(choice));
        return true;
    }
    if (index.column() == Kind && choice <= static_cast<int>(ColumnKind::Categorical)) {
        setKind({index.row()}, static_cast<ColumnKind>(choice));
        return true;
    }
    return false;
}

}  // namespace trainyard::ui
