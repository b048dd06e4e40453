#include "ui/panels/train/optimizer_card.h"

#include <QComboBox>
#include <QLabel>

#include "engine/base/format.h"
#include "engine/program/metric_names.h"
#include "ui/panels/train/rate_finder.h"
#include "ui/panels/train/training_rows.h"

namespace trainyard::ui {

OptimizerCard::OptimizerCard(ProjectDocument &document, QWidget *parent)
    : SettingsCard(document, QStringLiteral("optimizerCard"), tr("Optimizer and batch"), parent),
      m_optimizer(new QComboBox),
      m_finder(new RateFinder(document)),
      m_whole(makeMistakeLabel())
{
    for (const OptimizerSpec &spec : optimizerCatalog()) {
        m_optimizer->addItem(QString::fromStdString(spec.title), QString::fromStdString(spec.type));
        m_optimizer->setItemData(m_optimizer->count() - 1, QString::fromStdString(spec.summary), Qt::ToolTipRole);
    }
    addChoice(new QLabel(tr("Optimizer")), m_optimizer, QStringLiteral("optimizer"));
    for (const TrainingField &field : trainingFields(SettingsGroup::Basic)) {
        rows().add(field);
        if (field.key == QLatin1String("learningRate"))
            addBelow(m_finder);
    }
    addBelow(m_whole);
    connect(m_finder, &RateFinder::taken, this,
            [this](double rate) { rows().setFieldText(QStringLiteral("learningRate"), realText(rate)); });
    connect(m_optimizer, &QComboBox::activated, this, [this](int index) {
        TrainingConfig training = this->document().training();
        training.optimizer.type = m_optimizer->itemData(index).toString().toStdString();
        this->document().setTraining(training, tr("Choose %1").arg(m_optimizer->itemText(index)));
    });
    showValues();
}

void OptimizerCard::setRunning(bool running)
{
    m_finder->setRunning(running);
}

void OptimizerCard::showValues()
{
    const TrainingConfig &training = document().training();
    const OptimizerSpec *spec = findOptimizer(training.optimizer.type);
    m_optimizer->setCurrentIndex(m_optimizer->findData(QString::fromStdString(training.optimizer.type)));
    m_optimizer->setToolTip(spec ? QString::fromStdString(spec->summary) : QString());
    showWhole();
    SettingsCard::showValues();
}

void OptimizerCard::showWhole()
{
    const qint64 rows = document().dataSignature() ? document().dataSignature()->trainRows : 0;
    Status status = checkTraining(document().training(), rows);
    const bool here = status ? !(status = checkMetrics(document().graph(), document().training().metrics))
                             : status.error().node.empty();  // what has a node is said at its field
    m_whole->setText(here ? QString::fromStdString(status.error().message) : QString());
    m_whole->setVisible(here);
}

QString OptimizerCard::summary() const
{
    const TrainingConfig &training = document().training();
    return tr("%1, %2, batch %3")
        .arg(m_optimizer->currentText(), realText(training.optimizer.learningRate),
             QString::fromStdString(formatCount(training.batchSize)));
}

QString OptimizerCard::mistake() const
{
    const QString inside = SettingsCard::mistake();
    return inside.isEmpty() ? m_whole->text() : inside;
}

}  // namespace trainyard::ui
