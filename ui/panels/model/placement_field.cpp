#include "ui/panels/model/placement_field.h"

#include <algorithm>
#include <set>

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/models/device_text.h"
#include "ui/models/project_document.h"
#include "ui/panels/model/layer_training_fields.h"
#include "ui/panels/model/weights_field.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLabelWidth = 88, kResetWidth = 24;  // as in the fields above

}  // namespace

PlacementField::PlacementField(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_fold(new QToolButton), m_content(new QWidget), m_box(new QComboBox), m_training(new LayerTrainingFields(document)),
      m_weights(new WeightsField(document))
{
    m_fold->setText(tr("Advanced"));
    m_fold->setAccessibleName(tr("Advanced"));
    m_fold->setCheckable(true);
    m_fold->setProperty("fold", true);
    m_fold->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_fold->setIconSize({kSpaceL, kSpaceL});
    m_fold->setToolTip(tr("On which device the layer computes, and how it is trained"));

    const QString help = tr("<p><b>Device</b></p><p>Where the layer computes, forward and backward, and where its weights lie. What crosses "
                            "from one device to another is copied in every step; the forecast says how much.</p><p>default: as the run</p>");
    auto *label = new QLabel(tr("Device"));
    label->setProperty("muted", true);
    label->setFixedWidth(kLabelWidth);
    label->setBuddy(m_box);
    label->setToolTip(help);
    m_box->setToolTip(help);
    m_box->setAccessibleName(tr("Device"));
    m_box->setPlaceholderText(tr("mixed"));
    m_box->setFocusPolicy(Qt::StrongFocus);
    m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_box->setMinimumContentsLength(6);
    m_box->installEventFilter(this);
    auto *row = new QHBoxLayout;
    row->setSpacing(kSpaceS);
    row->addWidget(label);
    row->addWidget(m_box, 1);
    row->addSpacing(kSpaceS + kResetWidth);
    auto *content = new QVBoxLayout(m_content);
    content->setContentsMargins(0, 0, 0, 0);
    content->setSpacing(kSpaceS);
    content->addLayout(row);
    content->addWidget(m_training);
    content->addWidget(m_weights);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceS);
    layout->addWidget(m_fold, 0, Qt::AlignLeft);
    layout->addWidget(m_content);

    connect(m_fold, &QToolButton::toggled, this, &PlacementField::open);
    connect(m_box, &QComboBox::activated, this, [this](int index) {
        m_document.setDevice(m_layers, m_offered[static_cast<std::size_t>(index)]);
    });
    open(false);
    setLayers({});
}

void PlacementField::open(bool open)
{
    m_fold->setIcon(themeIcon(open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"), ColorRole::Muted));
    m_content->setVisible(open);
}

void PlacementField::setLayers(const std::vector<LayerId> &layers)
{
    const bool others = layers != m_layers;
    m_layers = layers;
    m_training->setLayers(layers);
    m_weights->setLayers(layers);
    // What is in use is seen without being looked for; folded away by hand it stays so.
    for (const LayerId id : layers)
        if (const Layer *layer = m_document.shown().find(id); others && layer && !layer->device.empty())
            m_fold->setChecked(true);
    if (others && (m_training->isInUse() || m_weights->isInUse()))
        m_fold->setChecked(true);
    refresh();
}

void PlacementField::setDevices(const std::vector<DeviceInfo> &devices)
{
    m_devices = devices;
    refresh();
}

// The run's, the CPU, the GPUs of this machine, and what the network names beside them: made on another machine, or no
// device at all.
void PlacementField::fillBox()
{
    std::vector<std::string> ids{"", "cpu"};
    QStringList texts{tr("As the run"), deviceText("cpu")};
    for (const DeviceInfo &device : m_devices)
        if (std::find(ids.begin(), ids.end(), device.id) == ids.end()) {
            ids.push_back(device.id);
            texts += deviceText(device.id);
        }
    std::set<std::string> named;
    for (const Layer &layer : m_document.shown().layers())
        named.insert(layer.device);
    for (const std::string &device : named)
        if (std::find(ids.begin(), ids.end(), device) == ids.end()) {
            ids.push_back(device);
            texts += m_devices.empty() && isDeviceName(device) ? deviceText(device) : tr("%1, not here").arg(deviceText(device));
        }
    if (ids == m_offered && texts == m_texts)
        return;  // an open list stays open
    const QSignalBlocker quiet(m_box);
    m_box->clear();
    m_box->addItems(texts);
    for (const DeviceInfo &device : m_devices)  // the name is too long for the box
        m_box->setItemData(static_cast<int>(std::find(ids.begin(), ids.end(), device.id) - ids.begin()),
                           QString::fromStdString(device.name), Qt::ToolTipRole);
    m_offered = std::move(ids);
    m_texts = texts;
}

void PlacementField::refresh()
{
    bool known = !m_layers.empty(), mixed = false;
    std::string device;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer *layer = m_document.shown().find(m_layers[i]);
        known = known && layer && findLayer(layer->type);
        if (!layer)
            continue;
        mixed = mixed || (i > 0 && layer->device != device);
        device = layer->device;
    }
    setVisible(known);
    m_training->refresh();
    m_weights->refresh();
    if (!known)
        return;
    fillBox();
    const QSignalBlocker quiet(m_box);
    const auto found = std::find(m_offered.begin(), m_offered.end(), device);
    m_box->setCurrentIndex(mixed ? -1 : static_cast<int>(found - m_offered.begin()));
}

bool PlacementField::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_box && event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace trainyard::ui
