#include "ui/panels/train/compute_card.h"

#include <algorithm>

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QStandardItemModel>

#include "ui/bridge/device_choice.h"
#include "ui/models/run_text.h"
#include "ui/panels/train/training_rows.h"

namespace trainyard::ui {

namespace {

constexpr int kDeviceWidth = 184;  // wider than the others: names of GPUs are long, and its label is short

}  // namespace

ComputeCard::ComputeCard(ProjectDocument &document, QWidget *parent)
    : SettingsCard(document, QStringLiteral("computeCard"), tr("Device and memory"), parent),
      m_device(new QComboBox),
      m_precision(new QComboBox),
      m_policy(new QComboBox),
      m_policyLabel(new QLabel(tr("GPU memory"))),
      m_deviceMistake(makeMistakeLabel()),
      m_precisionMistake(makeMistakeLabel())
{
    addChoice(new QLabel(tr("Device")), m_device, QStringLiteral("device"));
    grid()->removeWidget(m_device);
    m_device->setFixedWidth(kDeviceWidth);
    grid()->addWidget(m_device, grid()->rowCount() - 1, 0, 1, 2, Qt::AlignRight);
    addBelow(m_deviceMistake);
    addChoice(new QLabel(tr("Precision")), m_precision, QStringLiteral("precision"));
    m_precision->setToolTip(tr("Of what the layers pass on. Weights, losses and the optimizer's state stay float32; bfloat16 and "
                               "float16 are faster on GPUs "
                               "with tensor cores."));
    addBelow(m_precisionMistake);
    for (const TrainingField &field : trainingFields(SettingsGroup::Compute))
        rows().add(field);
    addChoice(m_policyLabel, m_policy, QStringLiteral("memoryPolicy"));
    m_policy->addItem(tr("As needed"), false);
    m_policy->setItemData(0, tr("Takes what the plan needs, so that other programs can use the rest."), Qt::ToolTipRole);
    m_policy->addItem(tr("Reserve the limit"), true);
    m_policy->setItemData(1, tr("Takes the whole limit at the start, so that no other program can."), Qt::ToolTipRole);
    connectBoxes();
    showValues();
}

void ComputeCard::connectBoxes()
{
    connect(m_device, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = document().training();
        training.device = m_device->itemData(index).toString().toStdString();
        document().setTraining(training, tr("Train on %1").arg(m_device->itemText(index)));
    });
    connect(m_precision, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = document().training();
        training.precision = static_cast<Precision>(m_precision->itemData(index).toInt());
        document().setTraining(training, tr("Train in %1").arg(m_precision->itemText(index)));
    });
    connect(m_policy, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = document().training();
        training.reserveMemory = m_policy->itemData(index).toBool();
        document().setTraining(training, training.reserveMemory ? tr("Reserve GPU memory") : tr("Take GPU memory as needed"));
    });
}

void ComputeCard::setMachine(const Machine &machine)
{
    m_machine = machine;
    showValues();
}

void ComputeCard::showValues()
{
    showDevice();
    rows().setOnGpu(m_onGpu);
    SettingsCard::showValues();
}

QString ComputeCard::summary() const
{
    const TrainingConfig &training = document().training(), standard;
    QStringList texts;
    if (training.device != standard.device)
        texts.append(m_device->currentText());
    if (training.precision != standard.precision)
        texts.append(m_precision->currentText());
    texts.append(rows().differences({}));
    if (m_onGpu && training.reserveMemory)
        texts.append(m_policy->currentText());
    return texts.join(QStringLiteral(", "));
}

QString ComputeCard::mistake() const
{
    for (const QString &text : {m_deviceMistake->text(), m_precisionMistake->text()})
        if (!text.isEmpty())
            return text;
    return SettingsCard::mistake();
}

void ComputeCard::showDevice()
{
    const TrainingConfig &training = document().training();
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

void ComputeCard::showPrecision(const std::optional<DeviceInfo> &device)
{
    const Precision chosen = document().training().precision;
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

}  // namespace trainyard::ui
