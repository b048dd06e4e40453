#include <QTemporaryDir>
#include <QtTest>

#include "engine/api/forecast.h"
#include "tests/engine/api/sample_project.h"

using namespace trainyard;
using namespace trainyard::test;

// The samples that come with the program: they learn what their notes promise, and the forecast of each is exact.
class TestSampleProjects : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path folder() const { return m_folder.path().toStdString(); }

    static void everySample()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : kSampleIds)
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

private slots:
    void allAreFound()
    {
        qputenv("TRAINYARD_SAMPLES", TRAINYARD_PROJECTS_DIR);
        std::vector<std::string> ids;
        for (const Sample &sample : findSamples()) {
            ids.push_back(sample.id);
            QVERIFY(!sample.title.empty() && !sample.description.empty());
        }
        QCOMPARE(ids, kSampleIds);
    }

    void theFileIsWhatSavingWrites_data() { everySample(); }
    void theFileIsWhatSavingWrites()
    {
        QFETCH(QString, id);
        const auto file = sampleFolder(id.toStdString()) / "project.json";
        const auto project = loadProject(file);
        QVERIFY2(project, project ? "" : project.error().message.c_str());
        QCOMPARE(QString::fromStdString(projectToText(*project)), QString::fromStdString(readFile(file).value()));
        QVERIFY(project->unknownJson.empty());
    }

    void theNetworkFitsTheData_data() { everySample(); }
    void theNetworkFitsTheData()
    {
        QFETCH(QString, id);
        const Project project = loadProject(sampleFolder(id.toStdString())).value();
        const auto dataset = loadDataset(project.data, project.folder);
        QVERIFY2(dataset, dataset ? "" : dataset.error().message.c_str());
        const auto checked = checkGraph(project.graph, *dataset);
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
        // From top to bottom, as the canvas draws wires; no card of 168x48 lies on another.
        for (const Wire &wire : project.graph.wires())
            QVERIFY(project.graph.find(wire.to)->y >= project.graph.find(wire.from)->y + 80);
        for (const Layer &a : project.graph.layers())
            for (const Layer &b : project.graph.layers())
                QVERIFY(a.id == b.id || std::abs(a.x - b.x) > 168 || std::abs(a.y - b.y) > 48);
    }

    // The one promise everything else stands on.
    void theForecastIsWhatIsAllocated_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("threads");
        for (const std::string &id : kSampleIds)
            for (const int batch : {1, 7, 32, 64})
                for (const int threads : {1, 2})
                    QTest::addRow("%s batch %d threads %d", id.c_str(), batch, threads) << QString::fromStdString(id) << batch << threads;
    }

    void theForecastIsWhatIsAllocated()
    {
        QFETCH(QString, id);
        QFETCH(int, batch);
        QFETCH(int, threads);
        Project project = loadProject(sampleFolder(id.toStdString())).value();
        project.training.batchSize = batch;
        project.training.threads = threads;
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        struct Form {
            const char *optimizer;
            std::int64_t accumulated;
            double average;
            Precision precision = Precision::Float32;
        };
        for (const Form &form : {Form{"sgd", 1, 0}, Form{"adamw", 1, 0}, Form{"muon", 1, 0.99}, Form{"rmsprop", 2, 0},
                                 Form{"lamb", 2, 0.99}, Form{"adam", 2, 0.99, Precision::BFloat16}}) {
            project.training.optimizer.type = form.optimizer;
            project.training.accumulationSteps = batch > 32 ? 1 : form.accumulated;  // two of 64 rows are more than the smallest set has
            project.training.emaDecay = form.average;
            project.training.precision = form.precision;
            const auto told = forecast(project.graph, dataTypesOf(dataset), project.training);
            QVERIFY2(told, told ? "" : told.error().message.c_str());
            const auto model = Model::create(project.graph, dataset, project.training, {threads, {}});
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            QCOMPARE(told->arenaBytes, std::as_const(*model).allocatedBytes());
            QCOMPARE(told->bytes.total(), told->arenaBytes);
            QVERIFY(told->lowerBound <= told->arenaBytes);
            std::uint64_t layers = 0;
            for (const LayerMemory &layer : told->layers)
                layers += layer.bytes.total();
            QCOMPARE(layers, told->arenaBytes);
        }
    }

    void itLearnsWhatItPromises_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("metric");
        QTest::addColumn<double>("least");
        QTest::newRow("digits-cnn") << "digits-cnn" << "test/accuracy" << 0.98;
        QTest::newRow("shapes-resnet") << "shapes-resnet" << "test/accuracy" << 0.97;
        QTest::newRow("shapes-segmentation") << "shapes-segmentation" << "test/iou" << 0.66;
        QTest::newRow("wave-forecast") << "wave-forecast" << "test/r2" << 0.8;
        QTest::newRow("char-gpt") << "char-gpt" << "test/accuracy" << 0.4;
        QTest::newRow("two-spirals") << "two-spirals" << "test/accuracy" << 0.98;
        QTest::newRow("wine") << "wine" << "test/accuracy" << 0.97;
        QTest::newRow("digits-autoencoder") << "digits-autoencoder" << "test/r2" << 0.85;
        QTest::newRow("breast-cancer") << "breast-cancer" << "test/accuracy" << 0.96;
        QTest::newRow("digits-mlp") << "digits-mlp" << "test/accuracy" << 0.96;
        QTest::newRow("iris") << "iris" << "test/accuracy" << 0.93;
        QTest::newRow("diabetes") << "diabetes" << "test/r2" << 0.4;
    }

    void itLearnsWhatItPromises()
    {
        QFETCH(QString, id);
        QFETCH(QString, metric);
        QFETCH(double, least);
        Project project = copyOfSample(id.toStdString(), folder() / "learn");
        if (id == "char-gpt")  // what it learns in the rest of its epochs is small
            project.training.epochs = 8;
        const EndedRun run = runToTheEnd(project);
        QVERIFY2(!run.progress.error, run.progress.error ? run.progress.error->message.c_str() : "");
        QCOMPARE(run.progress.state, TrainState::Finished);
        const auto store = historyOf(project);
        const RunRecord record = store->run(run.id).value();
        QCOMPARE(record.state, RunState::Finished);
        QCOMPARE(record.name, project.name + " 1");
        QCOMPARE(record.lastEpoch, project.training.epochs);
        QCOMPARE(record.bestMetric, run.progress.bestMetric);
        const auto series = store->series(run.id).value();
        const auto found = std::find_if(series.begin(), series.end(), [&](const StoredSeries &one) { return one.name == metric.toStdString(); });
        QVERIFY(found != series.end());
        qInfo("%s %s: %.4f", qPrintable(id), qPrintable(metric), *found->last);
        QVERIFY2(*found->last >= least, qPrintable(QString::number(*found->last)));
        // What the run said it took is what the forecast says.
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        QCOMPARE(run.progress.arenaBytes, forecast(project.graph, dataTypesOf(dataset), project.training)->arenaBytes);
    }

    void theLargestBatchIsTheLargest()
    {
        const Project project = loadProject(sampleFolder("digits-mlp")).value();
        const Dataset dataset = loadDataset(project.data, project.folder).value();
        const DataTypes types = dataTypesOf(dataset);
        constexpr std::uint64_t kBudget = 1'000'000;
        const std::int64_t batch = largestBatch(project.graph, types, project.training, kBudget).value();
        QVERIFY(batch > 1 && batch < dataset.rows());
        TrainingConfig config = project.training;
        config.batchSize = batch;
        QVERIFY(forecast(project.graph, types, config)->arenaBytes <= kBudget);
        config.batchSize = batch + 1;
        QVERIFY(forecast(project.graph, types, config)->arenaBytes > kBudget);
        QCOMPARE(largestBatch(project.graph, types, project.training, 10).value(), 0);
        QCOMPARE(largestBatch(project.graph, types, project.training, std::uint64_t{1} << 40).value(), dataset.rows());
    }

    void aSampleIsCopiedToThePersonsFolderOnce()
    {
        qputenv("TRAINYARD_SAMPLES", TRAINYARD_PROJECTS_DIR);
        qputenv("TRAINYARD_HOME", m_folder.filePath("home").toUtf8());
        QCOMPARE(projectInUse(sampleFolder("iris")).value(), sampleFolder("iris"));
        const auto copy = writableProject(sampleFolder("iris")).value();
        QCOMPARE(copy, folder() / "home" / "iris");
        QVERIFY(std::filesystem::exists(copy / "data" / "iris.csv"));
        Project project = loadProject(copy).value();
        project.description = "changed by its owner";
        QVERIFY(saveProject(project));
        QCOMPARE(writableProject(sampleFolder("iris") / "project.json").value(), copy);
        QCOMPARE(projectInUse(sampleFolder("iris")).value(), copy);
        QCOMPARE(loadProject(copy)->description, std::string("changed by its owner"));
        QCOMPARE(writableProject(copy.string() + "/").value(), copy);  // the person's own: worked on where it is
        QCOMPARE(writableProject(folder() / "none").error().code, ErrorCode::NotFound);
    }
};

QTEST_GUILESS_MAIN(TestSampleProjects)
#include "tst_sample_projects.moc"
