// What differs between the compared runs, as a table: one row for a setting or layer, one column for each run.
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QStringList>

#include "ui/models/run_difference.h"

namespace trainyard::ui {

class RunDifferenceModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        CurveSlotRole = Qt::UserRole,  // of a run's header section: int
        AbsentRole,                    // of a cell, bool: that run has no such setting or layer
    };

    explicit RunDifferenceModel(QObject *parent = nullptr);

    // runs: complete records; slots: their curve colours, one for each.
    void setRuns(const std::vector<RunRecord> &runs, const std::vector<int> &curveSlots);

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;  // the setting, then the runs
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<DifferenceRow> m_rows;
    QStringList m_names;  // of the runs
    std::vector<int> m_slots;
};

}  // namespace trainyard::ui
