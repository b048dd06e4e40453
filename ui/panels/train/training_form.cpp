#include "ui/panels/train/training_form.h"

#include <algorithm>

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStandardItemModel>

#include "engine/program/metric_names.h"
#include "ui/bridge/device_choice.h"
#include "ui/controls/card.h"
#include "ui/panels/train/rate_finder.h"
#include "ui/panels/train/training_fields.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kDeviceWidth = 184;

}  // namespace

TrainingForm::TrainingForm(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_optimizer(new QComboBox), m_device(new QComboBox), m_precision(new QComboBox), m_policy(new QComboBox),
      m_policyLabel(new QLabel(tr("GPU memory"))), m_deviceMistake(makeMistakeLabel()), m_precisionMistake(makeMistakeLabel()),
      m_running(mutedLabel(tr("The run goes on with the settings it began with. Changes here are for the next one."))), m_whole(makeMistakeLabel()),
      m_finder(new RateFinder(document))
{
    auto *grid = makeSettingsGrid(this);
    m_rows = new TrainingRows(document, grid, this);
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
        box->setFixedWidth(kSettingWidth);
        grid->addWidget(label, row, 0);
        grid->addWidget(box, row, 1);
    };
    const auto addMistake = [grid](QLabel *mistake) { grid->addWidget(mistake, grid->rowCount(), 0, 1, 2); };
    addChoice(new QLabel(tr("Optimizer")), m_optimizer, QStringLiteral("optimizer"));
    const auto &fields = trainingFields();
    for (const TrainingField &field : fields) {
        if (field.ofGpu)
            continue;
        m_rows->add(field);
        if (field.key == QLatin1String("learningRate"))
            grid->addWidget(m_finder, grid->rowCount(), 0, 1, 2);
    }
    addChoice(new QLabel(tr("Device")), m_device, QStringLiteral("device"));
    grid->removeWidget(m_device);  // wider than the others: names of GPUs are long, and its label is short
    m_device->setFixedWidth(kDeviceWidth);
    grid->addWidget(m_device, grid->rowCount() - 1, 0, 1, 2, Qt::AlignRight);
    addMistake(m_deviceMistake);
    addChoice(new QLabel(tr("Precision")), m_precision, QStringLiteral("precision"));
    m_precision->setToolTip(tr("Of what the layers pass on. Weights, losses and the optimizer's state stay float32; bfloat16 and float16 are faster on GPUs "
                               "with tensor cores."));
    addMistake(m_precisionMistake);
    for (const TrainingField &field : fields)
        if (field.ofGpu)
            m_rows->add(field);
    addChoice(m_policyLabel, m_policy, QStringLiteral("memoryPolicy"));
    m_policy->addItem(tr("As needed"), false);
    m_policy->setItemData(0, tr("Takes what the plan needs, so that other programs can use the rest."), Qt::ToolTipRole);
    m_policy->addItem(tr("Reserve the limit"), true);
    m_policy->setItemData(1, tr("Takes the whole limit at the start, so that no other program can."), Qt::ToolTipRole);
    addMistake(m_whole);

    connect(m_finder, &RateFinder::taken, this, [this](double rate) { m_rows->setFieldText(QStringLiteral("learningRate"), realText(rate)); });
    connect(m_optimizer, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.optimizer.type = m_optimizer->itemData(index).toString().toStdString();
        m_document.setTraining(training, tr("Choose %1").arg(m_optimizer->itemText(index)));
    });
    connect(m_device, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.device = m_device->itemData(index).toString().toStdString();
        m_document.setTraining(training, tr("Train on %1").arg(m_device->itemText(index)));
        showDevice();
    });
    connect(m_precision, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.precision = static_cast<Precision>(m_precision->itemData(index).toInt());
        m_document.setTraining(training, tr("Train in %1").arg(m_precision->itemText(index)));
        showDevice();
    });
    connect(m_policy, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = m_document.training();
        training.reserveMemory = m_policy->itemData(index).toBool();
        m_document.setTraining(training, training.reserveMemory ? tr("Reserve GPU memory") : tr("Take GPU memory as needed"));
    });
    connect(&document, &ProjectDocument::trainingChanged, this, &TrainingForm::showValues);
    connect(&document, &ProjectDocument::projectReset, this, &TrainingForm::showValues);
    connect(&document, &ProjectDocument::analysisChanged, this, &TrainingForm::showWhole);
    showValues();
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
    showDevice();
    m_rows->setOnGpu(m_onGpu);
    m_rows->showValues();
    showWhole();
}

void TrainingForm::showWhole()
{
    Status status = checkTraining(m_document.training(), trainRows());
    const bool here = status ? !(status = checkMetrics(m_document.graph(), m_document.training().metrics))
                             : status.error().node.empty();  // what has a node is said at its field
    m_whole->setText(here ? QString::fromStdString(status.error().message) : QString());
    m_whole->setVisible(here);
}

void TrainingForm::setMachine(const Machine &machine)
{
    m_machine = machine;
    showValues();
}

void TrainingForm::showDevice()
{
    const TrainingConfig &training = m_document.training();
    const QString named = QString::fromStdString(training.device);
    m_device->clear();
    const bool known = !m_machine.devices.empty();
    QString missing;
    if (known) {
        for (const DeviceChoice &choice : deviceChoices(m_machine, training.device)) {
            m_device->addItem(choice.text, choice.id);
            m_device->setItemData(m_device->count() - 1, choice.missing, Qt::ToolTipRole);
            if (choice.id == named)
                missing = choice.missing;
        }
    } else {
        m_device->addItem(named == QLatin1String("auto") ? tr("Best there is") : named, named);
    }
    m_device->setEnabled(known);
    m_device->setCurrentIndex(std::max(0, m_device->findData(named)));
    const auto device = deviceOfRun(m_machine.usable(), training.device);
    m_device->setToolTip(device ? tr("A run takes %1.").arg(QString::fromStdString(device->name)) : missing);
    m_deviceMistake->setText(missing);
    m_deviceMistake->setVisible(!missing.isEmpty());
    // What is only of GPUs stays in sight where the project names one that is missing.
    m_onGpu = device ? !isProcessor(*device) : named.startsWith(QLatin1String("cuda"));
    m_policyLabel->setVisible(m_onGpu);
    m_policy->setVisible(m_onGpu);
    m_policy->setCurrentIndex(training.reserveMemory ? 1 : 0);
    showPrecision(device);
}

void TrainingForm::showPrecision(const std::optional<DeviceInfo> &device)
{
    const Precision chosen = m_document.training().precision;
    m_precision->clear();
    auto *items = qobject_cast<QStandardItemModel *>(m_precision->model());
    bool possible = !device;
    for (const Precision precision : {Precision::Float32, Precision::BFloat16, Precision::Float16}) {
        m_precision->addItem(precisionText(precision), static_cast<int>(precision));
        const int row = m_precision->count() - 1;
        bool able = true;
        if (device) {
            const std::vector<Precision> all = precisionsOf(*device);
            able = std::find(all.begin(), all.end(), precision) != all.end();
        }
        items->item(row)->setEnabled(able || precision == chosen);
        if (!able)
            m_precision->setItemData(row, tr("Not on %1.").arg(QString::fromStdString(device->name)), Qt::ToolTipRole);
        possible = possible || (able && precision == chosen);
    }
    m_precision->setCurrentIndex(static_cast<int>(chosen));
    m_precisionMistake->setText(possible ? QString()
                                         : tr("%1 does not train in %2. Choose float32, or another device.")
                                               .arg(QString::fromStdString(device->name), precisionText(chosen)));
    m_precisionMistake->setVisible(!possible);
}

void TrainingForm::setRunning(bool running)
{
    m_running->setVisible(running);
    m_finder->setRunning(running);
}

}  // namespace trainyard::ui
