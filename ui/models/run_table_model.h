// Every run of the project as a table. Filled from one query; knows no store: what the person edits leaves as signals.
// Names and tags are edited in place, tags as "a, b"; notes have several lines and so an editor of their own.
#pragma once

#include <vector>

#include <QAbstractTableModel>
#include <QHash>
#include <QStringList>

#include "engine/storage/run_record.h"

namespace trainyard::ui {

class RunTableModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Name, State, Started, Duration, BestMetric, Parameters, Device, Tags, Notes, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole,  // number or text; invalid where there is no value
        FilterRole,               // all searchable words, lower case
        IdRole,                   // qint64
        CurveSlotRole,            // int: which of the curve colours is this run's, see curveSlot()
        StateRole,                // int: RunState
        TagsRole,                 // QStringList
    };

    explicit RunTableModel(QObject *parent = nullptr);

    // Takes the list the store gave. Rows keep their place and selection where the runs stay the same.
    void setRuns(std::vector<RunRecord> runs);
    const std::vector<RunRecord> &runs() const { return m_runs; }
    const RunRecord *find(qint64 runId) const;
    int rowOf(qint64 runId) const;  // -1: not there
    bool anyActive() const;
    QStringList allTags() const;

    // A run's colour is its slot: the eight curve colours, then the same dashed. Runs far apart in the history may
    // share one; those compared with each other must not: the later one takes the next free slot and keeps it.
    int curveSlot(qint64 runId) const;
    void makeCurveSlotsDistinct(const std::vector<qint64> &runIds);

    // Changes only what is shown, at once; the store's own answer comes with the next setRuns().
    void applyName(qint64 runId, const QString &name);
    void applyNotes(qint64 runId, const QString &notes);
    void applyTags(qint64 runId, const QStringList &tags);

    // The clock for durations and "today". setNow() repaints only rows that are going on.
    void setNow(qint64 nowMs);
    qint64 now() const { return m_nowMs; }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

signals:
    void nameEdited(qint64 runId, const QString &name);
    void tagsEdited(qint64 runId, const QStringList &before, const QStringList &after);

private:
    QVariant sortValue(const RunRecord &run, int column) const;
    QString text(const RunRecord &run, int column) const;
    QString toolTip(const RunRecord &run, int column) const;
    void rowChanged(int row);
    void rebuildIndex();

    std::vector<RunRecord> m_runs;      // by id, newest first
    std::vector<QString> m_searchText;  // beside m_runs
    QHash<qint64, int> m_rows;          // id -> row
    QHash<qint64, int> m_slots;         // only the runs moved by makeCurveSlotsDistinct()
    qint64 m_nowMs = 0;
};

}  // namespace trainyard::ui
