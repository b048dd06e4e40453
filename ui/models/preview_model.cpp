#include "ui/models/preview_model.h"

#include "ui/models/column_model.h"

namespace trainyard::ui {

PreviewModel::PreviewModel(QObject *parent) : QAbstractTableModel(parent) {}

void PreviewModel::setPreview(const std::vector<ColumnPreview> &columns, const std::vector<std::vector<std::string>> &rows)
{
    beginResetModel();
    m_columns = columns;
    m_rows = rows;
    endResetModel();
}

int PreviewModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PreviewModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant PreviewModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const ColumnPreview &column = m_columns[static_cast<std::size_t>(index.column())];
    const auto &row = m_rows[static_cast<std::size_t>(index.row())];
    const auto at = static_cast<std::size_t>(index.column());
    const QString text = at < row.size() ? QString::fromStdString(row[at]) : QString();
    switch (role) {
    case Qt::DisplayRole: return text;
    case Qt::ToolTipRole: return text.isEmpty() ? QStringLiteral("Missing") : text;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(
            (column.kind == ColumnKind::Numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case ColumnRoleRole: return static_cast<int>(column.role);
    case MissingRole: return text.isEmpty();
    default: return {};
    }
}

QVariant PreviewModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
    if (section < 0 || section >= columnCount())
        return {};
    const ColumnPreview &column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole: return QString::fromStdString(column.name);
    case Qt::ToolTipRole:
        return QStringLiteral("%1: %2, %3").arg(QString::fromStdString(column.name), columnRoleText(column.role).toLower(),
                                               columnKindText(column.kind).toLower());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(
            (column.kind == ColumnKind::Numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
    case ColumnRoleRole: return static_cast<int>(column.role);
    default: return {};
    }
}

}  // namespace trainyard::ui
