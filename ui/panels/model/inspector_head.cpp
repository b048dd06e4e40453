#include "ui/panels/model/inspector_head.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/controls/card.h"
#include "ui/models/project_document.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kStripeWidth = 3, kLabelWidth = 88, kResetWidth = 24;  // as in the fields below
constexpr double kTitleSize = 1.25;

class Stripe : public QWidget
{
public:
    explicit Stripe(const QColor &color) : m_color(color) { setFixedWidth(kStripeWidth); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(m_color);
        painter.drawRoundedRect(rect(), 1, 1);
    }

private:
    const QColor &m_color;  // of the head
};

}  // namespace

InspectorHead::InspectorHead(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_stripe(new Stripe(m_stripeColor)), m_title(new QLabel), m_kind(new QLabel),
      m_summary(new QLabel), m_help(mutedLabel(QString())), m_more(new QToolButton), m_nameRow(new QWidget), m_name(new QLineEdit)
{
    QFont big = m_title->font();
    big.setPointSizeF(big.pointSizeF() * kTitleSize);
    big.setWeight(QFont::DemiBold);
    m_title->setFont(big);
    m_kind->setProperty("muted", true);
    m_summary->setWordWrap(true);
    for (QLabel *label : {m_title, m_kind, m_summary, m_help})
        label->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_more->setCheckable(true);
    m_more->setIconSize({kSpaceL, kSpaceL});
    m_more->setFixedSize(kResetWidth, kResetWidth);
    m_more->setAccessibleName(tr("More about this layer"));
    m_name->setAccessibleName(tr("Name"));
    m_name->setToolTip(tr("The layer's name, unique in the network. Weights are saved under it."));
    m_name->installEventFilter(this);

    auto *titles = new QVBoxLayout;
    titles->setSpacing(0);
    titles->addWidget(m_title);
    titles->addWidget(m_kind);
    auto *top = new QHBoxLayout;
    top->setSpacing(kSpaceS);
    top->addWidget(m_stripe);
    top->addLayout(titles, 1);
    top->addWidget(m_more, 0, Qt::AlignTop);
    auto *nameLayout = new QHBoxLayout(m_nameRow);
    nameLayout->setContentsMargins(0, kSpaceXs, 0, 0);
    nameLayout->setSpacing(kSpaceS);
    auto *nameLabel = new QLabel(tr("Name"));
    nameLabel->setProperty("muted", true);
    nameLabel->setFixedWidth(kLabelWidth);
    nameLabel->setBuddy(m_name);
    nameLayout->addWidget(nameLabel);
    nameLayout->addWidget(m_name, 1);
    nameLayout->addSpacing(kSpaceS + kResetWidth);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceS);
    layout->addLayout(top);
    layout->addWidget(m_summary);
    layout->addWidget(m_help);
    layout->addWidget(m_nameRow);

    const auto unfold = [this](bool open) {
        m_more->setToolTip(open ? tr("Show less") : tr("What it does and when to use it"));
        m_more->setIcon(themeIcon(open ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down"), ColorRole::Muted));
        m_help->setVisible(open && !m_help->text().isEmpty());
    };
    connect(m_more, &QToolButton::toggled, this, unfold);
    unfold(false);
    connect(m_name, &QLineEdit::editingFinished, this, &InspectorHead::commitName);
    connect(&Theme::instance(), &Theme::changed, this, [this] { setLayers(std::vector(m_layers)); });
}

void InspectorHead::setTexts(const QString &title, const QString &kind, const QString &summary, const QString &help)
{
    m_title->setText(title);
    m_title->setToolTip(title);
    m_kind->setText(kind);
    m_kind->setVisible(!kind.isEmpty());
    m_summary->setText(summary);
    m_summary->setVisible(!summary.isEmpty());
    m_help->setText(help);
    m_more->setVisible(!help.isEmpty());
    m_help->setVisible(m_more->isChecked() && !help.isEmpty());
    m_stripe->update();
}

void InspectorHead::setLayers(const std::vector<LayerId> &layers)
{
    m_layers = layers;
    const LayerId one = layers.size() == 1 ? layers.front() : 0;
    if (m_layer != one) {
        commitName();
        m_layer = one;
        m_block = m_document.openBlock();
        m_name->setModified(false);
    }
    m_nameRow->setVisible(one != 0);
    if (const Layer *layer = one ? m_document.shown().find(one) : nullptr)
        showLayer(*layer);
    else if (layers.size() > 1)
        showSeveral(layers);
    else
        showNetwork();
}

void InspectorHead::showNetwork()
{
    m_stripeColor = themeColor(ColorRole::Border);
    if (!m_document.place().empty())
        return setTexts(tr("Block"), QString::fromStdString(m_document.openBlock()),
                        tr("The layers inside. Select one to see and change its settings; Esc goes back."), {});
    const bool empty = m_document.shown().layers().empty();
    setTexts(tr("Network"), QString::fromStdString(m_document.project().name),
             empty ? tr("Drag a layer from the palette onto the canvas to begin.")
                   : tr("Select a layer to see and change its settings."),
             {});
}

void InspectorHead::showSeveral(const std::vector<LayerId> &layers)
{
    QStringList names;
    for (const LayerId id : layers)
        if (const Layer *layer = m_document.shown().find(id))
            names += QString::fromStdString(layer->name);
    m_stripeColor = themeColor(ColorRole::Accent);
    setTexts(tr("%1 layers").arg(layers.size()), {}, names.join(QStringLiteral(", ")), {});
}

void InspectorHead::showLayer(const Layer &layer)
{
    const LayerSpec *spec = findLayer(layer.type);
    if (spec) {
        m_stripeColor = Theme::instance().categoryColor(spec->category);
        setTexts(QString::fromStdString(spec->title), QString::fromLatin1(categoryTitle(spec->category)),
                 QString::fromStdString(spec->summary), QString::fromStdString(spec->help));
    } else {
        m_stripeColor = themeColor(ColorRole::Error);
        setTexts(tr("Unknown layer"), QString::fromStdString(layer.type),
                 tr("This program does not know layers of type %1. It keeps the layer and its settings as they are, but cannot run it.")
                     .arg(QString::fromStdString(layer.type)),
                 {});
    }
    const QString name = QString::fromStdString(layer.name);
    if (!m_name->isModified() && m_name->text() != name) {
        m_name->setText(name);
        m_name->setCursorPosition(0);  // a long name shows its beginning
    }
}

void InspectorHead::focusName()
{
    m_name->setFocus(Qt::ShortcutFocusReason);
    m_name->selectAll();
}

void InspectorHead::commitName()
{
    if (!m_name->isModified() || m_layer == 0)
        return;
    m_name->setModified(false);
    if (m_document.openBlock() != m_block)
        return;  // another graph is open, in which the id means another layer
    m_document.rename(m_layer, m_name->text().toStdString());
    if (const Layer *layer = m_document.shown().find(m_layer))
        m_name->setText(QString::fromStdString(layer->name));  // made unique, or the old one where the new was empty
}

bool InspectorHead::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_name && event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape
        && m_name->isModified()) {
        m_name->setModified(false);
        if (const Layer *layer = m_document.shown().find(m_layer))
            m_name->setText(QString::fromStdString(layer->name));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace trainyard::ui
