#include "ui/canvas/canvas_view.h"

#include <algorithm>
#include <cmath>

#include <QApplication>
#include <QLabel>
#include <QPainter>
#include <QScrollBar>

#include "ui/canvas/canvas_actions.h"
#include "ui/canvas/gesture.h"
#include "ui/canvas/minimap.h"
#include "ui/canvas/quick_add.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kFitMargin = 32, kDotPitch = 24, kReadableZoom = 0.8;
constexpr double kSmallestDotPitch = 14;  // in pixels; below that every second dot is left out
constexpr int kNoteWidth = 280, kNoteMs = 3500, kNudgePauseMs = 700;

}  // namespace

CanvasView::CanvasView(ProjectDocument &document, QWidget *parent)
    : QGraphicsView(parent), m_document(document), m_scene(new CanvasScene(document, this)), m_actions(new CanvasActions(*this)),
      m_minimap(new Minimap(*this)), m_quickAdd(new QuickAdd(this)), m_note(new QLabel(this)), m_hint(new QLabel(this))
{
    setScene(m_scene);
    setAccessibleName(tr("Network"));
    setFrameShape(NoFrame);
    setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    setTransformationAnchor(NoAnchor);
    setResizeAnchor(AnchorViewCenter);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);  // the minimap shows where one is
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setViewportUpdateMode(SmartViewportUpdate);
    setAcceptDrops(true);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->grabGesture(Qt::PinchGesture);
    setMinimumSize(240, 160);

    m_note->setObjectName(QStringLiteral("canvasNote"));
    m_note->setProperty("card", true);
    m_note->setProperty("error", true);
    m_note->setMargin(kSpaceS);
    m_note->setWordWrap(true);
    m_note->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_note->hide();
    m_hint->setObjectName(QStringLiteral("canvasHint"));
    m_hint->setText(tr("Drag a layer here, or double-click to search for one."));
    m_hint->setProperty("muted", true);
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setAttribute(Qt::WA_TransparentForMouseEvents);

    m_noteTime.setSingleShot(true);
    connect(&m_noteTime, &QTimer::timeout, m_note, &QWidget::hide);
    m_nudgeTime.setSingleShot(true);
    m_nudgeTime.setInterval(kNudgePauseMs);
    connect(&m_nudgeTime, &QTimer::timeout, &document, &ProjectDocument::endTyping);

    connect(m_quickAdd, &QuickAdd::chosen, this, &CanvasView::addChosen);
    connect(m_quickAdd, &QuickAdd::closed, this, [this] {
        if (m_quickAdd->isAncestorOf(QApplication::focusWidget()))  // not where the person has gone elsewhere
            setFocus();
    });
    connect(m_scene, &CanvasScene::selectionEdited, this, [this] {
        m_actions->update();
        describe();
        m_minimap->update();
        emit selectionChanged();
    });
    connect(m_scene, &CanvasScene::contentChanged, this, [this] {
        updateSceneRect();
        updateHint();
        describe();
    });
    connect(&document, &ProjectDocument::graphChanged, this, &CanvasView::cancelGesture);
    connect(&document, &ProjectDocument::placeAboutToChange, this, [this] {
        m_openBefore = m_document.place();
        m_looks[m_document.openBlock()] = {zoom(), visibleScene().center()};
    });
    connect(&document, &ProjectDocument::placeChanged, this, &CanvasView::showPlace);
    connect(&document, &ProjectDocument::projectReset, this, [this] {
        m_looks.clear();
        m_scene->select({});
        showOpening();
    });
    connect(&Theme::instance(), &Theme::changed, this, [this] {
        m_scene->update();
        viewport()->update();
        m_minimap->update();
    });
    updateSceneRect();
    updateHint();
    describe();
}

CanvasView::~CanvasView()
{
    m_quickAdd->disconnect(this);  // an open one closes when the children go, and this is no CanvasView any more then
    m_gesture.reset();
    setScene(nullptr);
}

std::vector<LayerId> CanvasView::selectedLayers() const
{
    const auto &layers = m_scene->selection().layers;
    return {layers.begin(), layers.end()};
}

void CanvasView::selectLayers(const std::vector<LayerId> &layers)
{
    std::set<LayerId> present;
    for (const LayerId layer : layers)
        if (m_scene->node(layer))
            present.insert(layer);
    m_scene->selectLayers(std::move(present));
}

QList<QAction *> CanvasView::menuActions() const
{
    return m_actions->list();
}

void CanvasView::ungroup()
{
    m_actions->ungroup();
}

QRectF CanvasView::visibleScene() const
{
    return mapToScene(viewport()->rect()).boundingRect();
}

void CanvasView::centerOn(LayerId layer)
{
    if (const NodeItem *node = m_scene->node(layer))
        centerOnPoint(node->card().center());
}

void CanvasView::centerOnPoint(QPointF point)
{
    QGraphicsView::centerOn(point);
}

void CanvasView::reveal(const std::vector<LayerId> &layers)
{
    QRectF rect;
    for (const LayerId layer : layers)
        if (const NodeItem *node = m_scene->node(layer))
            rect |= node->card();
    if (!rect.isEmpty() && !visibleScene().contains(rect))
        ensureVisible(rect, kSpaceXl, kSpaceXl);
}

void CanvasView::scrollBy(QPoint pixels)
{
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + pixels.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + pixels.y());
}

double CanvasView::reach(double pixels) const
{
    return std::min(pixels / zoom(), pixels * 1.5);
}

void CanvasView::setZoom(double zoom)
{
    setZoom(zoom, viewport()->rect().center());
}

void CanvasView::setZoom(double wanted, QPoint anchor)
{
    const double zoom = std::clamp(wanted, kSmallestZoom, kLargestZoom);
    const QPointF held = mapToScene(anchor);
    setTransform(QTransform::fromScale(zoom, zoom));
    m_untouched = false;
    updateSceneRect();
    scrollBy(mapFromScene(held) - anchor);
    m_actions->update();
}

double CanvasView::fittingZoom() const
{
    const QRectF content = m_scene->contentRect();
    if (content.isEmpty())
        return 1;
    return std::min({1.0, (viewport()->width() - 2 * kFitMargin) / content.width(), (viewport()->height() - 2 * kFitMargin) / content.height()});
}

void CanvasView::fitNetwork()
{
    setZoom(fittingZoom());
    centerOnPoint(m_scene->contentRect().center());
    m_minimap->follow();
}

void CanvasView::showOpening()
{
    m_openingPending = !isVisible();  // the size is not known before
    if (m_openingPending)
        return;
    fitNetwork();
    if (zoom() < kReadableZoom) {
        setZoom(kReadableZoom);
        const QRectF content = m_scene->contentRect();
        centerOnPoint({content.center().x(), content.top() + (viewport()->height() / 2.0 - kFitMargin) / kReadableZoom});
    }
    m_untouched = true;
}

// As it was last seen; on the way out the block that was open is selected.
void CanvasView::showPlace()
{
    cancelGesture();
    m_quickAdd->hide();
    m_note->hide();
    if (const auto look = m_looks.find(m_document.openBlock()); look != m_looks.end()) {
        setZoom(look->second.zoom);
        centerOnPoint(look->second.center);
    } else {
        showOpening();
    }
    const OpenPlace &place = m_document.place();
    if (place.size() < m_openBefore.size() && std::equal(place.begin(), place.end(), m_openBefore.begin()))
        selectLayers({m_openBefore[place.size()].instance});
}

// One view's size of free space around the network, so that any card can be brought anywhere.
void CanvasView::updateSceneRect()
{
    const double width = viewport()->width() / zoom(), height = viewport()->height() / zoom();
    setSceneRect(m_scene->contentRect().adjusted(-width, -height, width, height));
    m_minimap->follow();
}

void CanvasView::updateHint()
{
    m_hint->setVisible(m_document.shown().layers().empty() && !m_drop);
    m_hint->setGeometry(rect().adjusted(kSpaceXl, 0, -kSpaceXl, 0));
}

void CanvasView::describe()
{
    const auto &selected = m_scene->selection().layers;
    QString text = tr("%n layers", nullptr, static_cast<int>(m_scene->nodes().size()));
    if (selected.size() == 1)
        text += tr(". Selected: %1").arg(nodeSentence(m_scene->node(*selected.begin())->look()));
    else if (!selected.empty())
        text += tr(". %n selected", nullptr, static_cast<int>(selected.size()));
    setAccessibleDescription(text);
}

void CanvasView::showNote(const QString &text, QPoint cursor)
{
    m_noteTime.stop();
    m_note->setVisible(!text.isEmpty());
    if (text.isEmpty())
        return m_note->setText({});
    if (m_note->text() != text) {
        m_note->setText(text);
        const int width = std::min(m_note->sizeHint().width(), kNoteWidth);
        m_note->resize(width, m_note->heightForWidth(width));
    }
    const QPoint wanted = cursor + QPoint(kSpaceL, kSpaceL);
    m_note->move(std::clamp(wanted.x(), 0, std::max(0, width() - m_note->width() - kSpaceS)),
                 std::clamp(wanted.y(), 0, std::max(0, height() - m_note->height() - kSpaceS)));
    m_note->raise();
}

void CanvasView::showNoteBriefly(const QString &text, QPoint cursor)
{
    showNote(text, cursor);
    m_noteTime.start(kNoteMs);
}

QString CanvasView::note() const
{
    return m_note->isHidden() ? QString() : m_note->text();
}

void CanvasView::drawBackground(QPainter *painter, const QRectF &rect)
{
    painter->fillRect(rect, themeColor(ColorRole::Window));
    double pitch = kDotPitch;
    while (pitch * zoom() < kSmallestDotPitch)
        pitch *= 2;
    QList<QPointF> dots;
    for (double y = std::floor(rect.top() / pitch) * pitch; y <= rect.bottom(); y += pitch)
        for (double x = std::floor(rect.left() / pitch) * pitch; x <= rect.right(); x += pitch)
            dots << QPointF(x, y);
    QPen pen(themeColor(ColorRole::Border), 1.5);
    pen.setCosmetic(true);
    pen.setCapStyle(Qt::RoundCap);
    painter->setPen(pen);
    painter->drawPoints(dots.constData(), static_cast<int>(dots.size()));
}

void CanvasView::drawForeground(QPainter *painter, const QRectF &)
{
    if (m_gesture)
        m_gesture->paint(*painter);
    if (!m_drop)
        return;
    // The card as it will be: dashed, with the wire it would get.
    NodeLook look;
    const LayerSpec &spec = m_drop->choice.spec();
    look.name = look.title = m_drop->choice.title();
    look.category = spec.category;
    look.block = spec.type == kBlockType;
    look.inputs = std::min(1, spec.maxInputs);
    look.hasOutput = spec.hasOutput;
    NodeState state;
    state.offered = true;
    const QPointF position = m_drop->placement.position;
    if (m_drop->placement.kind == Placement::Kind::Below)
        if (const NodeItem *above = m_scene->node(m_drop->placement.wire.from)) {
            painter->setPen(QPen(themeColor(ColorRole::Accent), 2, Qt::DashLine));
            painter->setBrush(Qt::NoBrush);
            painter->drawPath(wirePath(wireRoute(above->output(), position + inputPort(0, 1))));
        }
    painter->save();
    painter->translate(position);
    paintNode(*painter, look, state, zoom());
    painter->restore();
}

void CanvasView::resizeEvent(QResizeEvent *event)
{
    const bool opening = m_untouched || m_openingPending;
    QGraphicsView::resizeEvent(event);
    updateSceneRect();
    updateHint();
    if (opening)
        showOpening();
}

void CanvasView::showEvent(QShowEvent *event)
{
    QGraphicsView::showEvent(event);
    if (m_openingPending)
        QMetaObject::invokeMethod(this, &CanvasView::showOpening, Qt::QueuedConnection);  // layouts give the size first
}

void CanvasView::scrollContentsBy(int dx, int dy)
{
    QGraphicsView::scrollContentsBy(dx, dy);
    m_untouched = false;
    m_minimap->follow();
}

}  // namespace trainyard::ui
