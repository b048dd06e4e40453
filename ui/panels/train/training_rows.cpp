#include "ui/panels/train/training_rows.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QStyle>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

const QString kOn = QStringLiteral("true"), kOff = QStringLiteral("false");

void setInvalid(QWidget *widget, bool invalid)
{
    if (widget->property("invalid").toBool() == invalid)
        return;
    widget->setProperty("invalid", invalid);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace

QGridLayout *makeSettingsGrid(QWidget *parent)
{
    auto *grid = new QGridLayout(parent);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(kSpaceM);
    grid->setVerticalSpacing(kSpaceS);
    grid->setColumnStretch(0, 1);
    return grid;
}

QLabel *makeMistakeLabel()
{
    auto *label = new QLabel;
    label->setProperty("error", true);
    label->setWordWrap(true);
    QFont small = label->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    label->setFont(small);
    label->hide();
    return label;
}

QWidget *TrainingRows::Row::editor() const
{
    return edit ? static_cast<QWidget *>(edit) : check ? static_cast<QWidget *>(check) : box;
}

TrainingRows::TrainingRows(ProjectDocument &document, QGridLayout *grid, QObject *parent) : QObject(parent), m_document(document), m_grid(grid) {}

void TrainingRows::add(const TrainingField &field)
{
    Row row;
    row.field = field;
    row.label = new QLabel(field.label);
    row.label->setToolTip(field.help);
    row.label->setWordWrap(true);  // a long one must not make the column wider
    row.message = makeMistakeLabel();
    if (field.isSwitch)
        row.check = new QCheckBox;
    else if (field.choices)
        row.box = new QComboBox;
    else
        row.edit = new QLineEdit;
    QWidget *editor = row.editor();
    editor->setObjectName(field.key);
    editor->setAccessibleName(field.label);
    editor->setAccessibleDescription(field.help);
    editor->setToolTip(field.help);
    editor->setFixedWidth(kSettingWidth);
    row.label->setBuddy(editor);
    const int at = m_grid->rowCount();
    m_grid->addWidget(row.label, at, 0);
    m_grid->addWidget(editor, at, 1);
    m_grid->addWidget(row.message, at + 1, 0, 1, 2);
    m_rows.push_back(row);
    if (row.check) {
        connect(row.check, &QCheckBox::clicked, this, [this, row](bool on) { commit(row, on ? kOn : kOff); });
    } else if (row.box) {
        connect(row.box, &QComboBox::activated, this, [this, row](int index) { commit(row, row.box->itemData(index).toString()); });
    } else {
        row.edit->setAlignment(Qt::AlignRight);
        row.edit->installEventFilter(this);
        connect(row.edit, &QLineEdit::textEdited, this, [this, row](const QString &text) { judge(row, text); });
        connect(row.edit, &QLineEdit::editingFinished, this, [this, row] {
            if (row.edit->isModified())
                commit(row, row.edit->text());
        });
    }
}

void TrainingRows::setOnGpu(bool onGpu)
{
    m_onGpu = onGpu;
}

bool TrainingRows::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        for (const Row &row : m_rows)
            if (row.edit == watched && row.edit->isModified()) {
                row.edit->setModified(false);
                showValues();
                return true;
            }
    }
    return QObject::eventFilter(watched, event);
}

qint64 TrainingRows::trainRows() const
{
    return m_document.dataSignature() ? m_document.dataSignature()->trainRows : 0;
}

bool TrainingRows::isShown(const Row &row) const
{
    const TrainingField &field = row.field;
    const TrainingConfig &training = m_document.training();
    if (field.isUsed && !field.isUsed(training))
        return false;
    return !field.ofGpu || m_onGpu;
}

void TrainingRows::showChoice(const Row &row)
{
    const QString value = row.field.text(m_document.training());
    row.box->clear();
    for (const FieldChoice &choice : row.field.choices(m_document.graph())) {
        row.box->addItem(choice.text, choice.value);
        row.box->setItemData(row.box->count() - 1, choice.help, Qt::ToolTipRole);
    }
    if (row.box->findData(value) < 0)  // what the network does not have stays in sight
        row.box->addItem(value, value);
    row.box->setCurrentIndex(row.box->findData(value));
    const QString help = row.box->currentData(Qt::ToolTipRole).toString();
    row.box->setToolTip(help.isEmpty() ? row.field.help : help);
}

void TrainingRows::showValues()
{
    const TrainingConfig &training = m_document.training();
    for (const Row &row : m_rows) {
        const bool shown = isShown(row);
        row.label->setVisible(shown);
        row.editor()->setVisible(shown);
        if (row.check) {
            row.check->setChecked(row.field.text(training) == kOn);
        } else if (row.box) {
            showChoice(row);
        } else {
            // A text that is being typed stays; what it says is judged anew.
            if (row.edit->isModified() && row.edit->hasFocus()) {
                judge(row, row.edit->text());
                continue;
            }
            if (const QString text = row.field.text(training); row.edit->text() != text)
                row.edit->setText(text);
            row.edit->setModified(false);
        }
        showMistake(row, shown ? standingMistake(row) : QString());
    }
}

QString TrainingRows::standingMistake(const Row &row) const
{
    if (row.field.node.isEmpty())
        return {};
    const Status status = checkTraining(m_document.training(), trainRows());
    return !status && QString::fromStdString(status.error().node) == row.field.node ? QString::fromStdString(status.error().message) : QString();
}

QString TrainingRows::mistakeIn(const Row &row, const QString &text, TrainingConfig &tried) const
{
    tried = m_document.training();
    if (!row.field.take(tried, text))
        return row.field.key == QLatin1String("seed") ? tr("\"%1\" is not a whole number of 0 or more.").arg(text)
                                                      : tr("\"%1\" is not a number that fits here.").arg(text);
    if (const Status status = checkTraining(tried, trainRows()); !status)
        return QString::fromStdString(status.error().message);
    return {};
}

void TrainingRows::judge(const Row &row, const QString &text)
{
    TrainingConfig tried;
    showMistake(row, mistakeIn(row, text, tried));
    emit judged();
}

void TrainingRows::commit(const Row &row, const QString &text)
{
    TrainingConfig tried;
    const QString mistake = mistakeIn(row, text, tried);
    // A mistake that is there already, in another setting, does not hold this one back.
    const Status before = checkTraining(m_document.training(), trainRows());
    if (!mistake.isEmpty() && (before || QString::fromStdString(before.error().message) != mistake)) {
        if (!row.edit)
            showValues();  // back to what it was
        showMistake(row, mistake);
        emit judged();
        return;
    }
    if (row.edit)
        row.edit->setModified(false);
    const QString what = row.check ? (text == kOn ? tr("Turn %1 on") : tr("Turn %1 off")).arg(row.field.label)
                         : row.box ? tr("Set %1 to %2").arg(row.field.label.toLower(), row.box->currentText().toLower())
                                   : tr("Set %1 to %2").arg(row.field.label.toLower(), row.field.text(tried));
    m_document.setTraining(tried, what);
    showValues();  // also where nothing changed: "0.10" becomes "0.1"
}

void TrainingRows::setFieldText(const QString &key, const QString &text)
{
    for (const Row &row : m_rows)
        if (row.field.key == key)
            commit(row, text);
}

QStringList TrainingRows::differences(const QString &title) const
{
    const TrainingConfig &training = m_document.training(), standard;
    QStringList texts;
    for (const Row &row : m_rows) {
        const QString value = row.field.text(training);
        if (!isShown(row) || value == row.field.text(standard))
            continue;
        const QString shown = row.box ? row.box->currentText() : value;
        texts.append(row.field.isSwitch         ? (value == kOn ? row.field.label : tr("%1: off").arg(row.field.label))
                     : row.field.label == title ? shown
                                                : tr("%1: %2").arg(row.field.label, shown));
    }
    return texts;
}

QString TrainingRows::mistake() const
{
    for (const Row &row : m_rows)
        if (const QString text = row.message->text(); !text.isEmpty())
            return text;
    return {};
}

void TrainingRows::showMistake(const Row &row, const QString &mistake)
{
    row.message->setText(mistake);
    row.message->setVisible(!mistake.isEmpty());
    if (row.edit)
        setInvalid(row.edit, !mistake.isEmpty());
}

}  // namespace trainyard::ui
