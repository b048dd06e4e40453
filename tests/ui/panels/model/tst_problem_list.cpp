// The problem list, used with keys and the mouse.
#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QtTest>

#include "ui/models/project_document.h"
#include "ui/panels/model/problem_list.h"
#include "ui/panels/model/problem_row.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

namespace {

// Two problems: the input is of another size than the data (mended by a fix), and a layer that leads nowhere.
struct Fixture {
    ProjectDocument document;
    LayerId input, dense, loss, stray;
    ProblemList list{document};
    QSignalSpy chosen{&list, &ProblemList::layerChosen}, counts{&list, &ProblemList::countChanged};

    Fixture()
    {
        input = document.addLayer("input", {});
        document.setParameter({input}, "shape", std::vector<std::int64_t>{8});
        dense = document.addLayerBelow("dense", input, {});
        document.setParameter({dense}, "units", std::int64_t{3});
        loss = document.addLayerBelow("softmax_cross_entropy", dense, {});
        stray = document.addLayer("relu", {});
        DataSignature signature;
        signature.sampleShape = Shape{4};
        signature.classes = 3;
        document.setDataSignature(signature);
        counts.clear();
        list.resize(640, 160);
        list.show();
        QVERIFY(QTest::qWaitForWindowActive(&list));
    }
    LayerId lastChosen() { return chosen.takeLast().at(0).value<LayerId>(); }
    bool says(const QString &text) const
    {
        for (const QLabel *label : list.findChildren<QLabel *>())
            if (label->isVisibleTo(&list) && label->text().contains(text))
                return true;
        return false;
    }
};

}  // namespace

class TestProblemList : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void everyProblemIsARowWithTheNameOfItsLayer()
    {
        Fixture f;
        QCOMPARE(f.list.count(), 2);
        QCOMPARE(f.document.analysis().problems.size(), size_t{2});
        for (std::size_t i = 0; i < 2; ++i) {
            const Problem &problem = f.document.analysis().problems[i];
            QVERIFY(f.says(QString::fromStdString(problem.message)));
            const QString name = QString::fromStdString(f.document.graph().find(problem.layer)->name);
            QVERIFY(f.list.rows()[i]->accessibleName().startsWith(name + ": "));
        }
        QVERIFY(f.says("2 problems"));
        QVERIFY(f.says("input is 8, but a sample of the data is 4. Set input to 4."));
    }

    void aClickChoosesTheLayer()
    {
        Fixture f;
        for (ProblemRow *row : f.list.rows()) {
            QTest::mouseClick(row, Qt::LeftButton, {}, QPoint(60, row->height() / 2));
            QCOMPARE(f.lastChosen(), row->problem().layer);
        }
    }

    void arrowsAndEnterChooseTheLayer()
    {
        Fixture f;
        f.list.setFocus();
        QVERIFY(f.list.rows()[0]->hasFocus());
        QTest::keyClick(f.list.rows()[0], Qt::Key_Down);
        QVERIFY(f.list.rows()[1]->hasFocus());
        QTest::keyClick(f.list.rows()[1], Qt::Key_Down);  // the end
        QTest::keyClick(f.list.rows()[1], Qt::Key_Return);
        QCOMPARE(f.lastChosen(), f.list.rows()[1]->problem().layer);
        QTest::keyClick(f.list.rows()[1], Qt::Key_Up);
        QVERIFY(f.list.rows()[0]->hasFocus());
    }

    void theButtonMendsAndTheRowGoes()
    {
        Fixture f;
        ProblemRow *broken = f.list.rows()[0]->problem().fix ? f.list.rows()[0] : f.list.rows()[1];
        QVERIFY(broken->fixButton());
        QCOMPARE(broken->fixButton()->text(), QStringLiteral("Set input to 4"));
        QTest::mouseClick(broken->fixButton(), Qt::LeftButton);
        QCOMPARE(f.chosen.count(), 0);
        QCOMPARE(f.list.count(), 1);
        QCOMPARE(f.counts.count(), 1);
        QCOMPARE(f.counts.last().at(0).toInt(), 1);
        QCOMPARE(f.document.undoStack()->undoText(), QStringLiteral("Set input to 4"));
        f.document.undoStack()->undo();
        QCOMPARE(f.list.count(), 2);
    }

    void theKeyboardStaysInTheListAfterAFix()
    {
        Fixture f;
        ProblemRow *broken = f.list.rows()[0]->problem().fix ? f.list.rows()[0] : f.list.rows()[1];
        broken->fixButton()->setFocus();
        QTest::keyClick(broken->fixButton(), Qt::Key_Space);
        QCOMPARE(f.list.count(), 1);
        QVERIFY(f.list.rows()[0]->hasFocus());
    }

    void withoutProblemsOneCalmLineIsLeft()
    {
        Fixture f;
        f.document.remove({f.stray}, {});
        f.document.applyFix(*f.document.analysis().problems[0].fix);
        QCOMPARE(f.list.count(), 0);
        QVERIFY(f.says("No problems"));
        QVERIFY(!f.says("expects"));
    }

    void aRenamedLayerIsListedUnderItsNewName()
    {
        Fixture f;
        f.document.rename(f.stray, "spare");
        QVERIFY(f.says("spare"));
    }

    void whatDoesNotChangeTheProblemsKeepsTheRows()
    {
        Fixture f;
        ProblemRow *first = f.list.rows()[0];
        first->setFocus();
        f.document.moveLayers({{f.dense, {500, 500}}});
        QCOMPARE(f.list.rows()[0], first);
        QVERIFY(first->hasFocus());
        QCOMPARE(f.counts.count(), 0);
    }

    void aProblemOfTheWholeNetworkIsNamedSo()
    {
        Fixture f;
        f.document.reset(Project());
        QCOMPARE(f.list.count(), 1);
        QVERIFY(f.says("Network"));
        QTest::keyClick(f.list.rows()[0], Qt::Key_Return);
        QCOMPARE(f.chosen.count(), 0);  // there is no layer to show
    }

    void itLooksRightInBothThemes()
    {
        for (const Appearance appearance : {Appearance::Dark, Appearance::Light}) {
            Theme::instance().apply(appearance);
            Fixture f;
            f.list.setFocus();
            const QImage image = f.list.grab().toImage();
            QCOMPARE(image.pixelColor(image.width() - 4, image.height() - 4), themeColor(ColorRole::Panel));
            if (const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS"); !folder.isEmpty())
                image.save(QDir(folder).filePath(appearance == Appearance::Dark ? "problems-dark.png" : "problems-light.png"));
        }
    }

    void aProblemInsideABlockNamesTheDefinitionAndLeadsThere()
    {
        Fixture f;
        f.document.setDataSignature({});  // what comes to the block is known
        const Result<LayerId> block = f.document.group({f.dense});
        QVERIFY(block);
        f.document.openBlock(*block);
        LayerId inside = 0;
        for (const Layer &layer : f.document.shown().layers())
            if (layer.type == "dense")
                inside = layer.id;
        f.document.setParameter({inside}, "units", std::int64_t{0});
        const auto row = std::find_if(f.list.rows().begin(), f.list.rows().end(), [](const ProblemRow *each) { return each->problem().inside != 0; });
        QVERIFY(row != f.list.rows().end());
        QCOMPARE((*row)->layerName(), QStringLiteral("dense in block1"));
        QTest::mouseClick(*row, Qt::LeftButton);
        QCOMPARE(f.chosen.last().at(1).value<std::string>(), "block1");
        QCOMPARE(f.lastChosen(), inside);
    }
};

QTEST_MAIN(TestProblemList)
#include "tst_problem_list.moc"
