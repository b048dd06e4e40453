#include "ui/shell/device_picker.h"

#include <QActionGroup>
#include <QMenu>

#include "engine/base/format.h"
#include "ui/bridge/device_choice.h"
#include "ui/bridge/workspace.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kNameWidth = 220, kIconSize = 20;

QString factsOf(const DeviceInfo &device)
{
    QString facts = QString::fromStdString(device.name) + QLatin1Char('\n') + QString::fromStdString(device.library);
    if (!device.instructionSet.empty())
        facts += QStringLiteral(", ") + QString::fromStdString(device.instructionSet);
    if (device.memoryTotal > 0)
        facts += DevicePicker::tr("\n%1 of memory").arg(QString::fromStdString(formatBytes(device.memoryTotal)));
    return facts;
}

}  // namespace

DevicePicker::DevicePicker(Workspace &workspace, QWidget *parent) : QToolButton(parent), m_workspace(workspace)
{
    setObjectName(QStringLiteral("device"));
    setIcon(themeIcon(QStringLiteral("device"), ColorRole::Muted));
    setIconSize({kIconSize, kIconSize});
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(&workspace, &Workspace::devicesFound, this, [this] { setDevices(m_workspace.devices()); });
    connect(&workspace.document(), &ProjectDocument::trainingChanged, this, &DevicePicker::refresh);
    setDevices(workspace.devices());
}

void DevicePicker::setDevices(const std::vector<DeviceInfo> &devices)
{
    m_devices = devices;
    delete menu();
    setMenu(nullptr);
    const bool choice = devices.size() > 1;
    setFocusPolicy(choice ? Qt::TabFocus : Qt::NoFocus);
    if (choice) {
        auto *choices = new QMenu(this);
        auto *group = new QActionGroup(choices);
        const auto add = [&](const std::string &id, const QString &text) {
            QAction *action = choices->addAction(text);
            action->setCheckable(true);
            action->setData(QString::fromStdString(id));
            group->addAction(action);
            connect(action, &QAction::triggered, this, [this, id] {
                TrainingConfig training = m_workspace.document().training();
                training.device = id;
                m_workspace.document().setTraining(training, tr("Device %1").arg(QString::fromStdString(id)));
            });
        };
        for (const DeviceInfo &device : devices)
            add(device.id, QString::fromStdString(device.id + ": " + device.name));
        choices->addSeparator();
        add("auto", tr("Best there is"));
        setMenu(choices);
        setPopupMode(QToolButton::InstantPopup);
    }
    setVisible(!devices.empty());
    refresh();
}

void DevicePicker::refresh()
{
    if (m_devices.empty())
        return;
    const TrainingConfig &training = m_workspace.document().training();
    const auto chosen = deviceOfRun(m_devices, training.device);
    setIcon(themeIcon(chosen ? QStringLiteral("device") : QStringLiteral("problem"), chosen ? ColorRole::Muted : ColorRole::Warning));
    if (!chosen) {
        const QString id = QString::fromStdString(training.device);
        setText(tr("%1 is missing").arg(id));
        setToolTip(tr("The project names the device %1, which this machine does not have. The Device page says why.").arg(id));
        setAccessibleName(tr("Device: %1").arg(text()));
        return;
    }
    const DeviceInfo &device = *chosen;
    const int threads = !isProcessor(device) ? 0 : training.threads > 0 ? training.threads : device.threads;
    const QString name = fontMetrics().elidedText(QString::fromStdString(device.name), Qt::ElideRight, kNameWidth);
    QString shown = threads > 0 ? threads == 1 ? tr("%1, 1 thread").arg(name) : tr("%1, %2 threads").arg(name).arg(threads) : name;
    if (training.precision != Precision::Float32)
        shown += QStringLiteral(", ") + precisionText(training.precision);
    setText(shown);
    setToolTip(factsOf(device));
    setAccessibleName(tr("Device: %1").arg(text()));
    if (menu())
        for (QAction *action : menu()->actions())
            action->setChecked(action->data().toString() == QString::fromStdString(training.device));
}

}  // namespace trainyard::ui
