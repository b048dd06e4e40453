#include "ui/shell/welcome_page.h"

#include <algorithm>

#include <QDateTime>
#include <QDir>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/models/run_text.h"
#include "ui/shell/project_card.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kColumnWidth = 960, kCardWidth = 280, kMostColumns = 3, kMostRecent = 6, kLogo = 48, kTop = 48;
constexpr double kTitleSize = 1.7, kSectionSize = 1.1;

void enlarge(QLabel *label, double factor)
{
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * factor);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
}

// The home folder as people write it.
QString shortPath(const QString &path)
{
    const QString home = QDir::homePath();
    return path.startsWith(home + QLatin1Char('/')) ? QLatin1Char('~') + path.mid(home.size()) : path;
}

}  // namespace

WelcomePage::WelcomePage(QWidget *parent) : QScrollArea(parent), m_column(new QWidget)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setAccessibleName(tr("Start page"));
    setFocusPolicy(Qt::NoFocus);
    auto *ground = new QWidget;
    auto *sides = new QHBoxLayout(ground);
    sides->setContentsMargins(kSpaceXl, kTop, kSpaceXl, kSpaceXl);
    m_column->setMaximumWidth(kColumnWidth);
    sides->addStretch(1);
    sides->addWidget(m_column, 100);
    sides->addStretch(1);
    setWidget(ground);

    auto *layout = new QVBoxLayout(m_column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceM);
    auto *head = new QHBoxLayout;
    head->setSpacing(kSpaceL);
    auto *logo = new QLabel;
    logo->setPixmap(appIcon().pixmap(kLogo));
    auto *words = new QVBoxLayout;
    words->setSpacing(kSpaceXs);
    auto *title = new QLabel(tr("Trainyard"));
    enlarge(title, kTitleSize);
    auto *line = new QLabel(tr("Couple layers, train on your own machine, and find every run again."));
    line->setProperty("muted", true);
    words->addWidget(title);
    words->addWidget(line);
    auto *create = new QPushButton(tr("New project"));
    create->setObjectName(QStringLiteral("welcomeNew"));
    create->setProperty("primary", true);
    create->setAccessibleName(create->text());
    auto *open = new QPushButton(tr("Open..."));
    open->setAccessibleName(tr("Open a project"));
    head->addWidget(logo);
    head->addLayout(words, 1);
    head->addWidget(open);
    head->addWidget(create);
    layout->addLayout(head);
    layout->addSpacing(kSpaceL);
    m_recent = addSection(layout, tr("Recent projects"));
    m_samples = addSection(layout, tr("Sample projects"));
    layout->addStretch(1);
    connect(create, &QPushButton::clicked, this, &WelcomePage::newRequested);
    connect(open, &QPushButton::clicked, this, &WelcomePage::openRequested);
}

WelcomePage::Section WelcomePage::addSection(QVBoxLayout *layout, const QString &title)
{
    Section section{new QLabel(title), new QGridLayout, {}};
    enlarge(section.title, kSectionSize);
    section.title->hide();
    section.grid->setSpacing(kSpaceM);
    layout->addWidget(section.title);
    layout->addLayout(section.grid);
    layout->addSpacing(kSpaceM);
    return section;
}

void WelcomePage::setRecent(const std::vector<RecentProject> &projects)
{
    std::vector<QWidget *> cards;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    for (const RecentProject &project : projects) {
        if (cards.size() == kMostRecent)
            break;
        auto *card = new ProjectCard(project.name, shortPath(project.folder), momentText(project.openedMs, now));
        connect(card, &ProjectCard::clicked, this, [this, folder = project.folder] { emit projectChosen(folder); });
        cards.push_back(card);
    }
    fill(m_recent, std::move(cards));
}

void WelcomePage::setSamples(const std::vector<Sample> &samples)
{
    std::vector<QWidget *> cards;
    for (const Sample &sample : samples) {
        auto *card = new ProjectCard(QString::fromStdString(sample.title), QString::fromStdString(sample.description), {});
        card->setObjectName(QStringLiteral("sample-") + QString::fromStdString(sample.id));
        const QString folder = QString::fromStdString(sample.folder.string());
        connect(card, &ProjectCard::clicked, this, [this, folder] { emit projectChosen(folder); });
        cards.push_back(card);
    }
    fill(m_samples, std::move(cards));
}

void WelcomePage::fill(Section &section, std::vector<QWidget *> cards)
{
    for (QWidget *card : section.cards) {
        card->hide();  // it may be the one whose press brought us here
        card->deleteLater();
    }
    section.cards = std::move(cards);
    section.title->setVisible(!section.cards.empty());
    arrange(section);
}

void WelcomePage::arrange(Section &section)
{
    for (QWidget *card : section.cards)
        section.grid->removeWidget(card);
    for (int i = 0; i < static_cast<int>(section.cards.size()); ++i)
        section.grid->addWidget(section.cards[static_cast<std::size_t>(i)], i / m_columns, i % m_columns);
    for (int column = 0; column < kMostColumns; ++column)
        section.grid->setColumnStretch(column, column < m_columns ? 1 : 0);
}

void WelcomePage::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    const int room = std::min(kColumnWidth, viewport()->width() - 2 * kSpaceXl);
    const int columns = std::clamp((room + kSpaceM) / (kCardWidth + kSpaceM), 1, kMostColumns);
    if (columns == m_columns)
        return;
    m_columns = columns;
    arrange(m_recent);
    arrange(m_samples);
}

}  // namespace trainyard::ui
