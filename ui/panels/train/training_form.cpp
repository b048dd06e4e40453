#include "ui/panels/train/training_form.h"

#include <algorithm>

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>

#include "ui/controls/card.h"
#include "ui/panels/train/training_fields.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

void setInvalid(QWidget *widget, bool invalid)
{
    if (widget->property("invalid").toBool() == invalid)
        return;
    widget->setProperty("invalid", invalid);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QLabel *messageLabel()
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

constexpr int kEditorWidth = 120;

}  // namespace

TrainingForm::TrainingForm(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_optimizer(new QComboBox), m_device(new QComboBox), m_deviceLabel(new QLabel(tr("Device"))),
      m_running(mutedLabel(tr("The run goes on with the settings it began with. Changes here are for the next one."))), m_whole(messageLabel())
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(kSpaceM);
    grid->setVerticalSpacing(kSpaceS);
    grid->setColumnStretch(0, 1);
    grid->addWidget(m_running, 0, 0, 1, 2);
    m_running->hide();

    for (const OptimizerSpec &spec : optimizerCatalog()) {
        m_optimizer->addItem(QString::fromStdString(spec.title), QString::fromStdString(spec.type));
        m_optimizer->setItemData(m_optimizer->count() - 1, QString::fromStdString(spec.summary), Qt::ToolTipRole);
    }
    const auto addChoice = [&](QLabel *label, QComboBox *box, const QString &key) {
        const int row = grid->rowCount();
        label->setBuddy(box);
        box->setObjectName(key);
        box->setAccessibleName(label->text());
        box->setFixedWidth(kEditorWidth);
        grid->addWidget(label, row, 0);
        grid->addWidget(box, row, 1);
    };
    addChoice(new QLabel(tr("Optimizer")), m_optimizer, QStringLiteral("optimizer"));
    for (const TrainingField &field : trainingFields())
        addRow(grid, field);
    addChoice(m_deviceLabel, m_device, QStringLiteral("device"));
    setDevices({});
    grid->addWidget(m_whole, grid->rowCount(), 0, 1, 2);

    connect(m_optimizer, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.optimizer.type = m_optimizer->itemData(index).toString().toStdString();
        m_document.setTraining(training, tr("Choose %1").arg(m_optimizer->itemText(index)));
    });
    connect(m_device, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.device = m_device->itemData(index).toString().toStdString();
        m_document.setTraining(training, tr("Train on %1").arg(m_device->itemText(index)));
    });
    connect(&document, &ProjectDocument::trainingChanged, this, &TrainingForm::showValues);
    connect(&document, &ProjectDocument::projectReset, this, &TrainingForm::showValues);
    connect(&document, &ProjectDocument::analysisChanged, this, &TrainingForm::showWhole);
    showValues();
}

void TrainingForm::addRow(QGridLayout *grid, const TrainingField &field)
{
    Row row;
    row.field = &field;
    row.label = new QLabel(field.label);
    row.label->setToolTip(field.help);
    row.message = messageLabel();
    QWidget *editor = nullptr;
    if (field.isSwitch)
        editor = row.check = new QCheckBox;
    else
        editor = row.edit = new QLineEdit;
    editor->setObjectName(field.key);
    editor->setAccessibleName(field.label);
    editor->setAccessibleDescription(field.help);
    editor->setToolTip(field.help);
    editor->setFixedWidth(kEditorWidth);
    row.label->setBuddy(editor);
    const int at = grid->rowCount();
    grid->addWidget(row.label, at, 0);
    grid->addWidget(editor, at, 1);
    grid->addWidget(row.message, at + 1, 0, 1, 2);
    m_rows.push_back(row);
    if (row.check) {
        connect(row.check, &QCheckBox::clicked, this,
                [this, row](bool on) { commit(row, on ? QStringLiteral("true") : QStringLiteral("false")); });
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

bool TrainingForm::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        for (const Row &row : m_rows)
            if (row.edit == watched && row.edit->isModified()) {
                row.edit->setModified(false);
                showValues();
                return true;
            }
    }
    return QWidget::eventFilter(watched, event);
}

qint64 TrainingForm::trainRows() const
{
    return m_document.dataSignature() ? m_document.dataSignature()->trainRows : 0;
}

void TrainingForm::showValues()
{
    const TrainingConfig &training = m_document.training();
    const OptimizerSpec *spec = findOptimizer(training.optimizer.type);
    m_optimizer->setCurrentIndex(m_optimizer->findData(QString::fromStdString(training.optimizer.type)));
    m_optimizer->setToolTip(spec ? QString::fromStdString(spec->summary) : QString());
    m_device->setCurrentIndex(m_device->findData(QString::fromStdString(training.device)));
    for (const Row &row : m_rows) {
        const bool used = !row.field->ofOptimizer || (spec && std::count(spec->uses.begin(), spec->uses.end(), row.field->key.toStdString()) > 0);
        row.label->setVisible(used);
        if (row.check) {
            row.check->setVisible(used);
            row.check->setChecked(row.field->text(training) == QLatin1String("true"));
            showMistake(row, {});
            continue;
        }
        row.edit->setVisible(used);
        // A text that is being typed stays; what it says is judged anew.
        if (row.edit->isModified() && row.edit->hasFocus()) {
            judge(row, row.edit->text());
            continue;
        }
        if (const QString text = row.field->text(training); row.edit->text() != text)
            row.edit->setText(text);
        row.edit->setModified(false);
        showMistake(row, {});
    }
    showWhole();
}

QString TrainingForm::mistakeIn(const Row &row, const QString &text, TrainingConfig &tried) const
{
    tried = m_document.training();
    if (!row.field->take(tried, text))
        return row.field->key == QLatin1String("seed") ? tr("\"%1\" is not a whole number of 0 or more.").arg(text)
                                                       : tr("\"%1\" is not a number that fits here.").arg(text);
    if (const Status status = checkTraining(tried, trainRows()); !status)
        return QString::fromStdString(status.error().message);
    return {};
}

void TrainingForm::judge(const Row &row, const QString &text)
{
    TrainingConfig tried;
    showMistake(row, mistakeIn(row, text, tried));
}

void TrainingForm::commit(const Row &row, const QString &text)
{
    TrainingConfig tried;
    const QString mistake = mistakeIn(row, text, tried);
    // A mistake that is there already, in another setting, does not hold this one back.
    const Status before = checkTraining(m_document.training(), trainRows());
    if (!mistake.isEmpty() && (before || QString::fromStdString(before.error().message) != mistake)) {
        showMistake(row, mistake);
        if (row.check)
            row.check->setChecked(row.field->text(m_document.training()) == QLatin1String("true"));
        return;
    }
    if (row.edit)
        row.edit->setModified(false);
    const QString what = row.check ? (text == QLatin1String("true") ? tr("Turn %1 on") : tr("Turn %1 off")).arg(row.field->label)
                                   : tr("Set %1 to %2").arg(row.field->label.toLower(), row.field->text(tried));
    m_document.setTraining(tried, what);
    showValues();  // also where nothing changed: "0.10" becomes "0.1"
}

void TrainingForm::showMistake(const Row &row, const QString &mistake)
{
    row.message->setText(mistake);
    row.message->setVisible(!mistake.isEmpty());
    if (row.edit)
        setInvalid(row.edit, !mistake.isEmpty());
}

void TrainingForm::showWhole()
{
    const Status status = checkTraining(m_document.training(), trainRows());
    m_whole->setText(status ? QString() : QString::fromStdString(status.error().message));
    m_whole->setVisible(!status);
}

void TrainingForm::setRunning(bool running)
{
    m_running->setVisible(running);
}

void TrainingForm::setDevices(const std::vector<std::pair<QString, QString>> &idsAndNames)
{
    m_device->clear();
    m_device->addItem(tr("Best there is"), QStringLiteral("auto"));
    for (const auto &[id, name] : idsAndNames)
        m_device->addItem(name, id);
    const bool choice = idsAndNames.size() > 1;
    m_device->setVisible(choice);
    m_deviceLabel->setVisible(choice);
    m_device->setCurrentIndex(m_device->findData(QString::fromStdString(m_document.training().device)));
}

}  // namespace trainyard::ui
