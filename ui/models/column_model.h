// The columns of the data file with what each is used for. A view of the configuration: edits leave as a whole new
// list of columns, and come back with the next setColumns().
#pragma once

#include <vector>

#include <QAbstractTableModel>

#include "engine/data/preview.h"

namespace trainyard::ui {

QString columnRoleText(ColumnRole role);  // "Feature"
QString columnKindText(ColumnKind kind);  // "Numeric"

class ColumnModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Name, Role, Kind, Missing, ColumnCount };

    explicit ColumnModel(QObject *parent = nullptr);

    // configured: what the project says. previews: what the file holds; where the project names no columns, they are
    // the file's own. Both may be empty.
    void setColumns(const std::vector<ColumnConfig> &configured, const std::vector<ColumnPreview> &previews);
    const std::vector<ColumnConfig> &columns() const { return m_columns; }

    // One edit for any number of rows, so that it is one step to undo.
    void setRole(const std::vector<int> &rows, ColumnRole role);
    void setKind(const std::vector<int> &rows, ColumnKind kind);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;  // value: int of the enum

signals:
    void columnsEdited(const std::vector<trainyard::ColumnConfig> &columns, const QString &what);

private:
    void announce(const std::vector<ColumnConfig> &before, const QString &what);

    std::vector<ColumnConfig> m_columns;
    std::vector<std::int64_t> m_missing;       // beside m_columns; -1: not known
    std::vector<ColumnKind> m_inferredKinds;   // beside m_columns
};

}  // namespace trainyard::ui
