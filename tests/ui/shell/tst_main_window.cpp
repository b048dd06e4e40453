// The window as a person meets it: start, pages, editing, saving, leaving. Every step goes through keys and the mouse.
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QToolButton>
#include <QUndoStack>

#include "tests/ui/change_epochs.h"
#include "tests/ui/shell/desktop_fixture.h"
#include "ui/shell/project_card.h"
#include "ui/shell/top_bar.h"

using namespace trainyard;
using namespace trainyard::test;
using namespace trainyard::ui;

namespace {

const QString kIris = QStringLiteral(TRAINYARD_PROJECTS_DIR "/iris");

}  // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT
private slots:
    void init() { m_ground = std::make_unique<Ground>(); }

    void theFirstStartShowsTheStartPageWithTheSamples()
    {
        Desktop desktop;
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("welcome"));
        QTRY_VERIFY(desktop.window.findChild<ProjectCard *>(QStringLiteral("sample-digits-cnn")));
        QVERIFY(desktop.button(QStringLiteral("New project")));
        QVERIFY(!desktop.window.findChild<QPushButton *>(QStringLiteral("start"))->isEnabled());
    }

    void theWindowIsPaintedBeforeAnythingIsOpened()
    {
        QElapsedTimer timer;
        timer.start();
        Desktop desktop(kIris);
        qInfo() << "constructed, shown and active after" << timer.elapsed() << "ms";
        QVERIFY(!desktop.workspace().files().hasProject() || desktop.window.isVisible());
        QTRY_VERIFY(desktop.workspace().files().hasProject());
    }

    void theFirstStartWithAProjectShowsItsModel()
    {
        Desktop desktop(kIris);
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("model"));
        QVERIFY(desktop.window.pageWidget(QStringLiteral("model"))->isVisible());
    }

    void aSampleOpensAsACopyInThePersonsFolder()
    {
        Desktop desktop;
        QTRY_VERIFY(desktop.window.findChild<ProjectCard *>(QStringLiteral("sample-iris")));
        desktop.click(desktop.window.findChild<ProjectCard *>(QStringLiteral("sample-iris")));
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        QCOMPARE(QString::fromStdString(desktop.document().project().folder.string()), m_ground->home() + QStringLiteral("/iris"));
        QVERIFY(QFile::exists(m_ground->home() + QStringLiteral("/iris/project.json")));
        QVERIFY(desktop.window.windowTitle().startsWith(QStringLiteral("Iris flowers")));
        QTRY_VERIFY(desktop.workspace().forecaster().forecast().has_value());
        QTRY_VERIFY(desktop.workspace().library().store());
    }

    void theNumberKeysChangeThePage()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        const QStringList pages{QStringLiteral("model"), QStringLiteral("data"), QStringLiteral("train"), QStringLiteral("runs"), QStringLiteral("device")};
        for (int i = 4; i >= 0; --i) {
            desktop.press(static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
            QCOMPARE(desktop.window.currentPage(), pages[i]);
            QVERIFY(desktop.window.pageWidget(pages[i])->isVisible());
        }
        desktop.press(Qt::Key_H, Qt::ControlModifier);
        QCOMPARE(desktop.window.currentPage(), QStringLiteral("welcome"));
    }

    void noShortcutMeansTwoThings()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        for (const char *page : {"model", "data", "train", "runs", "device"}) {
            desktop.window.showPage(QString::fromLatin1(page));
            QMap<QString, QString> owners;
            QList<QAction *> left = desktop.window.menuBar()->actions();
            while (!left.isEmpty()) {
                const QAction *action = left.takeFirst();
                if (const QMenu *menu = action->menu())
                    left += menu->actions();
                for (const QKeySequence &keys : action->shortcuts()) {
                    const QString other = owners.value(keys.toString());
                    QVERIFY2(other.isEmpty(), qPrintable(QStringLiteral("%1: %2 and %3 on the page %4").arg(keys.toString(), other, action->text(), page)));
                    owners.insert(keys.toString(), action->text());
                }
            }
            QVERIFY(owners.size() > 15);
        }
    }

    void anEditIsShownInTheTitleAndSavedToTheFile()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        QVERIFY(!desktop.window.isWindowModified());
        changeEpochs(desktop.document(), 77);
        QVERIFY(desktop.window.isWindowModified());
        QVERIFY(desktop.window.findChild<TopBar *>()->projectText().contains(QChar(0x2022)));
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!desktop.window.isWindowModified());
        QVERIFY(contentOf(m_ground->home() + QStringLiteral("/iris/project.json")).contains("\"epochs\": 77"));
    }

    void undoAndRedoNameTheirStep()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        const LayerId dense = desktop.document().graph().findByName("dense1")->id;
        desktop.document().remove({dense}, {});
        QCOMPARE(desktop.document().undoStack()->undoText(), QStringLiteral("Delete dense1"));
        desktop.press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(desktop.document().graph().find(dense));
        QStringList edit;
        for (const QAction *menu : desktop.window.menuBar()->actions())
            for (const QAction *action : menu->menu()->actions())
                edit.append(action->text());
        QVERIFY(edit.contains(QStringLiteral("Redo Delete dense1")));
        desktop.press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!desktop.document().graph().find(dense));
    }

    void aNewProjectGetsAFolderWhenItIsSaved()
    {
        Desktop desktop;
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("welcome"));
        desktop.press(Qt::Key_N, Qt::ControlModifier);
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("model"));
        desktop.document().addLayer("input", {0, 0});
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(!desktop.window.isWindowModified());
        QVERIFY(contentOf(m_ground->home() + QStringLiteral("/untitled/project.json")).contains("input"));
        // Another one of the same name stands beside it.
        desktop.press(Qt::Key_N, Qt::ControlModifier);
        QTRY_VERIFY(desktop.document().project().folder.empty());
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(QFile::exists(m_ground->home() + QStringLiteral("/untitled-2/project.json")));
    }

    void aProjectIsRenamedInTheTopBar()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        desktop.press(Qt::Key_F2, Qt::ShiftModifier);
        auto *field = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        QVERIFY(field);
        QTest::keyClicks(field, QStringLiteral("Three flowers"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(desktop.document().project().name, std::string("Three flowers"));
        QVERIFY(desktop.window.windowTitle().startsWith(QStringLiteral("Three flowers")));
    }

    void saveAsTakesTheDataAlongAndRefusesAProjectThatIsThere()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        desktop.workspace().files().saveAs(m_ground->path(QStringLiteral("elsewhere/flowers")));
        QTRY_VERIFY(QFile::exists(m_ground->path(QStringLiteral("elsewhere/flowers/project.json"))));
        QVERIFY(QFile::exists(m_ground->path(QStringLiteral("elsewhere/flowers/data/iris.csv"))));
        QTRY_COMPARE(QString::fromStdString(desktop.document().project().folder.string()), m_ground->path(QStringLiteral("elsewhere/flowers")));
        const QByteArray before = contentOf(m_ground->home() + QStringLiteral("/iris/project.json"));
        desktop.workspace().files().saveAs(m_ground->home() + QStringLiteral("/iris"));
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("There is a project in")));
        QCOMPARE(contentOf(m_ground->home() + QStringLiteral("/iris/project.json")), before);
    }

    void aSaveThatFailsKeepsTheChangesAndSaysWhy()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        changeEpochs(desktop.document(), 5);
        const QString folder = m_ground->home() + QStringLiteral("/iris");
        QVERIFY(QDir().rename(folder, folder + QStringLiteral("-away")));
        QFile file(folder);  // a file where the folder was
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        desktop.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("The project is not saved.")));
        QVERIFY(desktop.window.isWindowModified());
        QCOMPARE(desktop.document().training().epochs, std::int64_t(5));
        // With the folder back, the button of the message saves.
        QVERIFY(QFile::remove(folder));
        QVERIFY(QDir().rename(folder + QStringLiteral("-away"), folder));
        desktop.answer(QStringLiteral("Try again"));
        QTRY_VERIFY(!desktop.window.isWindowModified());
        QVERIFY(!desktop.hasMessage(QStringLiteral("The project is not saved.")));
    }

    void closingWithChangesAsks()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        changeEpochs(desktop.document(), 6);
        desktop.window.close();
        QVERIFY(desktop.window.isVisible());
        QVERIFY(desktop.hasMessage(QStringLiteral("has changes that are not saved")));
        desktop.answer(QStringLiteral("Cancel"));
        QVERIFY(desktop.window.isVisible());
        desktop.window.close();
        desktop.answer(QStringLiteral("Save"));
        QTRY_VERIFY(!desktop.window.isVisible());
        QVERIFY(contentOf(m_ground->home() + QStringLiteral("/iris/project.json")).contains("\"epochs\": 6,"));
    }

    void discardingClosesAndLeavesTheFileAlone()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        const QByteArray before = contentOf(m_ground->home() + QStringLiteral("/iris/project.json"));
        changeEpochs(desktop.document(), 6);
        desktop.window.close();
        desktop.answer(QStringLiteral("Discard"));
        QTRY_VERIFY(!desktop.window.isVisible());
        QCOMPARE(contentOf(m_ground->home() + QStringLiteral("/iris/project.json")), before);
    }

    void theNextStartOpensTheLastProjectOnTheLastPage()
    {
        {
            Desktop desktop(kIris, QStringLiteral("runs"));
            QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("runs"));
            desktop.press(Qt::Key_2, Qt::ControlModifier);
            desktop.window.close();
            QTRY_VERIFY(!desktop.window.isVisible());
        }
        Desktop again;
        QTRY_COMPARE(again.window.currentPage(), QStringLiteral("data"));
        QCOMPARE(again.document().project().name, std::string("Iris flowers"));
    }

    void aProjectThatIsGoneIsSaidSoOnTheStartPage()
    {
        Desktop desktop(m_ground->path(QStringLiteral("nothing")));
        QTRY_COMPARE(desktop.window.currentPage(), QStringLiteral("welcome"));
        QVERIFY(desktop.hasMessage(QStringLiteral("There is no project in")));
    }

    void aDamagedProjectLeavesTheOpenOneAlone()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        QVERIFY(QDir().mkpath(m_ground->path(QStringLiteral("broken"))));
        QFile file(m_ground->path(QStringLiteral("broken/project.json")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"format\": 1,");
        file.close();
        desktop.workspace().files().open(m_ground->path(QStringLiteral("broken")));
        QTRY_VERIFY(desktop.hasMessage(QStringLiteral("damaged")));
        QCOMPARE(desktop.document().project().name, std::string("Iris flowers"));
    }

    void theThemeChangesAtRunTime()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        const auto background = [&desktop] { return desktop.window.grab().toImage().pixelColor(30, desktop.window.height() - 60); };
        QCOMPARE(background(), themeColor(ColorRole::Panel));
        for (QAction *action : desktop.window.findChildren<QAction *>())
            if (action->text() == QLatin1String("&Dark"))
                action->trigger();
        QVERIFY(Theme::instance().isDark());
        QCOMPARE(background(), themeColor(ColorRole::Panel));
    }

    void everyButtonHasAnAccessibleName()
    {
        Desktop desktop(kIris);
        QTRY_VERIFY(desktop.workspace().files().hasProject());
        for (const char *page : {"model", "data", "train", "runs", "device"})
            QVERIFY(desktop.window.pageWidget(QString::fromLatin1(page)));
        for (const QAbstractButton *button : desktop.window.findChildren<QAbstractButton *>()) {
            if (button->objectName().startsWith(QLatin1String("qt_")) || button->inherits("QTableCornerButton") ||
                button->inherits("QLineEditIconButton") ||
                button->isHidden() || button->parentWidget()->isHidden())
                continue;  // Qt's own, or nothing to say now
            QVERIFY2(!button->accessibleName().isEmpty() || !button->text().isEmpty(), 
                     qPrintable(QStringLiteral("a %1 in a %2").arg(QLatin1String(button->metaObject()->className()),
                                                                  QLatin1String(button->parent()->metaObject()->className()))));
        }
    }

    void picturesAreTakenWhereAsked()
    {
        const QString where = qEnvironmentVariable("TRAINYARD_SHOTS");
        if (where.isEmpty())
            QSKIP("TRAINYARD_SHOTS is not set");
        Desktop desktop(QStringLiteral(TRAINYARD_PROJECTS_DIR "/digits-cnn"));
        QTRY_VERIFY(desktop.workspace().forecaster().forecast().has_value());
        desktop.press(Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(desktop.workspace().run().progress().epoch > 2, 60000);
        for (const auto &[name, appearance] : {std::pair("light", Appearance::Light), std::pair("dark", Appearance::Dark)}) {
            Theme::instance().apply(appearance);
            for (const QSize size : {QSize(1280, 800), QSize(2560, 1440)}) {
                desktop.window.resize(size);
                for (const char *page : {"welcome", "model", "data", "train", "runs"}) {
                    desktop.window.showPage(QString::fromLatin1(page));
                    QTest::qWait(400);
                    QVERIFY(desktop.window.grab().save(QStringLiteral("%1/%2-%3-%4.png").arg(where, QLatin1String(page), QLatin1String(name)).arg(size.width())));
                }
            }
        }
        desktop.press(Qt::Key_F5, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(!desktop.workspace().run().isActive(), 60000);
    }

private:
    std::unique_ptr<Ground> m_ground;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
