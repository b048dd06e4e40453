#include "ui/panels/model/problem_list.h"

#include <algorithm>

#include <QFocusEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QStyle>
#include <QVBoxLayout>

#include "ui/models/project_document.h"
#include "ui/panels/model/problem_row.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kHeadHeight = 32, kIconSize = 16;

bool sameProblem(const Problem &a, const Problem &b)
{
    return a.layer == b.layer && a.block == b.block && a.inside == b.inside && a.message == b.message && a.key == b.key && a.fix.has_value() == b.fix.has_value()
           && (!a.fix || (a.fix->label == b.fix->label && a.fix->layer == b.fix->layer && a.fix->key == b.fix->key && a.fix->value == b.fix->value));
}

}  // namespace

ProblemList::ProblemList(ProjectDocument &document, QWidget *parent)
    : QFrame(parent), m_document(document), m_head(new QWidget), m_title(new QLabel), m_icon(new QLabel), m_scroll(new QScrollArea)
{
    setProperty("panel", true);
    setAccessibleName(tr("Problems"));
    setFocusPolicy(Qt::ClickFocus);
    m_head->setFixedHeight(kHeadHeight);
    auto *head = new QHBoxLayout(m_head);
    head->setContentsMargins(kSpaceM, 0, kSpaceM, 0);
    head->setSpacing(kSpaceS);
    head->addWidget(m_icon);
    head->addWidget(m_title);
    head->addStretch(1);

    auto *content = new QWidget;
    content->setProperty("plain", true);
    m_layout = new QVBoxLayout(content);
    m_layout->setContentsMargins(kSpaceXs, 0, kSpaceXs, kSpaceXs);
    m_layout->setSpacing(0);
    m_layout->addStretch(1);
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(m_scroll, 1);
    connect(&document, &ProjectDocument::analysisChanged, this, &ProblemList::refresh);
    connect(&Theme::instance(), &Theme::changed, this, &ProblemList::refresh);
    refresh();
}

int ProblemList::headHeight() const
{
    return kHeadHeight;
}

void ProblemList::refresh()
{
    const std::vector<Problem> &problems = m_document.analysis().problems;
    const bool good = problems.empty();
    m_icon->setPixmap(themeIcon(good ? QStringLiteral("check") : QStringLiteral("error"), good ? ColorRole::Good : ColorRole::Error)
                          .pixmap(kIconSize));
    m_title->setText(good                   ? tr("No problems")
                     : problems.size() == 1 ? tr("1 problem")
                                            : tr("%1 problems").arg(problems.size()));
    m_title->setProperty("muted", good);
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    m_scroll->setVisible(!good);

    const auto nameOf = [this](const Problem &problem) {
        const Graph *body = problem.block.empty() ? nullptr : m_document.graph().findBlock(problem.block);
        const Layer *inside = body ? body->find(problem.inside) : nullptr, *layer = m_document.graph().find(problem.layer);
        if (inside)
            return tr("%1 in %2").arg(QString::fromStdString(inside->name), QString::fromStdString(problem.block));
        return layer ? QString::fromStdString(layer->name) : tr("Network");
    };
    const auto matches = [&](const ProblemRow *row, const Problem &problem) {
        return sameProblem(row->problem(), problem) && row->layerName() == nameOf(problem);
    };
    if (std::equal(m_rows.begin(), m_rows.end(), problems.begin(), problems.end(), matches))
        return;
    const std::size_t before = m_rows.size();
    const QWidget *focus = window()->focusWidget();
    const bool focused = std::any_of(m_rows.begin(), m_rows.end(),
                                     [&](const ProblemRow *row) { return row == focus || row->isAncestorOf(focus); });
    for (ProblemRow *row : m_rows) {
        row->hide();
        row->deleteLater();  // its own button may be what was pressed
    }
    m_rows.clear();
    for (const Problem &problem : problems) {
        auto *row = new ProblemRow(problem, nameOf(problem));
        m_layout->insertWidget(static_cast<int>(m_rows.size()), row);
        row->show();  // now, so that it can take the focus
        m_rows.push_back(row);
        connect(row, &ProblemRow::chosen, this, [this, row] {
            if (const Problem chosen = row->problem(); chosen.inside != 0)
                emit layerChosen(chosen.inside, chosen.block);
            else if (chosen.layer != 0)
                emit layerChosen(chosen.layer, {});
        });
        connect(row, &ProblemRow::fixRequested, this, [this](const Fix &fix) { m_document.applyFix(Fix(fix)); });
        connect(row, &ProblemRow::moved, this, [this, row](int rows) { moveFocus(row, rows); });
    }
    if (focused && !m_rows.empty())
        m_rows.front()->setFocus(Qt::OtherFocusReason);
    if (m_rows.size() != before)
        emit countChanged(count());
}

void ProblemList::moveFocus(const ProblemRow *from, int rows)
{
    const auto at = std::find(m_rows.begin(), m_rows.end(), from) - m_rows.begin() + rows;
    if (at < 0 || at >= count())
        return;
    ProblemRow *row = m_rows[static_cast<std::size_t>(at)];
    row->setFocus(Qt::TabFocusReason);
    m_scroll->ensureWidgetVisible(row, 0, kSpaceXs);
}

void ProblemList::focusInEvent(QFocusEvent *event)
{
    if (!m_rows.empty())
        m_rows.front()->setFocus(event->reason());
}

}  // namespace trainyard::ui
