#include <QSignalSpy>
#include <QtTest>

#include "ui/models/run_filter_model.h"
#include "ui/models/run_table_model.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

RunRecord makeRun(std::int64_t id, const char *name, RunState state = RunState::Finished)
{
    RunRecord run;
    run.id = id;
    run.name = name;
    run.state = state;
    run.createdMs = run.startedMs = 1'000'000 * id;
    return run;
}

QStringList namesOf(const QAbstractItemModel &model)
{
    QStringList names;
    for (int row = 0; row < model.rowCount(); ++row)
        names.append(model.index(row, RunTableModel::Name).data().toString());
    return names;
}

}  // namespace

class TestRunTableModel : public QObject
{
    Q_OBJECT
private slots:
    void runsAreListedNewestFirst()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "a"), makeRun(3, "c"), makeRun(2, "b")});
        QCOMPARE(namesOf(model), (QStringList{"c", "b", "a"}));
    }

    void aRefreshKeepsTheRowsThatStay()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "a"), makeRun(2, "b"), makeRun(4, "d"), makeRun(5, "e")});
        const QPersistentModelIndex b(model.index(model.rowOf(2), 0));
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setRuns({makeRun(2, "b"), makeRun(3, "c"), makeRun(5, "e"), makeRun(6, "f"), makeRun(7, "g")});
        QCOMPARE(resets.count(), 0);
        QCOMPARE(namesOf(model), (QStringList{"g", "f", "e", "c", "b"}));
        QVERIFY(b.isValid());
        QCOMPARE(b.data(RunTableModel::IdRole).toLongLong(), 2);
        for (int row = 0; row < model.rowCount(); ++row)
            QCOMPARE(model.rowOf(model.index(row, 0).data(RunTableModel::IdRole).toLongLong()), row);
    }

    void anUnchangedListSaysNothing()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "a"), makeRun(2, "b")});
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.setRuns({makeRun(1, "a"), makeRun(2, "b")});
        QCOMPARE(changes.count(), 0);
        model.setRuns({makeRun(1, "a"), makeRun(2, "better")});
        QCOMPARE(changes.count(), 1);
    }

    void comparedRunsNeverShareAColour()
    {
        RunTableModel model;
        model.setRuns({makeRun(3, "a"), makeRun(19, "b"), makeRun(35, "c")});
        QCOMPARE(model.curveSlot(3), model.curveSlot(19));
        model.makeCurveSlotsDistinct({3, 19, 35});
        const QSet<int> taken{model.curveSlot(3), model.curveSlot(19), model.curveSlot(35)};
        QCOMPARE(taken.size(), 3);
        QCOMPARE(model.index(model.rowOf(19), 0).data(RunTableModel::CurveSlotRole).toInt(), model.curveSlot(19));
        QCOMPARE(model.curveSlot(3), 2);
    }

    void anEmptyNameIsRefused()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "a")});
        QSignalSpy edits(&model, &RunTableModel::nameEdited);
        QVERIFY(!model.setData(model.index(0, RunTableModel::Name), QStringLiteral("  "), Qt::EditRole));
        QCOMPARE(edits.count(), 0);
        QCOMPARE(namesOf(model), QStringList{"a"});
    }

    void editedTagsLeaveOnceAndShowAtOnce()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "a")});
        QSignalSpy edits(&model, &RunTableModel::tagsEdited);
        const QModelIndex tags = model.index(0, RunTableModel::Tags);
        QVERIFY(model.setData(tags, QStringLiteral("wide, cnn"), Qt::EditRole));
        QVERIFY(model.setData(tags, QStringLiteral("cnn, wide"), Qt::EditRole));
        QCOMPARE(edits.count(), 1);
        QCOMPARE(tags.data().toString(), QStringLiteral("cnn, wide"));
        QCOMPARE(model.allTags(), (QStringList{"cnn", "wide"}));
    }

    void everyWordMustMatchSomewhere()
    {
        RunTableModel model;
        RunRecord a = makeRun(1, "Wide CNN"), b = makeRun(2, "narrow cnn", RunState::Interrupted), c = makeRun(3, "mlp");
        a.tags = {"baseline"};
        c.notes = "Like the cnn, but flat";
        model.setRuns({a, b, c});
        RunFilterModel filter;
        filter.setSourceModel(&model);
        filter.setFilterText(QStringLiteral("CNN"));
        QCOMPARE(namesOf(filter), (QStringList{"mlp", "narrow cnn", "Wide CNN"}));
        filter.setFilterText(QStringLiteral("cnn  inter"));
        QCOMPARE(namesOf(filter), QStringList{"narrow cnn"});
        filter.setFilterText(QStringLiteral("cnn base"));
        QCOMPARE(namesOf(filter), QStringList{"Wide CNN"});
        filter.setFilterText(QStringLiteral("cnn nothing"));
        QCOMPARE(filter.rowCount(), 0);
        filter.setFilterText(QString());
        QCOMPARE(filter.rowCount(), 3);
    }

    void numbersInNamesSortAsNumbers()
    {
        RunTableModel model;
        model.setRuns({makeRun(1, "run 10"), makeRun(2, "run 9"), makeRun(3, "Run 1")});
        RunFilterModel filter;
        filter.setSourceModel(&model);
        filter.sort(RunTableModel::Name, Qt::AscendingOrder);
        QCOMPARE(namesOf(filter), (QStringList{"Run 1", "run 9", "run 10"}));
    }

    void runsWithoutAValueComeLastInBothDirections()
    {
        RunTableModel model;
        RunRecord a = makeRun(1, "a"), b = makeRun(2, "b"), c = makeRun(3, "c");
        a.bestMetric = 0.9;
        c.bestMetric = 0.8;
        model.setRuns({a, b, c});
        RunFilterModel filter;
        filter.setSourceModel(&model);
        filter.sort(RunTableModel::BestMetric, Qt::AscendingOrder);
        QCOMPARE(namesOf(filter), (QStringList{"c", "a", "b"}));
        filter.sort(RunTableModel::BestMetric, Qt::DescendingOrder);
        QCOMPARE(namesOf(filter), (QStringList{"a", "c", "b"}));
    }

    void fiveThousandRunsFilterAndSort()
    {
        RunTableModel model;
        std::vector<RunRecord> runs;
        for (int i = 1; i <= 5000; ++i) {
            RunRecord run = makeRun(i, qPrintable(QStringLiteral("run %1").arg(i)));
            run.bestMetric = (i * 7919) % 5000;
            runs.push_back(run);
        }
        model.setRuns(runs);
        RunFilterModel filter;
        filter.setSourceModel(&model);
        filter.sort(RunTableModel::BestMetric, Qt::DescendingOrder);
        QCOMPARE(filter.index(0, 0).data(RunTableModel::SortRole).toString(), filter.index(0, 0).data().toString());
        for (int row = 1; row < 5000; ++row) {
            QVERIFY(filter.index(row - 1, RunTableModel::BestMetric).data(RunTableModel::SortRole).toDouble()
                    >= filter.index(row, RunTableModel::BestMetric).data(RunTableModel::SortRole).toDouble());
        }
        filter.setFilterText(QStringLiteral("499"));
        QCOMPARE(filter.rowCount(), 15);  // 499, 1499, 2499, 3499, 4499 and 4990 to 4999
    }
};

QTEST_GUILESS_MAIN(TestRunTableModel)
#include "tst_run_table_model.moc"
