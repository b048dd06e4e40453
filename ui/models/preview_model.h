// The first rows of a data file as text, with the role of every column in its header.
#pragma once

#include <string>
#include <vector>

#include <QAbstractTableModel>

#include "engine/data/preview.h"

namespace trainyard::ui {

class PreviewModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        ColumnRoleRole = Qt::UserRole,  // int: ColumnRole; of a header section or a cell
        MissingRole,                    // bool: the cell holds no value
    };

    explicit PreviewModel(QObject *parent = nullptr);
    void setPreview(const std::vector<ColumnPreview> &columns, const std::vector<std::vector<std::string>> &rows);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<ColumnPreview> m_columns;
    std::vector<std::vector<std::string>> m_rows;
};

}  // namespace trainyard::ui
