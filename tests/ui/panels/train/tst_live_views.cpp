#include <QtTest>

#include <fstream>

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QTextEdit>

#include "tests/ui/bridge/tiny_project.h"
#include "ui/charts/decision_plot.h"
#include "ui/panels/train/live_views.h"
#include "ui/theme/theme.h"

using namespace trainyard;
using namespace trainyard::ui;
using namespace trainyard::test;

namespace {

constexpr int kLong = 20'000;

// In both themes and two sizes, to look at: kept where TRAINYARD_SHOTS names a folder.
void keepPictures(QWidget &views, const QString &name)
{
    const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
    if (folder.isEmpty())
        return;
    for (const auto &[appearance, word] : {std::pair(Appearance::Light, "light"), std::pair(Appearance::Dark, "dark")}) {
        Theme::instance().apply(appearance);
        for (const QSize size : {QSize(340, 560), QSize(900, 1180)}) {
            views.resize(size);
            QTest::qWait(200);
            views.grab().save(QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, QLatin1String(word)).arg(size.width()));
        }
    }
    Theme::instance().apply(Appearance::Light);
}

// A text of lines that repeat themselves, and a network that reads sixteen characters of it.
Project textProject(const QTemporaryDir &dir)
{
    Project project;
    project.name = "Lines";
    project.folder = folderOf(dir);
    {
        std::ofstream out(project.folder / "lines.txt");
        for (int line = 0; line < 200; ++line)
            out << (line % 2 == 0 ? "one wagon rolls\n" : "two wagons roll\n");
    }
    LayerId before = 0;
    const auto add = [&](const char *type, ParameterMap parameters) {
        const LayerId id = project.graph.add(type);
        project.graph.edit(id)->parameters = std::move(parameters);
        if (before != 0)
            (void)project.graph.connect({before, id, 0});
        before = id;
    };
    constexpr std::int64_t kTokens = 12;  // those of " aeglnorstw" and the end of a line
    add("input", {{"shape", std::vector<std::int64_t>{16}}});
    add("embedding", {{"tokens", kTokens}, {"width", std::int64_t{16}}});
    add("positional_embedding", {});
    add("multi_head_attention", {{"heads", std::int64_t{2}}, {"causal", true}});
    add("dense", {{"units", kTokens}});
    add("softmax_cross_entropy", {});
    project.data.format = DataFormat::Text;
    project.data.file = "lines.txt";
    project.data.window.length = 16;
    project.data.window.stride = 8;
    project.training.epochs = 100'000;
    project.training.batchSize = 16;
    project.training.threads = 1;
    project.training.checkpointEveryEpochs = 0;
    project.training.optimizer.learningRate = 0.01;
    project.training.sampling.prompt = "two ";
    project.training.sampling.length = 30;
    (void)saveProject(project);
    return project;
}

struct Bench {
    QTemporaryDir dir;
    ProjectDocument document;
    DataLoader loader{document};
    std::shared_ptr<StoreThread> store;
    LiveRun run;
    LiveViews page{document, loader, run};

    explicit Bench(const std::function<Project(const QTemporaryDir &)> &make)
    {
        const Project project = make(dir);
        store = std::make_shared<StoreThread>(project.database());
        document.reset(project);
        page.resize(380, 640);
        page.show();
        (void)QTest::qWaitForWindowExposed(&page);
        (void)QTest::qWaitFor([this] { return loader.types().has_value(); }, kLong);
    }
    ~Bench()
    {
        run.stop();
        (void)QTest::qWaitFor([this] { return !run.isActive(); }, kLong);
    }
    void start() { run.start(document.snapshot(), store); }
    template <typename Widget>
    Widget *find(const char *name) const
    {
        return page.findChild<Widget *>(QLatin1String(name));
    }
    QString text() const { return find<QTextEdit>("sampleText")->toPlainText(); }
    DecisionPlot *plot() const { return page.findChild<DecisionPlot *>(); }
};

}  // namespace

// What a network makes of samples of our own, beside the curves of the Train page.
class TestLiveViews : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { Theme::instance().apply(Appearance::Light); }

    void aTextHasASampleThatFollowsTheRun()
    {
        Bench bench(textProject);
        QTRY_VERIFY(bench.find<QTextEdit>("sampleText")->isVisible());
        QVERIFY(!bench.plot()->isVisible());
        QVERIFY(!bench.find<QPushButton>("sampleNow")->isVisible());
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(bench.run.samples().size() >= 3, kLong);
        QTRY_VERIFY(bench.text().startsWith(QStringLiteral("two ")));
        QVERIFY(bench.find<QLabel>("sampleCaption")->text().startsWith(QStringLiteral("Step ")));

        // Back to the first: later ones no longer take its place.
        bench.run.pause();
        QTRY_COMPARE(bench.run.progress().state, TrainState::Paused);
        bench.find<QSlider>("sampleSlider")->setValue(0);
        QCOMPARE(bench.text(), QStringLiteral("two ") + QString::fromStdString(bench.run.samples().front().text));
        const auto before = bench.run.samples().size();
        bench.run.resume();
        QTRY_VERIFY_WITH_TIMEOUT(bench.run.samples().size() > before, kLong);
        QCOMPARE(bench.text(), QStringLiteral("two ") + QString::fromStdString(bench.run.samples().front().text));
        auto *slider = bench.find<QSlider>("sampleSlider");
        slider->setValue(slider->maximum());
        bench.run.pause();
        QTRY_COMPARE(bench.run.progress().state, TrainState::Paused);
        QTRY_COMPARE(bench.text(), QStringLiteral("two ") + QString::fromStdString(bench.run.samples().back().text));
        keepPictures(bench.page, QStringLiteral("sample"));
    }

    void oneMoreIsWrittenOnDemandWithTheSettingsAsTheyAre()
    {
        Bench bench(textProject);
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.run.samples().empty(), kLong);
        bench.run.pause();
        QTRY_COMPARE(bench.run.progress().state, TrainState::Paused);
        const auto before = bench.run.samples().size();
        auto *prompt = bench.find<QLineEdit>("samplePrompt");
        QCOMPARE(prompt->text(), QStringLiteral("two "));
        prompt->setFocus();
        prompt->selectAll();
        QTest::keyClicks(prompt, QStringLiteral("\\none\r"));
        QCOMPARE(bench.document.training().sampling.prompt, std::string("\none"));
        QVERIFY(bench.find<QPushButton>("sampleNow")->isVisible());
        QTest::mouseClick(bench.find<QPushButton>("sampleNow"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(bench.run.samples().size(), before + 1, kLong);
        QCOMPARE(bench.run.samples().back().settings.prompt, std::string("\none"));
        QTRY_VERIFY(bench.text().startsWith(QStringLiteral("\none")));
        bench.document.undoStack()->undo();
        QCOMPARE(prompt->text(), QStringLiteral("two "));

        auto *temperature = bench.find<QLineEdit>("sampleTemperature");
        temperature->setFocus();
        temperature->selectAll();
        QTest::keyClicks(temperature, QStringLiteral("-1\r"));
        QCOMPARE(bench.document.training().sampling.temperature, 0.8);
        bool said = false;
        for (const QLabel *label : bench.page.findChildren<QLabel *>())
            said |= label->isVisible() && label->property("error").toBool() && label->text().startsWith(QStringLiteral("The temperature is -1"));
        QVERIFY(said);
    }

    void twoFeaturesHaveAPlaneThatIsDrawnWhileTheRunGoesOn()
    {
        Bench bench([](const QTemporaryDir &dir) { return tinyProject(dir); });
        QTRY_VERIFY(bench.plot()->isVisible());
        QVERIFY(!bench.find<QTextEdit>("sampleText")->isVisible());
        QVERIFY(bench.plot()->wordsAt(bench.plot()->plane().center()).isEmpty());
        bench.start();
        QTRY_VERIFY_WITH_TIMEOUT(bench.run.decisionGrid() && bench.run.decisionGrid()->step > 1000, kLong);
        bench.run.pause();
        QTRY_COMPARE(bench.run.progress().state, TrainState::Paused);
        const auto grid = bench.run.decisionGrid();
        QCOMPARE(grid->points->axes[0], std::string("x"));
        QCOMPARE(grid->points->classNames.size(), std::size_t{3});
        // The middle of "top" lies at 1.5, 1.5.
        const QRect plane = bench.plot()->plane();
        const PlanePoints &points = *grid->points;
        const QPoint top(plane.left() + static_cast<int>((1.5f - points.left) / (points.right - points.left) * static_cast<float>(plane.width())),
                         plane.bottom() - static_cast<int>((1.5f - points.bottom) / (points.top - points.bottom) * static_cast<float>(plane.height())));
        const QString words = bench.plot()->wordsAt(top);
        QVERIFY2(words.startsWith(QStringLiteral("x 1.")) && words.contains(QStringLiteral(": top, ")), qPrintable(words));
        QVERIFY(bench.plot()->wordsAt(QPoint(0, 0)).isEmpty());
        // Painted: the colours of two classes' regions differ.
        const QImage picture = bench.plot()->grab().toImage();
        const QPoint left(plane.left() + plane.width() / 6, plane.bottom() - plane.height() / 6);
        QVERIFY(picture.pixelColor(left) != picture.pixelColor(plane.left() + plane.width() - 4, plane.top() + plane.height() - 4));
        keepPictures(bench.page, QStringLiteral("decision"));
    }

    void aProjectOfManyFeaturesHasNeither()
    {
        Bench bench([](const QTemporaryDir &dir) {
            Project project = tinyProject(dir);
            std::ofstream out(project.folder / "points.csv");
            out << "a,b,c,kind\n";
            for (int row = 0; row < 60; ++row)
                out << row << ',' << row % 7 << ',' << row % 3 << ',' << (row % 2 == 0 ? "even" : "odd") << '\n';
            return project;
        });
        QVERIFY(bench.loader.types().has_value());
        QVERIFY(!bench.plot()->isVisible());
        QVERIFY(!bench.find<QTextEdit>("sampleText")->isVisible());
    }
};

QTEST_MAIN(TestLiveViews)
#include "tst_live_views.moc"
