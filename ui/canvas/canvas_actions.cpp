#include "ui/canvas/canvas_actions.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>

#include "ui/canvas/canvas_view.h"
#include "ui/models/layer_mime.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kZoomStep = 1.25;

enum class Needs { Nothing, Content, Layers, Selection, Block, Inside, ZoomIn, ZoomOut };

struct Row {
    const char *text;  // null: a separator
    const char *icon;
    QList<QKeySequence> shortcuts;
    Needs needs;
    bool inContextMenu;
    void (*run)(CanvasActions &, CanvasView &);
};

const QList<Row> &rows()
{
    using A = CanvasActions;
    using V = CanvasView;
    static const QList<Row> kRows{
        {QT_TRANSLATE_NOOP("CanvasActions", "Add layer…"), "plus", {}, Needs::Nothing, false, [](A &, V &v) { v.startQuickAdd(); }},
        {nullptr, nullptr, {}, Needs::Nothing, false, nullptr},
        {QT_TRANSLATE_NOOP("CanvasActions", "Cut"), "cut", {QKeySequence::Cut}, Needs::Layers, true, [](A &a, V &) { a.cut(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Copy"), "copy", {QKeySequence::Copy}, Needs::Layers, true, [](A &a, V &) { a.copy(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Paste"), "paste", {QKeySequence::Paste}, Needs::Nothing, false, [](A &a, V &) { a.paste(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Duplicate"), "duplicate", {QKeySequence(Qt::CTRL | Qt::Key_D)}, Needs::Layers, true,
         [](A &a, V &) { a.duplicate(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Delete"), "delete", {QKeySequence(Qt::Key_Delete), QKeySequence(Qt::Key_Backspace)},
         Needs::Selection, true, [](A &a, V &) { a.remove(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Select all"), "", {QKeySequence::SelectAll}, Needs::Content, false,
         [](A &a, V &) { a.selectAll(); }},
        {nullptr, nullptr, {}, Needs::Nothing, false, nullptr},
        {QT_TRANSLATE_NOOP("CanvasActions", "Group into a block"), "block", {QKeySequence(Qt::CTRL | Qt::Key_G)}, Needs::Layers, true,
         [](A &a, V &) { a.group(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Ungroup"), "", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_G)}, Needs::Block, true,
         [](A &a, V &) { a.ungroup(); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Open block"), "", {QKeySequence(Qt::ALT | Qt::Key_Down)}, Needs::Block, true,
         [](A &, V &v) { v.document().openBlock(v.selectedLayers().front()); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Leave block"), "", {QKeySequence(Qt::ALT | Qt::Key_Up)}, Needs::Inside, false,
         [](A &, V &v) { v.document().leaveBlock(); }},
        {nullptr, nullptr, {}, Needs::Nothing, false, nullptr},
        {QT_TRANSLATE_NOOP("CanvasActions", "Arrange layers"), "arrange", {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L)},
         Needs::Content, false,
         [](A &, V &v) {
             v.document().autoLayout();
             v.fitNetwork();
         }},
        {nullptr, nullptr, {}, Needs::Nothing, false, nullptr},
        {QT_TRANSLATE_NOOP("CanvasActions", "Zoom in"), "zoom-in", {QKeySequence::ZoomIn, QKeySequence(Qt::CTRL | Qt::Key_Equal)},
         Needs::ZoomIn, false, [](A &, V &v) { v.setZoom(v.zoom() * kZoomStep); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Zoom out"), "zoom-out", {QKeySequence::ZoomOut}, Needs::ZoomOut, false,
         [](A &, V &v) { v.setZoom(v.zoom() / kZoomStep); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Zoom to 100 %"), "", {QKeySequence(Qt::CTRL | Qt::Key_0)}, Needs::Nothing, false,
         [](A &, V &v) { v.setZoom(1); }},
        {QT_TRANSLATE_NOOP("CanvasActions", "Fit network"), "fit", {QKeySequence(Qt::SHIFT | Qt::Key_F), QKeySequence(Qt::Key_Home)},
         Needs::Content, false, [](A &, V &v) { v.fitNetwork(); }},
    };
    return kRows;
}

// The selected wires and those of the selected layers that lead elsewhere.
std::vector<Wire> wiresOf(const CanvasView &view)
{
    const CanvasSelection &selection = view.canvas().selection();
    std::vector<Wire> wires;
    for (const Wire &wire : view.document().shown().wires())
        if (selection.layers.contains(wire.from) || selection.layers.contains(wire.to))
            wires.push_back(wire);
    return wires;
}

const Problem *fixableProblem(const CanvasView &view, LayerId layer)
{
    for (const Problem &problem : view.document().shownAnalysis().problems)
        if (problem.layer == layer && problem.fix)
            return &problem;
    return nullptr;
}

// The one selected layer, where it is a block; else 0.
LayerId selectedBlock(const CanvasView &view)
{
    const auto &layers = view.canvas().selection().layers;
    const NodeItem *node = layers.size() == 1 ? view.canvas().node(*layers.begin()) : nullptr;
    return node && node->look().block ? node->layer() : 0;
}

}  // namespace

CanvasActions::CanvasActions(CanvasView &view) : QObject(&view), m_view(view)
{
    for (const Row &row : rows()) {
        auto *action = new QAction(this);
        m_actions << action;
        if (!row.text) {
            action->setSeparator(true);
            continue;
        }
        action->setText(tr(row.text));
        action->setIcon(themeIcon(QString::fromLatin1(row.icon)));
        action->setShortcuts(row.shortcuts);
        action->setShortcutContext(Qt::WidgetShortcut);  // other pages have their own Delete and Copy
        connect(action, &QAction::triggered, this, [this, run = row.run] { run(*this, m_view); });
        view.addAction(action);
    }
    connect(&view.document(), &ProjectDocument::graphChanged, this, &CanvasActions::update);
    connect(&view.document(), &ProjectDocument::placeChanged, this, &CanvasActions::update);
    update();
}

void CanvasActions::update()
{
    const CanvasSelection &selection = m_view.canvas().selection();
    for (qsizetype i = 0; i < rows().size(); ++i) {
        bool possible = true;
        switch (rows()[i].needs) {
        case Needs::Nothing: break;
        case Needs::Content: possible = !m_view.canvas().nodes().empty(); break;
        case Needs::Layers: possible = !selection.layers.empty(); break;
        case Needs::Selection: possible = !selection.empty(); break;
        case Needs::Block: possible = selectedBlock(m_view) != 0; break;
        case Needs::Inside: possible = !m_view.document().place().empty(); break;
        case Needs::ZoomIn: possible = m_view.zoom() < CanvasView::kLargestZoom; break;
        case Needs::ZoomOut: possible = m_view.zoom() > CanvasView::kSmallestZoom; break;
        }
        m_actions[i]->setEnabled(possible);
    }
}

void CanvasActions::popup(QPoint global, QPoint cursor)
{
    auto *menu = new QMenu(&m_view);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const CanvasSelection selection = m_view.canvas().selection();
    if (selection.layers.size() == 1)
        if (const Problem *problem = fixableProblem(m_view, *selection.layers.begin())) {
            menu->addAction(themeIcon(QStringLiteral("check")), QString::fromStdString(problem->fix->label), this,
                            [this, fix = *problem->fix] { m_view.document().applyFix(fix); });
            menu->addSeparator();
        }
    if (selection.empty()) {
        menu->addAction(themeIcon(QStringLiteral("plus")), tr("Add layer here…"), this, [this, cursor] { m_view.openQuickAddAt(cursor); });
        menu->addAction(themeIcon(QStringLiteral("paste")), tr("Paste here"), this, [this, cursor] { pasteAround(&cursor); });
        menu->addSeparator();
        for (qsizetype i = 0; i < rows().size(); ++i)
            if (rows()[i].needs == Needs::Content || (rows()[i].needs == Needs::Inside && m_actions[i]->isEnabled()))
                menu->addAction(m_actions[i]);
    } else {
        if (selection.layers.empty() && selection.wires.size() == 1)
            menu->addAction(themeIcon(QStringLiteral("plus")), tr("Insert layer here…"), this,
                            [this, cursor] { m_view.openQuickAddAt(cursor); });
        for (qsizetype i = 0; i < rows().size(); ++i)
            if (rows()[i].inContextMenu && m_actions[i]->isEnabled())
                menu->addAction(m_actions[i]);
        if (const std::vector<Wire> wires = wiresOf(m_view); !wires.empty()) {
            menu->addSeparator();
            menu->addAction(wires.size() == 1 ? tr("Disconnect its wire") : tr("Disconnect %1 wires").arg(wires.size()), this,
                            [this, wires] { m_view.document().remove({}, wires); });
        }
    }
    menu->popup(global);
}

void CanvasActions::copy()
{
    const QByteArray text = m_view.document().copy(m_view.selectedLayers());
    if (text.isEmpty())
        return;
    auto *data = new QMimeData;
    data->setData(QLatin1String(kLayersMimeType), text);
    data->setText(QString::fromUtf8(text));
    QGuiApplication::clipboard()->setMimeData(data);
}

void CanvasActions::cut()
{
    copy();
    remove();
}

void CanvasActions::paste()
{
    pasteAround(nullptr);
}

void CanvasActions::pasteAround(const QPoint *cursor)
{
    const QMimeData *data = QGuiApplication::clipboard()->mimeData();
    if (!data)
        return;
    const QByteArray layers = data->data(QLatin1String(kLayersMimeType));
    std::optional<QPointF> center;
    if (cursor)
        center = snappedToGrid(m_view.mapToScene(*cursor));
    const auto pasted = m_view.document().paste(layers.isEmpty() ? data->text().toUtf8() : layers, center);
    if (!pasted)
        return m_view.showNoteBriefly(QString::fromStdString(pasted.error().message), cursor ? *cursor : m_view.viewport()->rect().center());
    m_view.selectLayers(*pasted);
    m_view.reveal(*pasted);
}

void CanvasActions::duplicate()
{
    const auto copies = m_view.document().duplicate(m_view.selectedLayers());
    if (copies.empty())
        return;
    m_view.selectLayers(copies);
    m_view.reveal(copies);
}

void CanvasActions::remove()
{
    const CanvasSelection selection = m_view.canvas().selection();
    if (selection.empty())
        return;
    m_view.document().remove({selection.layers.begin(), selection.layers.end()}, {selection.wires.begin(), selection.wires.end()});
}

void CanvasActions::group()
{
    const std::vector<LayerId> layers = m_view.selectedLayers();
    const NodeItem *first = layers.empty() ? nullptr : m_view.canvas().node(layers.front());
    if (!first)
        return;
    const QPoint beside = m_view.mapFromScene(first->card().center());
    const Result<LayerId> block = m_view.document().group(layers);
    if (!block)
        return m_view.showNoteBriefly(QString::fromStdString(block.error().message), beside);
    m_view.selectLayers({*block});
    m_view.reveal({*block});
}

void CanvasActions::ungroup()
{
    const LayerId block = selectedBlock(m_view);
    if (!block)
        return;
    std::set<LayerId> before;
    for (const auto &[id, node] : m_view.canvas().nodes())
        before.insert(id);
    const QPoint beside = m_view.mapFromScene(m_view.canvas().node(block)->card().center());
    if (const Status done = m_view.document().ungroup(block); !done)
        return m_view.showNoteBriefly(QString::fromStdString(done.error().message), beside);
    std::vector<LayerId> freed;
    for (const auto &[id, node] : m_view.canvas().nodes())
        if (!before.contains(id))
            freed.push_back(id);
    m_view.selectLayers(freed);
    m_view.reveal(freed);
}

void CanvasActions::selectAll()
{
    CanvasSelection all;
    for (const auto &[id, node] : m_view.canvas().nodes())
        all.layers.insert(id);
    m_view.canvas().select(std::move(all));
}

}  // namespace trainyard::ui
