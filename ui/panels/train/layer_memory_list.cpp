#include "ui/panels/train/layer_memory_list.h"

#include <algorithm>
#include <array>

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include "engine/base/format.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr std::size_t kLargest = 5;
constexpr int kBarHeight = 3, kRowHeight = 28, kPadding = kSpaceXs;

enum DataRole { BytesRole = Qt::UserRole, ShareRole, LayerRole, KindRole };
enum class Kind { Layer, More, None };

QString text(const std::string &text)
{
    return QString::fromStdString(text);
}

// "Activations 1.2 MB", one line for each part there is.
QString partsText(const MemoryBytes &bytes)
{
    const std::array<std::pair<const char *, std::uint64_t>, 6> parts{{
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Parameters"), bytes.parameters},
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Gradients"), bytes.gradients},
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Optimizer"), bytes.optimizer},
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Activations"), bytes.activations},
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Workspace"), bytes.workspace},
        {QT_TRANSLATE_NOOP("LayerMemoryList", "Data"), bytes.data},
    }};
    QStringList lines;
    for (const auto &[name, part] : parts)
        if (part > 0)
            lines.append(LayerMemoryList::tr("%1: %2").arg(LayerMemoryList::tr(name), text(formatBytes(part))));
    return lines.join(QLatin1Char('\n'));
}

class LineDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {0, kRowHeight}; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool ofLayer = index.data(KindRole).toInt() == static_cast<int>(Kind::Layer);
        const bool focused = option.state.testFlag(QStyle::State_HasFocus);
        const bool pointed =
            focused || (option.state.testFlag(QStyle::State_MouseOver) && option.state.testFlag(QStyle::State_Enabled));
        const QRect line = option.rect.adjusted(0, kPadding, 0, ofLayer ? -kPadding - kBarHeight - 1 : -kPadding);
        const QString bytes = index.data(BytesRole).toString();
        const int wide = option.fontMetrics.horizontalAdvance(bytes);
        painter->setFont(option.font);
        painter->setPen(themeColor(ColorRole::Text));
        painter->drawText(line, Qt::AlignRight | Qt::AlignVCenter, bytes);
        painter->setPen(themeColor(pointed ? ColorRole::Accent : ofLayer ? ColorRole::Text : ColorRole::Muted));
        QFont font = option.font;
        font.setUnderline(focused);
        painter->setFont(font);
        const QRect place = line.adjusted(0, 0, -wide - kSpaceS, 0);
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter,  // names of one block differ at their ends
                          option.fontMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, place.width()));
        if (ofLayer) {
            const QRectF track(line.left(), option.rect.bottom() - kPadding - kBarHeight + 2, line.width(), kBarHeight);
            QRectF bar = track;
            bar.setWidth(std::max<double>(kBarHeight, track.width() * index.data(ShareRole).toDouble()));
            painter->setPen(Qt::NoPen);
            painter->setBrush(themeColor(ColorRole::Grid));
            painter->drawRoundedRect(track, 1.5, 1.5);
            painter->setBrush(themeColor(ColorRole::Accent));
            painter->drawRoundedRect(bar, 1.5, 1.5);
        }
        painter->restore();
    }
};

}  // namespace

LayerMemoryList::LayerMemoryList(QWidget *parent) : QListWidget(parent)
{
    setItemDelegate(new LineDelegate(this));
    setAccessibleName(tr("Memory by layer"));
    setProperty("plain", true);
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setSelectionMode(QAbstractItemView::NoSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(this, &QListWidget::itemClicked, this, &LayerMemoryList::take);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
}

void LayerMemoryList::setLayers(const std::vector<LayerMemory> &layers)
{
    m_layers.clear();
    m_ofNone = {};
    for (const LayerMemory &layer : layers) {
        if (layer.layer.empty())
            m_ofNone = layer.bytes;
        else if (layer.bytes.total() > 0)
            m_layers.push_back(layer);
    }
    std::ranges::stable_sort(m_layers,
                             [](const LayerMemory &a, const LayerMemory &b) { return a.bytes.total() > b.bytes.total(); });
    showLines();
}

void LayerMemoryList::showLines()
{
    const int before = currentRow();  // the keyboard stays where it was
    clear();
    const auto add = [this](Kind kind, const QString &words, std::uint64_t bytes, const QString &help) {
        auto *item = new QListWidgetItem(words, this);
        item->setData(KindRole, static_cast<int>(kind));
        item->setData(BytesRole, text(formatBytes(bytes)));
        item->setData(Qt::AccessibleTextRole, tr("%1, %2").arg(words, text(formatBytes(bytes))));
        item->setToolTip(help);
        return item;
    };
    // One line alone is not worth folding.
    const std::size_t shown =
        m_showAll || m_layers.size() == kLargest + 1 ? m_layers.size() : std::min(kLargest, m_layers.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const std::uint64_t bytes = m_layers[i].bytes.total();
        const QString name = text(m_layers[i].layer);
        auto *item = add(Kind::Layer, name, bytes, tr("%1\n%2").arg(name, partsText(m_layers[i].bytes)));
        item->setData(LayerRole, name);
        item->setData(ShareRole, static_cast<double>(bytes) / static_cast<double>(m_layers.front().bytes.total()));
    }
    if (m_layers.size() > kLargest + 1) {
        std::uint64_t rest = 0;
        for (std::size_t i = kLargest; i < m_layers.size(); ++i)
            rest += m_layers[i].bytes.total();
        if (m_showAll)
            add(Kind::More, tr("Show the largest alone"), 0, {})->setData(BytesRole, QString());
        else
            add(Kind::More, tr("%1 more layers").arg(text(formatCount(static_cast<std::int64_t>(m_layers.size() - kLargest)))),
                rest, tr("Show them all"));
    }
    if (m_ofNone.total() > 0) {
        auto *item = add(Kind::None, tr("Of no layer"), m_ofNone.total(),
                         tr("The batch, the sums of the metrics, and what the placement leaves free between values.\n%1")
                             .arg(partsText(m_ofNone)));
        item->setFlags(Qt::NoItemFlags);
    }
    setCurrentRow(std::min(before, count() - 1));
    updateGeometry();
}

void LayerMemoryList::keyPressEvent(QKeyEvent *event)
{
    const bool pressed = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    if (pressed && currentItem())
        take(currentItem());
    else
        QListWidget::keyPressEvent(event);
}

void LayerMemoryList::take(const QListWidgetItem *item)
{
    if (const QString name = item->data(LayerRole).toString(); !name.isEmpty())
        return emit layerChosen(name);
    if (item->data(KindRole).toInt() != static_cast<int>(Kind::More))
        return;
    m_showAll = !m_showAll;
    // Not now: the view still needs the line that was pressed.
    QMetaObject::invokeMethod(
        this,
        [this] {
            showLines();
            setCurrentRow(std::min(count() - 1, static_cast<int>(kLargest)));  // the first of those that came, or the line again
        },
        Qt::QueuedConnection);
}

QSize LayerMemoryList::sizeHint() const
{
    return {120, std::max(1, count()) * kRowHeight};
}

QSize LayerMemoryList::minimumSizeHint() const
{
    return sizeHint();
}

}  // namespace trainyard::ui
