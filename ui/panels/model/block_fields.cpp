#include "ui/panels/model/block_fields.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "engine/graph/block_edits.h"
#include "ui/models/project_document.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLabelWidth = 88, kResetWidth = 24;  // as in the fields below

}  // namespace

BlockFields::BlockFields(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_definition(new QLineEdit), m_open(new QPushButton(tr("Open"))),
      m_ungroup(new QPushButton(tr("Ungroup"))), m_uses(new QLabel), m_mistake(new QLabel)
{
    m_definition->setAccessibleName(tr("Definition"));
    m_definition->setToolTip(tr("The definition this block stands for. Another name here renames it wherever it is used."));
    m_definition->installEventFilter(this);
    m_open->setToolTip(tr("Show the layers inside and edit them (double-click on the block)"));
    m_ungroup->setToolTip(tr("Put the layers inside in the block's place"));
    m_uses->setProperty("muted", true);
    m_uses->setWordWrap(true);
    m_mistake->setProperty("error", true);
    m_mistake->setWordWrap(true);
    m_mistake->setTextFormat(Qt::PlainText);
    m_mistake->hide();

    auto *label = new QLabel(tr("Definition"));
    label->setProperty("muted", true);
    label->setFixedWidth(kLabelWidth);
    label->setBuddy(m_definition);
    auto *row = new QHBoxLayout;
    row->setSpacing(kSpaceS);
    row->addWidget(label);
    row->addWidget(m_definition, 1);
    row->addSpacing(kSpaceS + kResetWidth);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kSpaceS);
    buttons->addSpacing(kLabelWidth + kSpaceS);
    buttons->addWidget(m_open);
    buttons->addWidget(m_ungroup);
    buttons->addStretch(1);
    auto *uses = new QHBoxLayout;
    uses->addSpacing(kLabelWidth + kSpaceS);
    uses->addWidget(m_uses, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceS);
    layout->addLayout(row);
    layout->addWidget(m_mistake);
    layout->addLayout(uses);
    layout->addLayout(buttons);

    connect(m_definition, &QLineEdit::editingFinished, this, &BlockFields::commit);
    connect(m_open, &QPushButton::clicked, this, [this] { m_document.openBlock(m_block); });
    connect(m_ungroup, &QPushButton::clicked, this, &BlockFields::ungroupRequested);
    setLayers({});
}

void BlockFields::setLayers(const std::vector<LayerId> &layers)
{
    const Layer *layer = layers.size() == 1 ? m_document.shown().find(layers.front()) : nullptr;
    const bool isBlock = layer && layer->type == kBlockType;
    const LayerId block = isBlock ? layer->id : 0;
    if (block != m_block) {
        commit();
        m_definition->setModified(false);
        m_mistake->hide();
        m_block = block;
    }
    setVisible(isBlock);
    if (isBlock)
        showDefinition(layer->block);
}

void BlockFields::showDefinition(const std::string &definition)
{
    const bool exists = m_document.graph().findBlock(definition) != nullptr;
    m_open->setEnabled(exists);
    m_ungroup->setEnabled(exists);
    const int uses = static_cast<int>(blockUses(m_document.graph(), definition));
    m_uses->setText(uses == 1 ? tr("Used here only") : tr("Used %1 times: editing it changes all of them").arg(uses));
    if (m_definition->isModified())
        return;
    m_shown = definition;
    if (const QString name = QString::fromStdString(definition); m_definition->text() != name) {
        m_definition->setText(name);
        m_definition->setCursorPosition(0);
    }
}

void BlockFields::commit()
{
    if (!m_definition->isModified() || m_block == 0)
        return;
    m_definition->setModified(false);
    const Status renamed = m_document.renameBlock(m_shown, m_definition->text().toStdString());
    m_mistake->setText(renamed ? QString() : QString::fromStdString(renamed.error().message));
    m_mistake->setVisible(!renamed);
    if (const Layer *layer = m_document.shown().find(m_block); layer && layer->type == kBlockType)
        showDefinition(layer->block);
}

bool BlockFields::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_definition && event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape
        && m_definition->isModified()) {
        m_definition->setModified(false);
        showDefinition(m_shown);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace trainyard::ui
