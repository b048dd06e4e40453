#include "ui/shell/window_pages.h"

#include "ui/bridge/workspace.h"
#include "ui/panels/data/data_page.h"
#include "ui/panels/device/device_page.h"
#include "ui/panels/model/model_page.h"
#include "ui/panels/runs/runs_page.h"
#include "ui/panels/train/train_page.h"

namespace trainyard::ui {

namespace {

template <typename Page>
WindowPage page(const char *id, const QString &word, const char *icon, std::function<Page *()> make)
{
    WindowPage entry{QString::fromLatin1(id), word, QString::fromLatin1(icon), make, {}, {}, {}, {}};
    entry.menuActions = [](QWidget *widget) -> QList<QAction *> { return static_cast<Page *>(widget)->menuActions(); };
    if constexpr (requires(Page *one) { one->showProblems(); })
        entry.showProblems = [](QWidget *widget) { static_cast<Page *>(widget)->showProblems(); };
    entry.saveLayout = [](QWidget *widget) { return static_cast<Page *>(widget)->saveLayout(); };
    entry.restoreLayout = [](QWidget *widget, const QByteArray &layout) { static_cast<Page *>(widget)->restoreLayout(layout); };
    return entry;
}

QString word(const char *text)
{
    return QObject::tr(text);
}

}  // namespace

std::vector<WindowPage> windowPages(Workspace &w)
{
    return {
        page<ModelPage>("model", word("Model"), "model",
                        [&w] {
                            auto *page = new ModelPage(w.document());
                            const auto showForecast = [page, &w] { page->setForecast(w.forecaster().forecast()); };
                            QObject::connect(&w.forecaster(), &Forecaster::changed, page, showForecast);
                            showForecast();
                            const auto showDevices = [page, &w] { page->setDevices(w.devices()); };
                            QObject::connect(&w, &Workspace::devicesFound, page, showDevices);
                            showDevices();
                            QObject::connect(&w, &Workspace::layerRequested, page, &ModelPage::selectLayer);
                            return page;
                        }),
        page<DataPage>("data", word("Data"), "data", [&w] { return new DataPage(w.document(), w.loader()); }),
        page<TrainPage>("train", word("Train"), "train",
                        [&w] {
                            auto *page = new TrainPage(w.document(), w.loader(), w.forecaster(), w.library(), w.startMatcher(), w.run());
                            QObject::connect(page, &TrainPage::startRequested, &w, &Workspace::startRun);
                            QObject::connect(page, &TrainPage::layerRequested, &w, [&w](LayerId layer, const std::string &block) {
                                emit w.pageRequested(QStringLiteral("model"));  // which is made by that, if it was never seen
                                emit w.layerRequested(layer, block);
                            });
                            const auto showMachine = [page, &w] { page->setMachine(w.monitor().machine()); };
                            QObject::connect(&w, &Workspace::devicesFound, page, showMachine);
                            showMachine();
                            return page;
                        }),
        page<RunsPage>("runs", word("Runs"), "runs",
                       [&w] {
                           auto *page = new RunsPage(w.document(), w.library(), w.run());
                           QObject::connect(page, &RunsPage::startRequested, &w, &Workspace::startRun);
                           QObject::connect(page, &RunsPage::resumeRequested, &w, &Workspace::resumeRun);
                           QObject::connect(page, &RunsPage::startFromTaken, &w, [&w] { emit w.pageRequested(QStringLiteral("train")); });
                           return page;
                       }),
        page<DevicePage>("device", word("Device"), "device",
                         [&w] {
                             auto *page = new DevicePage(w.monitor(), w.race());
                             QObject::connect(page, &DevicePage::raceRequested, &w, &Workspace::startRace);
                             QObject::connect(&w, &Workspace::raceRefused, page, &DevicePage::refuseRace);
                             return page;
                         }),
    };
}

}  // namespace trainyard::ui
