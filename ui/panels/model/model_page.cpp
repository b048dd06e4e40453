#include "ui/panels/model/model_page.h"

#include <algorithm>

#include <QAction>
#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/canvas/canvas_view.h"
#include "ui/canvas/place_bar.h"
#include "ui/models/auto_layout.h"
#include "ui/models/project_document.h"
#include "ui/panels/model/inspector.h"
#include "ui/panels/model/palette.h"
#include "ui/panels/model/palette_tree.h"
#include "ui/panels/model/problem_list.h"

namespace trainyard::ui {

namespace {

constexpr int kPaletteWidth = 200, kInspectorWidth = 280, kProblemsHeight = 120;
constexpr quint32 kLayoutMark = 0x4d504c31;  // "MPL1"

}  // namespace

ModelPage::ModelPage(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_palette(new Palette), m_canvas(new CanvasView(document)),
      m_problems(new ProblemList(document)), m_inspector(new Inspector(document)), m_columns(new QSplitter(Qt::Horizontal)),
      m_middle(new QSplitter(Qt::Vertical)), m_problemsHeight(kProblemsHeight)
{
    auto *shown = new QWidget;
    auto *shownLayout = new QVBoxLayout(shown);
    shownLayout->setContentsMargins(0, 0, 0, 0);
    shownLayout->setSpacing(1);
    shownLayout->addWidget(new PlaceBar(document));
    shownLayout->addWidget(m_canvas, 1);
    m_middle->addWidget(shown);
    setFocusProxy(m_canvas);
    m_middle->addWidget(m_problems);
    m_middle->setStretchFactor(0, 1);
    m_middle->setStretchFactor(1, 0);
    m_columns->addWidget(m_palette);
    m_columns->addWidget(m_middle);
    m_columns->addWidget(m_inspector);
    m_columns->setStretchFactor(0, 0);
    m_columns->setStretchFactor(1, 1);
    m_columns->setStretchFactor(2, 0);
    m_columns->setSizes({kPaletteWidth, 1000, kInspectorWidth});
    for (QSplitter *splitter : {m_columns, m_middle}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_columns);
    makeActions();

    connect(m_canvas, &CanvasView::selectionChanged, this, [this] { m_inspector->setSelection(m_canvas->selectedLayers()); });
    connect(m_canvas, &CanvasView::layerActivated, m_inspector, &Inspector::focusFirstField);
    connect(m_inspector, &Inspector::ungroupRequested, m_canvas, &CanvasView::ungroup);
    connect(m_palette, &Palette::layerChosen, this, &ModelPage::addLayer);
    connect(m_problems, &ProblemList::layerChosen, this, &ModelPage::selectLayer);
    connect(m_problems, &ProblemList::countChanged, this, &ModelPage::fitProblems);
    connect(m_problems, &ProblemList::countChanged, this, &ModelPage::problemCountChanged);
    connect(m_middle, &QSplitter::splitterMoved, this, [this] {
        if (m_problems->count() > 0)
            m_problemsHeight = m_problems->height();
    });
    connect(&document, &ProjectDocument::graphChanged, this, &ModelPage::refreshBlocks);
    connect(&document, &ProjectDocument::placeChanged, this, &ModelPage::refreshBlocks);
    connect(m_palette, &Palette::blockDeleted, this, [this](const std::string &name) {
        if (const Status removed = m_document.removeBlock(name); !removed)
            m_canvas->showNoteBriefly(QString::fromStdString(removed.error().message), m_canvas->viewport()->rect().center());
    });
    refreshBlocks();
    fitProblems(m_problems->count());
}

void ModelPage::refreshBlocks()
{
    m_palette->tree()->setBlocks(m_document.place().empty() ? std::vector<LayerChoice>() : insideChoices(), projectChoices(m_document.graph()));
}

void ModelPage::makeActions()
{
    const auto make = [this](const QString &text, const QKeySequence &shortcut) {
        auto *action = new QAction(text, this);
        action->setShortcut(shortcut);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
        return action;
    };
    m_separator = new QAction(this);
    m_separator->setSeparator(true);
    m_find = make(tr("Search layers"), QKeySequence::Find);
    m_rename = make(tr("Rename layer"), Qt::Key_F2);
    m_toggleProblems = make(tr("Show problems"), Qt::CTRL | Qt::SHIFT | Qt::Key_M);
    m_toggleProblems->setCheckable(true);
    m_toggleProblems->setChecked(true);
    connect(m_find, &QAction::triggered, m_palette, &Palette::focusSearch);
    connect(m_rename, &QAction::triggered, m_inspector, &Inspector::focusName);
    connect(m_toggleProblems, &QAction::toggled, this, [this](bool shown) {
        m_problems->setVisible(shown);
        fitProblems(m_problems->count());
    });
}

QList<QAction *> ModelPage::menuActions() const
{
    return m_canvas->menuActions() + QList<QAction *>{m_separator, m_find, m_rename, m_toggleProblems};
}

void ModelPage::setForecast(const std::optional<Forecast> &forecast)
{
    m_inspector->setForecast(forecast);
}

void ModelPage::setDevices(const std::vector<DeviceInfo> &devices)
{
    m_inspector->setDevices(devices);
}

void ModelPage::selectLayer(LayerId layer, const std::string &block)
{
    if (block != m_document.openBlock())
        m_document.open(block.empty() ? OpenPlace() : placeOf(m_document.graph(), block));
    if (!m_document.shown().find(layer))
        return;
    m_canvas->selectLayers({layer});
    m_canvas->centerOn(layer);
}

void ModelPage::showProblems()
{
    m_toggleProblems->setChecked(true);
    m_problems->setFocus(Qt::ShortcutFocusReason);
}

int ModelPage::problemCount() const
{
    return m_problems->count();
}

// Chosen in the palette: below the one selected layer and linked to it where that leads on, else in the middle of what
// is in view.
void ModelPage::addLayer(const std::string &text)
{
    const std::optional<LayerChoice> choice = LayerChoice::fromText(text);
    if (!choice)
        return;
    const std::vector<LayerId> selected = m_canvas->selectedLayers();
    const Layer *above = selected.size() == 1 ? m_document.shown().find(selected.front()) : nullptr;
    const LayerSpec *aboveSpec = above ? findLayer(above->type) : nullptr;
    const bool linked = aboveSpec && aboveSpec->hasOutput && takesInput(choice->spec()) && m_document.shown().wiresOutOf(above->id).empty();
    const CanvasScene &scene = m_canvas->canvas();
    const QPointF middle = m_canvas->visibleScene().center() - QPointF(kLayerCardSize.width(), kLayerCardSize.height()) / 2;
    const QPointF position = above ? placeBelow(scene, above->id) : freePlace(scene, middle);
    m_canvas->add(*choice, linked ? Placement{Placement::Kind::Below, position, {above->id, 0, 0}} : Placement{Placement::Kind::Free, position, {}},
                  m_canvas->viewport()->rect().center());
}

// Without problems the list is its one line; with the first it opens to the height it had.
void ModelPage::fitProblems(int count)
{
    m_problems->setMinimumHeight(m_problems->headHeight());
    m_problems->setMaximumHeight(count > 0 ? QWIDGETSIZE_MAX : m_problems->headHeight());
    const int wanted = count > 0 ? m_problemsHeight : m_problems->headHeight();
    const int whole = std::max(m_middle->height(), 2 * wanted);
    m_middle->setSizes({whole - wanted, wanted});
}

QByteArray ModelPage::saveLayout() const
{
    QByteArray layout;
    QDataStream stream(&layout, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_4);
    stream << kLayoutMark << m_columns->saveState() << m_problemsHeight << m_toggleProblems->isChecked()
           << m_palette->tree()->collapsedCategories();
    return layout;
}

void ModelPage::restoreLayout(const QByteArray &layout)
{
    QDataStream stream(layout);
    stream.setVersion(QDataStream::Qt_6_4);
    quint32 mark = 0;
    QByteArray columns;
    int problemsHeight = 0;
    bool problemsShown = true;
    QStringList collapsed;
    stream >> mark;
    if (mark != kLayoutMark)  // a list read from other bytes may ask for any amount of memory
        return;
    stream >> columns >> problemsHeight >> problemsShown >> collapsed;
    if (stream.status() != QDataStream::Ok)
        return;
    m_columns->restoreState(columns);
    m_problemsHeight = std::clamp(problemsHeight, m_problems->headHeight(), 2000);
    m_toggleProblems->setChecked(problemsShown);
    m_palette->tree()->setCollapsedCategories(collapsed);
    fitProblems(m_problems->count());
}

}  // namespace trainyard::ui
