#include "ui/panels/train/live_rate.h"

#include <cmath>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/panels/train/training_fields.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

LiveRate::LiveRate(LiveRun &run, QWidget *parent)
    : Card(tr("Learning rate of this run"), parent), m_run(run), m_edit(new QLineEdit), m_set(new QPushButton(tr("Set"))), m_mistake(new QLabel)
{
    m_edit->setObjectName(QStringLiteral("liveLearningRate"));
    m_edit->setAccessibleName(tr("Learning rate of the running run"));
    m_edit->setAlignment(Qt::AlignRight);
    m_set->setAccessibleName(tr("Set the learning rate of the running run"));
    m_set->setObjectName(QStringLiteral("setLearningRate"));
    m_set->setToolTip(tr("From the next step on. A schedule goes on from there, scaled by as much."));
    m_mistake->setProperty("error", true);
    m_mistake->setWordWrap(true);
    m_mistake->hide();
    auto *line = new QHBoxLayout;
    line->setSpacing(kSpaceS);
    line->addWidget(m_edit, 1);
    line->addWidget(m_set);
    content()->addLayout(line);
    content()->addWidget(m_mistake);
    connect(m_edit, &QLineEdit::textEdited, this, [this] {
        double rate = 0;
        const bool good = read(rate);
        m_mistake->setText(tr("It must be a number above 0."));
        m_mistake->setVisible(!good);
        m_set->setEnabled(good);
    });
    connect(m_edit, &QLineEdit::returnPressed, this, &LiveRate::send);
    connect(m_set, &QPushButton::clicked, this, &LiveRate::send);
    connect(&run, &LiveRun::progressChanged, this, &LiveRate::showRate);
    connect(&run, &LiveRun::ended, this, &LiveRate::showRate);
    showRate();
}

bool LiveRate::read(double &rate) const
{
    return parseReal(m_edit->text(), rate) && std::isfinite(rate) && rate > 0;
}

void LiveRate::showRate()
{
    const TrainProgress &progress = m_run.progress();
    const bool going = m_run.isActive() && (progress.state == TrainState::Running || progress.state == TrainState::Paused);
    setVisible(going);
    if (!going) {
        m_edit->setModified(false);
        return;
    }
    if (!m_edit->isModified()) {
        // A rate that a schedule has come to has all the digits there are: four say what it is.
        constexpr int kLongest = 10, kDigits = 4;
        QString text = realText(progress.learningRate);
        if (text.size() > kLongest)
            text = realText(QString::number(progress.learningRate, 'g', kDigits).toDouble());
        if (m_edit->text() != text)
            m_edit->setText(text);
        m_mistake->hide();
        m_set->setEnabled(false);
    }
}

void LiveRate::send()
{
    double rate = 0;
    if (!m_edit->isModified() || !read(rate))
        return;
    m_run.setLearningRate(rate);
    m_edit->setModified(false);
    m_set->setEnabled(false);
}

}  // namespace trainyard::ui
