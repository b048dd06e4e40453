#include "ui/charts/sample_view.h"

#include <algorithm>

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QTextCursor>
#include <QTextEdit>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

SampleView::SampleView(QWidget *parent)
    : QWidget(parent), m_text(new QTextEdit), m_slider(new QSlider(Qt::Horizontal)), m_caption(new QLabel), m_settings(new QLabel)
{
    setProperty("plain", true);
    m_text->setObjectName(QStringLiteral("sampleText"));
    m_text->setAccessibleName(tr("What the network wrote"));
    m_text->setReadOnly(true);
    m_text->setTabChangesFocus(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_slider->setObjectName(QStringLiteral("sampleSlider"));
    m_slider->setAccessibleName(tr("Which sample is shown"));
    m_slider->setToolTip(tr("Back to what the network wrote earlier"));
    m_caption->setObjectName(QStringLiteral("sampleCaption"));
    m_settings->setProperty("muted", true);
    m_settings->setWordWrap(true);
    auto *line = new QHBoxLayout;
    line->setSpacing(kSpaceM);
    line->addWidget(m_caption);
    line->addWidget(m_slider, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceXs);
    layout->addLayout(line);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_settings);
    connect(m_slider, &QSlider::valueChanged, this, &SampleView::showAt);
    connect(&Theme::instance(), &Theme::changed, this, [this] { showAt(shown()); });
    updateRange(true);
}

void SampleView::setEmptyText(const QString &text)
{
    m_text->setPlaceholderText(text);
}

int SampleView::shown() const
{
    return m_samples.empty() ? -1 : m_slider->value();
}

void SampleView::setSamples(std::vector<ShownSample> samples)
{
    if (samples == m_samples)
        return;
    const bool follow = m_samples.empty() || samples.empty() || samples.front() != m_samples.front() || m_slider->value() == m_slider->maximum();
    m_samples = std::move(samples);
    updateRange(follow);
}

void SampleView::append(ShownSample sample)
{
    const bool follow = m_samples.empty() || m_slider->value() == m_slider->maximum();
    m_samples.push_back(std::move(sample));
    updateRange(follow);
}

void SampleView::updateRange(bool follow)
{
    const int last = static_cast<int>(m_samples.size()) - 1;
    const QSignalBlocker blocker(m_slider);
    m_slider->setRange(0, std::max(0, last));
    m_slider->setVisible(last > 0);
    if (!follow)
        return;
    m_slider->setValue(std::max(0, last));
    showAt(shown());
}

void SampleView::showAt(int index)
{
    const bool any = index >= 0 && index < static_cast<int>(m_samples.size());
    m_caption->setVisible(any);
    m_settings->setVisible(any);
    m_text->clear();
    if (!any)
        return;
    const ShownSample &sample = m_samples[static_cast<std::size_t>(index)];
    m_caption->setText(sample.caption);
    m_settings->setText(sample.settings);
    QTextCursor cursor(m_text->document());
    QTextCharFormat prompt, text;
    prompt.setForeground(themeColor(ColorRole::Accent));
    prompt.setFontWeight(QFont::DemiBold);
    text.setForeground(themeColor(ColorRole::Text));
    cursor.insertText(sample.prompt, prompt);
    cursor.insertText(sample.text, text);
    m_text->moveCursor(QTextCursor::Start);
}

}  // namespace trainyard::ui
