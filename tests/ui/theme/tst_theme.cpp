// Every colour can be read in both themes, and every icon the code names exists.
#include <QDirIterator>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QtTest>

#include "ui/theme/style_sheet.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;

class TestTheme : public QObject
{
    Q_OBJECT
private slots:
    void contrastIsThatOfTheStandard()
    {
        QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
        QVERIFY(std::abs(contrastRatio(QColor("#777777"), Qt::white) - 4.478) < 0.01);  // the textbook grey that just fails
    }

    void textCanBeRead_data() { bothThemes(); }
    void textCanBeRead()
    {
        QFETCH(Appearance, appearance);
        Theme::instance().apply(appearance);
        for (const ColorRole text : {ColorRole::Text, ColorRole::Muted, ColorRole::Good, ColorRole::Warning, ColorRole::Error})
            for (const ColorRole ground : {ColorRole::Window, ColorRole::Panel, ColorRole::Raised})
                atLeast(4.5, themeColor(text), themeColor(ground), static_cast<int>(text));
        atLeast(4.5, themeColor(ColorRole::OnAccent), themeColor(ColorRole::Accent), -1);
    }

    void signsCanBeSeen_data() { bothThemes(); }
    void signsCanBeSeen()
    {
        QFETCH(Appearance, appearance);
        Theme::instance().apply(appearance);
        for (const ColorRole ground : {ColorRole::Window, ColorRole::Panel, ColorRole::Raised}) {
            atLeast(3, themeColor(ColorRole::Accent), themeColor(ground), -2);
            for (int category = 0; category < kCategoryCount; ++category)
                atLeast(3, Theme::instance().categoryColor(static_cast<Category>(category)), themeColor(ground), category);
        }
    }

    void curvesCanBeSeenAndToldApart_data() { bothThemes(); }
    void curvesCanBeSeenAndToldApart()
    {
        QFETCH(Appearance, appearance);
        Theme &theme = Theme::instance();
        theme.apply(appearance);
        for (int slot = 0; slot < Theme::kCurveColors; ++slot) {
            atLeast(3, theme.curveColor(slot), themeColor(ColorRole::Panel), slot);
            QCOMPARE(theme.curveColor(slot), theme.curveColor(slot + Theme::kCurveColors));
            QVERIFY(theme.curveStyle(slot) != theme.curveStyle(slot + Theme::kCurveColors));
            for (int other = 0; other < slot; ++other)
                QVERIFY(theme.curveColor(slot) != theme.curveColor(other));
        }
    }

    void thePaletteFollowsTheTheme()
    {
        QSignalSpy changed(&Theme::instance(), &Theme::changed);
        Theme::instance().apply(Appearance::Dark);
        QVERIFY(Theme::instance().isDark());
        QCOMPARE(QApplication::palette().color(QPalette::Window), themeColor(ColorRole::Window));
        const QColor dark = themeColor(ColorRole::Window);
        Theme::instance().apply(Appearance::Light);
        QVERIFY(!Theme::instance().isDark());
        QVERIFY(themeColor(ColorRole::Window) != dark);
        QCOMPARE(changed.count(), 2);
    }

    void theStyleSheetNamesRealColoursOnly()
    {
        Theme::instance().apply(Appearance::Light);
        const QString sheet = styleSheet(Theme::instance());
        QVERIFY(!sheet.contains('@'));
        QVERIFY(sheet.contains(themeColor(ColorRole::Accent).name()));
    }

    // From the sources themselves: a name in themeIcon("...") or EmptyState("...") needs its file, and every file draws.
    void everyIconNamedInTheCodeExists()
    {
        const QString root = QStringLiteral(TRAINYARD_PROJECTS_DIR "/..");
        const QRegularExpression call(QStringLiteral(
            R"re((?:themeIcon|EmptyState)\(\s*(?:QStringLiteral\(|QLatin1String\(|tr\()?"([a-z0-9_-]+)")re"));
        int found = 0;
        QDirIterator sources(root + QStringLiteral("/ui"), {"*.cpp", "*.h"}, QDir::Files, QDirIterator::Subdirectories);
        while (sources.hasNext()) {
            QFile file(sources.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            for (auto matches = call.globalMatch(text); matches.hasNext(); ++found) {
                const QString icon = matches.next().captured(1);
                QVERIFY2(!themeIcon(icon).isNull(), qPrintable(QStringLiteral("%1 names the icon %2").arg(file.fileName(), icon)));
            }
        }
        QVERIFY(found > 0);
        QVERIFY(themeIcon(QStringLiteral("no-such-icon")).isNull());
    }

    void everyIconIsOfOneFamily()
    {
        Theme::instance().apply(Appearance::Light);
        int count = 0;
        QDirIterator icons(QStringLiteral(TRAINYARD_PROJECTS_DIR "/../resources/icons"), {"*.svg"}, QDir::Files);
        for (; icons.hasNext(); ++count) {
            QFile file(icons.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray svg = file.readAll();
            QVERIFY2(svg.contains("currentColor"), qPrintable(file.fileName()));
            QVERIFY2(svg.contains("viewBox=\"0 0 20 20\""), qPrintable(file.fileName()));
            const QImage image = themeIcon(QFileInfo(file).baseName()).pixmap(20).toImage();
            bool drawn = false;
            for (int y = 0; y < image.height() && !drawn; ++y)
                for (int x = 0; x < image.width() && !drawn; ++x)
                    drawn = qAlpha(image.pixel(x, y)) > 128;
            QVERIFY2(drawn, qPrintable(file.fileName()));
        }
        QVERIFY(count > 0);
    }

    void anIconTakesTheColourOfTheMoment()
    {
        Theme::instance().apply(Appearance::Light);
        const QIcon icon = themeIcon(QStringLiteral("model"));
        const QImage light = icon.pixmap(20).toImage();
        Theme::instance().apply(Appearance::Dark);
        QVERIFY(icon.pixmap(20).toImage() != light);
    }

private:
    static void bothThemes()
    {
        QTest::addColumn<Appearance>("appearance");
        QTest::newRow("light") << Appearance::Light;
        QTest::newRow("dark") << Appearance::Dark;
    }
    static void atLeast(double ratio, const QColor &color, const QColor &ground, int which)
    {
        const double is = contrastRatio(color, ground);
        QVERIFY2(is >= ratio, qPrintable(QStringLiteral("%1 (%2) on %3: %4").arg(color.name()).arg(which).arg(ground.name()).arg(is)));
    }
};

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
