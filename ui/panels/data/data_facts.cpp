#include "ui/panels/data/data_facts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr double kFigureSize = 1.25;  // of the system's font, as page titles

QString count(std::int64_t number)
{
    return QString::fromStdString(formatCount(number));
}

QString classesText(const DataPreview &preview)
{
    return preview.classes.empty() ? QStringLiteral("-") : count(static_cast<std::int64_t>(preview.classes.size()));
}

struct FigureSpec {
    const char *title, *toolTip;
    QString (*text)(const DataPreview &);
};

const FigureSpec kFigures[] = {
    {"Rows", "Rows that are used, of all parts together", [](const DataPreview &p) { return count(p.rowCount); }},
    {"Sample", "The shape of one sample, as the network gets it",
     [](const DataPreview &p) { return QString::fromStdString(p.sampleShape.text()); }},
    {"Classes", "How many different targets there are; none where the target is a number", classesText},
    {"Rows left out", "For a missing value", [](const DataPreview &p) { return count(p.droppedRows); }},
    {"Values filled", "Missing values that were replaced", [](const DataPreview &p) { return count(p.filledValues); }},
};

}  // namespace

DataFacts::DataFacts(QWidget *parent) : QWidget(parent), m_loading(new QLabel)
{
    auto *line = new QHBoxLayout(this);
    line->setContentsMargins(kSpaceXs, 0, kSpaceXs, 0);
    line->setSpacing(2 * kSpaceL);
    for (const FigureSpec &spec : kFigures) {
        auto *cell = new QWidget;
        cell->setToolTip(tr(spec.toolTip));
        auto *rows = new QVBoxLayout(cell);
        rows->setContentsMargins(0, 0, 0, 0);
        rows->setSpacing(0);
        auto *title = new QLabel(tr(spec.title));
        title->setProperty("muted", true);
        auto *value = new QLabel(QStringLiteral("-"));
        QFont font = value->font();
        font.setPointSizeF(font.pointSizeF() * kFigureSize);
        font.setWeight(QFont::Medium);
        value->setFont(font);
        value->setAccessibleName(tr(spec.title));
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        rows->addWidget(title);
        rows->addWidget(value);
        line->addWidget(cell);
        m_figures.push_back({tr(spec.title), value});
    }
    line->addStretch(1);
    m_loading->setProperty("muted", true);
    line->addWidget(m_loading, 0, Qt::AlignBottom);
    setAccessibleName(tr("Facts of the data"));
}

void DataFacts::setPreview(const std::optional<DataPreview> &preview)
{
    for (std::size_t i = 0; i < m_figures.size(); ++i)
        m_figures[i].value->setText(preview ? kFigures[i].text(*preview) : QStringLiteral("-"));
    setAccessibleDescription(text());
}

void DataFacts::setLoading(bool loading, const QString &file)
{
    m_loading->setText(loading ? tr("Reading %1…").arg(file) : QString());
}

QString DataFacts::text() const
{
    QStringList words;
    for (const Figure &figure : m_figures)
        words.append(figure.title + QLatin1Char(' ') + figure.value->text());
    return words.join(QStringLiteral(", "));
}

}  // namespace trainyard::ui
