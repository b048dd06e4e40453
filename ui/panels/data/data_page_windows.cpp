#include "ui/panels/data/data_page_windows.h"

#include <algorithm>

#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>

#include "ui/controls/form.h"

namespace trainyard::ui {

namespace {

constexpr int kMost = 1 << 24;  // what project files allow

QSpinBox *makeCountBox(const QString &objectName, const QString &toolTip)
{
    auto *box = new QSpinBox;
    box->setRange(1, kMost);
    box->setKeyboardTracking(false);
    box->setGroupSeparatorShown(true);
    box->setObjectName(objectName);
    box->setToolTip(toolTip);
    return box;
}

void showCount(QSpinBox *box, std::int64_t value)
{
    const QSignalBlocker blocker(box);
    box->setValue(static_cast<int>(std::clamp<std::int64_t>(value, 1, kMost)));
}

}  // namespace

DataPageWindows::DataPageWindows(QWidget *parent)
    : QWidget(parent), m_form(makeForm(this)), m_tokens(new QComboBox),
      m_length(makeCountBox(QStringLiteral("windowLength"), tr("How many characters, bytes or rows a sample sees."))),
      m_stride(makeCountBox(QStringLiteral("windowStride"),
                            tr("From the start of one window to the start of the next. Shorter than the length, windows overlap: more "
                               "samples of the same data, and as many times its memory."))),
      m_horizon(makeCountBox(QStringLiteral("windowHorizon"), tr("How many rows after the window are predicted.")))
{
    m_tokens->addItem(tr("Characters"), static_cast<int>(TokenKind::Characters));
    m_tokens->addItem(tr("Bytes"), static_cast<int>(TokenKind::Bytes));
    m_tokens->setObjectName(QStringLiteral("tokens"));
    m_tokens->setToolTip(tr("Characters: the vocabulary is what the text is made of. Bytes: always 256, for any file."));
    m_form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    m_form->addRow(tr("T&okens"), m_tokens);
    m_form->addRow(tr("Len&gth"), m_length);
    m_form->addRow(tr("Str&ide"), m_stride);
    m_form->addRow(tr("Hori&zon"), m_horizon);
    centerLabels(m_form);
    connect(m_tokens, &QComboBox::activated, this, [this] {
        const auto tokens = static_cast<TokenKind>(m_tokens->currentData().toInt());
        edit([tokens](WindowConfig &window) { window.tokens = tokens; });
    });
    connect(m_length, &QSpinBox::valueChanged, this, [this](int length) { edit([length](WindowConfig &window) { window.length = length; }); });
    connect(m_stride, &QSpinBox::valueChanged, this, [this](int stride) { edit([stride](WindowConfig &window) { window.stride = stride; }); });
    connect(m_horizon, &QSpinBox::valueChanged, this,
            [this](int horizon) { edit([horizon](WindowConfig &window) { window.horizon = horizon; }); });
    setConfig({});
}

void DataPageWindows::setConfig(const DataConfig &config)
{
    m_config = config;
    m_tokens->setCurrentIndex(m_tokens->findData(static_cast<int>(config.window.tokens)));
    showCount(m_length, config.window.length);
    showCount(m_stride, config.window.stride);
    showCount(m_horizon, config.window.horizon);
    const auto setRowVisible = [this](QWidget *field, bool visible) {
        field->setVisible(visible);
        m_form->labelForField(field)->setVisible(visible);
    };
    setRowVisible(m_tokens, config.format == DataFormat::Text);
    setRowVisible(m_horizon, config.format == DataFormat::Series && config.target == TargetKind::Value);
}

void DataPageWindows::edit(const std::function<void(WindowConfig &)> &change)
{
    DataConfig config = m_config;
    change(config.window);
    if (!(config == m_config))
        emit configEdited(config, tr("Change windows"));
}

}  // namespace trainyard::ui
