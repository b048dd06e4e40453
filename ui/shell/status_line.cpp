#include "ui/shell/status_line.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStyle>
#include <QToolButton>
#include <QUndoStack>

#include "engine/base/format.h"
#include "ui/bridge/workspace.h"
#include "ui/models/run_text.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr int kHeight = 28, kIconSize = 16;
constexpr auto kMessageTime = 6s;

enum Fact { Epoch, Loss, Metric, Speed, Left, FactCount };

QString stateText(const TrainProgress &progress)
{
    switch (progress.state) {
    case TrainState::Preparing: return StatusLine::tr("preparing");
    case TrainState::Running: return StatusLine::tr("running");
    case TrainState::Paused: return StatusLine::tr("paused");
    case TrainState::Stopping: return StatusLine::tr("stopping");
    case TrainState::Finished: return StatusLine::tr("finished");
    case TrainState::Stopped: return StatusLine::tr("stopped");
    case TrainState::Failed: return StatusLine::tr("failed");
    }
    return {};
}

// What cannot be known yet is left out.
std::vector<QString> factTexts(const TrainProgress &progress)
{
    std::vector<QString> texts(FactCount);
    const auto number = [](double value) { return QString::fromStdString(formatSignificant(value)); };
    if (progress.epochs > 0)
        texts[Epoch] = StatusLine::tr("epoch %1/%2").arg(progress.epochShown()).arg(progress.epochs);
    else if (progress.stepsPerEpoch > 0)
        texts[Epoch] = StatusLine::tr("epoch %1").arg(progress.epochShown());
    if (progress.trainLoss)
        texts[Loss] = StatusLine::tr("loss %1").arg(number(*progress.trainLoss));
    const QString metric = QString::fromStdString(progress.metricName), name = titleWithinSentence(metric);
    if (progress.validationMetric)
        texts[Metric] = StatusLine::tr("validation %1 %2").arg(name, metricValueText(metric, *progress.validationMetric));
    else if (progress.trainMetric)
        texts[Metric] = QStringLiteral("%1 %2").arg(name, metricValueText(metric, *progress.trainMetric));
    if (!progress.ended() && progress.samplesPerSecond)
        texts[Speed] = StatusLine::tr("%1 samples/s").arg(QString::fromStdString(formatCount(std::llround(*progress.samplesPerSecond))));
    if (!progress.ended() && progress.secondsLeft)
        texts[Left] = StatusLine::tr("%1 left").arg(QString::fromStdString(formatDuration(std::max(1.0, std::round(*progress.secondsLeft)))));
    return texts;
}

// One line that ends in dots where there is no room for all of it.
class MessageLabel : public QLabel
{
protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setPen(themeColor(ColorRole::Muted));
        painter.drawText(rect(), Qt::AlignRight | Qt::AlignVCenter, fontMetrics().elidedText(text(), Qt::ElideMiddle, width()));
    }
};

QToolButton *lineButton(const QString &objectName)
{
    auto *button = new QToolButton;
    button->setObjectName(objectName);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setIconSize({kIconSize, kIconSize});
    return button;
}

}  // namespace

StatusLine::StatusLine(Workspace &workspace, QWidget *parent)
    : QFrame(parent), m_workspace(workspace), m_problems(lineButton(QStringLiteral("problems"))), m_run(lineButton(QStringLiteral("run"))),
      m_message(new MessageLabel)
{
    setObjectName(QStringLiteral("statusline"));
    setFixedHeight(kHeight + 1);  // and the line above
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpaceXs, 1, kSpaceM, 0);
    layout->setSpacing(kSpaceM);
    layout->addWidget(m_problems);
    layout->addWidget(m_run);
    for (int i = 0; i < FactCount; ++i) {
        m_facts.push_back(new QLabel);
        layout->addWidget(m_facts.back());
    }
    layout->addStretch(1);
    m_message->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    layout->addWidget(m_message, 4);

    m_messageEnd.setSingleShot(true);
    m_messageEnd.setInterval(kMessageTime);
    connect(&m_messageEnd, &QTimer::timeout, m_message, [this] {
        m_message->clear();
        m_message->setToolTip({});
    });
    connect(m_problems, &QToolButton::clicked, this, &StatusLine::problemsClicked);
    connect(m_run, &QToolButton::clicked, this, &StatusLine::runClicked);
    connect(&workspace.document(), &ProjectDocument::analysisChanged, this, &StatusLine::showProblems);
    connect(&workspace.files(), &ProjectFiles::opened, this, &StatusLine::showProblems);
    connect(&workspace.run(), &LiveRun::progressChanged, this, &StatusLine::showRun);
    connect(&workspace.run(), &LiveRun::ended, this, &StatusLine::showRun);
    // What an edit took away comes back with undo: said where it matters.
    QUndoStack *stack = workspace.document().undoStack();
    connect(stack, &QUndoStack::indexChanged, this, [this, stack, before = 0](int index) mutable {
        if (index > before && index == stack->count())
            showMessage(tr("%1  \u00b7  Ctrl+Z undoes").arg(stack->undoText()));
        else if (index < before && index < stack->count())
            showMessage(tr("Undone: %1").arg(stack->redoText()));
        else if (index > before)
            showMessage(tr("Redone: %1").arg(stack->undoText()));
        before = index;
    });
    showProblems();
    showRun();
}

void StatusLine::showMessage(const QString &text)
{
    m_message->setText(text);
    m_message->setToolTip(text);
    m_messageEnd.start();
}

QString StatusLine::runText() const
{
    QString text = m_run->isHidden() ? QString() : m_run->text();
    for (const QLabel *fact : m_facts)
        if (!fact->isHidden())
            text += QLatin1Char(' ') + fact->text();
    return text;
}

void StatusLine::showProblems()
{
    m_problems->setVisible(m_workspace.files().hasProject());
    const std::size_t count = m_workspace.document().analysis().problems.size();
    m_problems->setText(count == 0 ? tr("No problems") : count == 1 ? tr("1 problem") : tr("%1 problems").arg(count));
    m_problems->setIcon(count == 0 ? themeIcon(QStringLiteral("check"), ColorRole::Good) : themeIcon(QStringLiteral("problem"), ColorRole::Error));
    m_problems->setToolTip(count == 0 ? tr("The network fits together")
                                      : QString::fromStdString(m_workspace.document().analysis().problems.front().message));
    m_problems->setAccessibleName(m_problems->text());
}

void StatusLine::showRun()
{
    const LiveRun &run = m_workspace.run();
    m_run->setVisible(run.hasRun());
    if (!run.hasRun()) {
        for (QLabel *fact : m_facts)
            fact->hide();
        return;
    }
    const TrainProgress &progress = run.progress();
    const QString name = run.runId() != 0 ? tr("Run %1").arg(run.runId()) : tr("Run");
    m_run->setText(tr("%1 %2").arg(name, stateText(progress)));
    const ColorRole role = progress.state == TrainState::Failed ? ColorRole::Error : run.isActive() ? ColorRole::Accent : ColorRole::Muted;
    m_run->setIcon(themeIcon(QStringLiteral("train"), role));
    m_run->setToolTip(progress.error ? QString::fromStdString(progress.error->message) : tr("%1, of %2").arg(m_run->text(), run.projectName()));
    m_run->setAccessibleName(m_run->text());
    const auto texts = factTexts(progress);
    for (int i = 0; i < FactCount; ++i) {
        QLabel *fact = m_facts[static_cast<std::size_t>(i)];
        const QString &text = texts[static_cast<std::size_t>(i)];
        if (fact->text() != text)
            fact->setText(text);
        fact->setVisible(!text.isEmpty());
        // Wide enough for all it has shown, so that nothing jitters while numbers change.
        fact->setMinimumWidth(run.isActive() ? std::max(fact->minimumWidth(), fact->sizeHint().width()) : 0);
    }
}

}  // namespace trainyard::ui
