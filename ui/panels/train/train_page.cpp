#include "ui/panels/train/train_page.h"

#include <QAction>
#include <QDataStream>
#include <QIODevice>
#include <QMap>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/controls/fold_card.h"
#include "ui/controls/fold_header.h"
#include "ui/controls/gap_splitter.h"
#include "ui/controls/scroll_column.h"
#include "ui/panels/train/chart_board.h"
#include "ui/panels/train/event_log.h"
#include "ui/panels/train/forecast_card.h"
#include "ui/panels/train/live_rate.h"
#include "ui/panels/train/live_views.h"
#include "ui/panels/train/run_strip.h"
#include "ui/panels/train/start_card.h"
#include "ui/panels/train/step_strip.h"
#include "ui/panels/train/training_form.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kSideWidth = 304, kSideSmallest = 264;
const QString kLayerList = QStringLiteral("layerList");
constexpr quint32 kLayoutVersion = 2, kLayoutWithoutFolds = 1;

}  // namespace

TrainPage::TrainPage(ProjectDocument &document, DataLoader &loader, Forecaster &forecaster, RunLibrary &library,
                     StartMatcher &matcher, LiveRun &run, QWidget *parent)
    : QWidget(parent),
      m_splitter(new QSplitter(Qt::Horizontal)),
      m_forecast(new ForecastCard(document, forecaster)),
      m_form(new TrainingForm(document)),
      m_board(new ChartBoard(run)),
      m_log(new EventLog(run))
{
    auto *strip = new RunStrip(run);
    auto *side = new QWidget;
    auto *sideLayout = new QVBoxLayout(side);
    sideLayout->setContentsMargins(0, 0, kSpaceXs, 0);
    sideLayout->setSpacing(kSpaceS);
    sideLayout->addWidget(m_forecast);
    sideLayout->addWidget(new LiveRate(run));
    sideLayout->addWidget(m_form);
    auto *start = new StartCard(document, library, matcher);
    start->setOpen(false);
    sideLayout->addWidget(start);
    sideLayout->addStretch(1);
    auto *scroll = new ScrollColumn(side, kSideSmallest);
    for (FoldCard *card : side->findChildren<FoldCard *>())
        connect(card->head(), &QAbstractButton::clicked, scroll, [scroll, card](bool open) {
            if (open)
                scroll->reveal(card);
        });

    auto *live = new QWidget;
    auto *liveLayout = new QVBoxLayout(live);
    liveLayout->setContentsMargins(kSpaceXs, 0, 0, 0);
    liveLayout->setSpacing(kSpaceS);
    auto *views = new GapSplitter(Qt::Horizontal);
    views->addWidget(m_board);
    views->addWidget(new LiveViews(document, loader, run));
    views->setStretchFactor(0, 3);
    views->setStretchFactor(1, 2);
    views->setSizes({3 * kSideWidth, 2 * kSideWidth});
    views->setChildrenCollapsible(false);
    liveLayout->addWidget(views, 1);
    liveLayout->addWidget(new StepStrip(run));
    liveLayout->addWidget(m_log);
    m_splitter->addWidget(scroll);
    m_splitter->addWidget(live);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setSizes({kSideWidth, 4 * kSideWidth});

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, kSpaceM);
    layout->setSpacing(kSpaceS);
    layout->addWidget(strip);
    layout->addWidget(m_splitter, 1);

    auto *log = new QAction(tr("Log scale"), this);
    log->setCheckable(true);
    log->setShortcut(Qt::Key_L);
    auto *all = new QAction(tr("Show all steps"), this);
    all->setShortcut(Qt::Key_0);
    m_actions = {log, all};
    for (QAction *action : m_actions) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);  // single keys belong to this page alone
        addAction(action);
    }

    connect(strip, &RunStrip::startRequested, this, &TrainPage::startRequested);
    connect(m_forecast, &ForecastCard::layerRequested, this, &TrainPage::layerRequested);
    connect(log, &QAction::toggled, m_board, &ChartBoard::setLogScale);
    connect(m_board, &ChartBoard::logScaleChanged, log, &QAction::setChecked);
    connect(all, &QAction::triggered, m_board, &ChartBoard::showAll);
    const auto tellForm = [this, &run] { m_form->setRunning(run.isActive()); };
    connect(&run, &LiveRun::started, m_form, tellForm);
    connect(&run, &LiveRun::ended, m_form, tellForm);
    tellForm();
}

void TrainPage::setMachine(const Machine &machine)
{
    m_form->setMachine(machine);
}

QList<FoldCard *> TrainPage::foldCards() const
{
    return m_splitter->widget(0)->findChildren<FoldCard *>();
}

QByteArray TrainPage::saveLayout() const
{
    QMap<QString, bool> open{{kLayerList, m_forecast->showsLayers()}};
    for (const FoldCard *card : foldCards())
        open.insert(card->objectName(), card->isOpen());
    QByteArray layout;
    QDataStream stream(&layout, QIODevice::WriteOnly);
    stream << kLayoutVersion << m_splitter->saveState() << m_board->smoothing() << m_board->logScale() << m_log->isOpen() << open;
    return layout;
}

void TrainPage::restoreLayout(const QByteArray &layout)
{
    QDataStream stream(layout);
    quint32 version = 0;
    QByteArray splitter;
    int smoothing = 0;
    bool logScale = false, logOpen = false;
    QMap<QString, bool> open;
    stream >> version >> splitter >> smoothing >> logScale >> logOpen;
    if (version == kLayoutVersion)
        stream >> open;
    if (stream.status() != QDataStream::Ok || (version != kLayoutVersion && version != kLayoutWithoutFolds))
        return;
    m_splitter->restoreState(splitter);
    m_board->setSmoothing(smoothing);
    m_board->setLogScale(logScale);
    m_log->setOpen(logOpen);
    m_forecast->showLayers(open.value(kLayerList, m_forecast->showsLayers()));
    for (FoldCard *card : foldCards())
        card->setOpen(open.value(card->objectName(), card->isOpen()));
}

}  // namespace trainyard::ui
