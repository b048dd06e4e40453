#include "ui/panels/train/rate_finder.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/charts/function_plot.h"
#include "ui/controls/card.h"
#include "ui/panels/train/training_rows.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

RateFinder::RateFinder(ProjectDocument &document, QWidget *parent)
    : QWidget(parent), m_document(document), m_find(new QPushButton(tr("Find a rate"))), m_take(new QPushButton), m_close(new QPushButton),
      m_result(new QWidget), m_plot(new FunctionPlot), m_words(mutedLabel({})), m_error(makeMistakeLabel())
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(kSpaceS);
    m_find->setObjectName(QStringLiteral("findRate"));
    m_find->setAccessibleName(tr("Find a learning rate"));
    m_find->setFixedWidth(kSettingWidth);
    layout->addWidget(m_find, 0, Qt::AlignRight);
    layout->addWidget(m_error);
    auto *result = new QVBoxLayout(m_result);
    result->setContentsMargins({});
    result->setSpacing(kSpaceS);
    m_plot->setAccessibleName(tr("The loss over the learning rate"));
    m_take->setObjectName(QStringLiteral("takeRate"));
    m_take->setProperty("primary", true);
    m_close->setObjectName(QStringLiteral("closeRate"));
    m_words->setObjectName(QStringLiteral("rateWords"));
    result->addWidget(m_plot);
    result->addWidget(m_words);
    auto *buttons = new QHBoxLayout;
    buttons->setSpacing(kSpaceS);
    buttons->addStretch(1);
    buttons->addWidget(m_close);
    buttons->addWidget(m_take);
    result->addLayout(buttons);
    layout->addWidget(m_result);

    connect(m_find, &QPushButton::clicked, this, [this] {
        m_open = true;
        m_search.start(m_document.snapshot());
    });
    connect(m_close, &QPushButton::clicked, this, &RateFinder::close);
    connect(m_take, &QPushButton::clicked, this, [this] {
        const auto suggestion = m_search.sweep().suggestion;
        close();
        if (suggestion)
            emit taken(*suggestion);
    });
    connect(&m_search, &RateSearch::changed, this, &RateFinder::showSearch);
    // What was found is of the project as it was.
    connect(&document, &ProjectDocument::projectReset, this, &RateFinder::close);
    showSearch();
}

void RateFinder::setRunning(bool running)
{
    m_running = running;
    if (running && m_search.isActive())
        close();
    showSearch();
}

void RateFinder::close()
{
    m_open = false;
    m_search.cancel();
    showSearch();
}

void RateFinder::showSearch()
{
    const RateSweep &sweep = m_search.sweep();
    const bool active = m_search.isActive();
    const bool failed = m_search.error().has_value();
    m_find->setVisible(!active && (!m_open || failed));
    m_find->setEnabled(!m_running);
    m_find->setToolTip(m_running ? tr("Not while a run goes on.")
                                 : tr("Trains a copy for a few seconds with a rate that rises, and shows where the loss falls. Nothing is kept."));
    m_error->setText(m_open && failed ? QString::fromStdString(m_search.error()->message) : QString());
    m_error->setVisible(!m_error->text().isEmpty());
    m_result->setVisible(active || (m_open && !failed && !sweep.words.empty()));

    std::vector<FunctionCurve> curves(2);
    curves[0] = {sweep.rates, sweep.losses, true, false};
    curves[1] = {sweep.rates, sweep.smoothed, false, false};
    FunctionAxes axes;
    axes.xKind = ValueKind::Plain;
    axes.xLog = true;
    m_plot->setCurves(std::move(curves), axes);
    const QString suggestion = sweep.suggestion ? realText(*sweep.suggestion) : QString();
    m_plot->setMark(sweep.suggestion, suggestion);
    m_words->setText(active ? tr("Step %1 of %2.").arg(sweep.rates.size()).arg(m_search.settings().steps) : QString::fromStdString(sweep.words));
    m_take->setVisible(!active && sweep.suggestion.has_value());
    m_take->setText(tr("Take %1").arg(suggestion));
    m_take->setAccessibleName(m_take->text());
    m_close->setText(active ? tr("Cancel") : tr("Close"));
    m_close->setAccessibleName(active ? tr("Cancel the search for a learning rate") : tr("Close the search for a learning rate"));
}

}  // namespace trainyard::ui
