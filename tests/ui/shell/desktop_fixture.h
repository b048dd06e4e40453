// A window on its own ground: settings, state, samples and projects lie in a temporary folder, and no key of the person
// who runs the tests is touched.
#pragma once

#include <memory>

#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "ui/shell/main_window.h"
#include "ui/shell/message_bar.h"
#include "ui/theme/theme.h"

namespace trainyard::test {

class Ground {
public:
    Ground()
    {
        qputenv("TRAINYARD_HOME", (m_folder.path() + QStringLiteral("/home")).toUtf8());
        qputenv("TRAINYARD_SAMPLES", TRAINYARD_PROJECTS_DIR);
        qputenv("XDG_DATA_HOME", (m_folder.path() + QStringLiteral("/share")).toUtf8());
        QCoreApplication::setApplicationName(QStringLiteral("trainyard-test"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_folder.path() + QStringLiteral("/settings"));
        ui::Theme::instance().apply(ui::Appearance::Light);
    }

    QString path(const QString &inside) const { return m_folder.path() + QLatin1Char('/') + inside; }
    QString home() const { return path(QStringLiteral("home")); }

private:
    QTemporaryDir m_folder;
};

// What a person does, in words.
class Desktop {
public:
    explicit Desktop(const QString &project = {}, const QString &page = {})
    {
        window.resize(1280, 800);
        window.begin(project, page);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
    }

    ui::Workspace &workspace() { return window.workspace(); }
    ui::ProjectDocument &document() { return window.workspace().document(); }

    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) { QTest::keyClick(window.windowHandle(), key, modifiers); }

    // The button with this word that can be seen; null when there is none.
    QPushButton *button(const QString &word)
    {
        for (QPushButton *button : window.findChildren<QPushButton *>())
            if (button->isVisible() && button->text() == word)
                return button;
        return nullptr;
    }
    void click(QWidget *widget) { QTest::mouseClick(widget, Qt::LeftButton); }

    // Presses the button with this word, once it is there and in its place.
    void answer(const QString &word)
    {
        QTRY_VERIFY2(button(word), qPrintable(word));
        QTest::qWait(10);
        click(button(word));
    }

    bool hasMessage(const QString &part)
    {
        for (const ui::MessageBar *bar : window.messages().findChildren<ui::MessageBar *>())
            if (bar->text().contains(part))
                return true;
        return false;
    }

    ui::MainWindow window;
};

inline QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace trainyard::test
