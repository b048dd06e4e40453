// What cannot be trained is said in the window, with the name of the layer, and does not start.
#include <QLabel>
#include <QLineEdit>

#include "tests/engine/api/bad_settings.h"
#include "tests/ui/shell/desktop_fixture.h"
#include "ui/panels/model/problem_row.h"
#include "ui/panels/train/train_page.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::ui;

class TestBadSettingsWindow : public QObject
{
    Q_OBJECT
private slots:
    void init() { m_ground = std::make_unique<Ground>(); }

    void eachIsShownAndDoesNotStart_data()
    {
        QTest::addColumn<int>("index");
        const auto all = badSettings();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::newRow(all[i].name) << static_cast<int>(i);
    }

    void eachIsShownAndDoesNotStart()
    {
        QFETCH(int, index);
        const BadSetting bad = badSettings()[static_cast<std::size_t>(index)];
        const QString layer = QString::fromStdString(bad.layer), says = QString::fromStdString(bad.says);
        const QString inList = bad.inList.empty() ? layer : QString::fromStdString(bad.inList);
        Project project = copyOfSample("iris", m_ground->path(QStringLiteral("own")).toStdString());
        bad.make(project);
        QVERIFY(saveProject(project));
        Desktop desktop(QString::fromStdString(project.folder.string()));
        QTRY_VERIFY(desktop.workspace().loader().types().has_value());

        if (bad.ofNetwork) {
            const auto rows = desktop.window.findChildren<ProblemRow *>();
            QVERIFY(std::any_of(rows.begin(), rows.end(), [&](const ProblemRow *row) {
                return row->accessibleName().startsWith(inList + QStringLiteral(": ")) && row->accessibleName().contains(says);
            }));
        } else {
            desktop.press(Qt::Key_3, Qt::ControlModifier);
            QCOMPARE(desktop.window.currentPage(), QStringLiteral("train"));
            QTRY_VERIFY(isSaidInRed(desktop, says));
        }
        const QString reason = desktop.workspace().whyNoStart();
        QVERIFY2(reason.contains(says), qPrintable(reason));
        QVERIFY2(!bad.layer.starts_with("optimizer") ? reason.contains(layer) : reason.contains(QStringLiteral("learning rate")), qPrintable(reason));
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("The run cannot start.")));
        QVERIFY(!desktop.workspace().run().isActive());
        QVERIFY(!std::filesystem::exists(project.checkpoints()));
    }

    void anInfiniteLearningRateIsNotTakenFromItsField()
    {
        Desktop desktop(QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris"));
        QTRY_VERIFY(desktop.workspace().loader().types().has_value());
        const double before = desktop.document().training().optimizer.learningRate;
        desktop.press(Qt::Key_3, Qt::ControlModifier);
        auto *edit = desktop.window.findChild<QLineEdit *>(QStringLiteral("learningRate"));
        for (const QString &text : {QStringLiteral("inf"), QStringLiteral("0")}) {
            edit->setFocus();
            edit->selectAll();
            QTest::keyClicks(edit, text);
            QVERIFY(isSaidInRed(desktop, QStringLiteral("The learning rate must be above 0 and finite")));
            QTest::keyClick(edit, Qt::Key_Return);
            QCOMPARE(desktop.document().training().optimizer.learningRate, before);
        }
    }

private:
    static bool isSaidInRed(Desktop &desktop, const QString &says)
    {
        const auto labels = desktop.window.findChild<TrainPage *>()->findChildren<QLabel *>();
        return std::any_of(labels.begin(), labels.end(), [&](const QLabel *label) {
            return label->isVisible() && label->property("error").toBool() && label->text().contains(says);
        });
    }

    std::unique_ptr<Ground> m_ground;
};

QTEST_MAIN(TestBadSettingsWindow)
#include "tst_bad_settings_window.moc"
