#include "ui/panels/model/parameter_field.h"

#include <cmath>

#include <QGridLayout>
#include <QLabel>
#include <QToolButton>

#include "engine/base/format.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLabelWidth = 88, kResetSize = 24;

QString numberText(const ParameterSpec &spec, double number)
{
    return QString::fromStdString(spec.kind == ParameterKind::Real ? formatSignificant(number)
                                                                   : formatCount(static_cast<std::int64_t>(number)));
}

// Help, range and default.
QString toolTipOf(const ParameterSpec &spec)
{
    QString tip = QStringLiteral("<p><b>%1</b></p><p>%2</p>").arg(QString::fromStdString(spec.label).toHtmlEscaped(),
                                                                  QString::fromStdString(spec.help).toHtmlEscaped());
    QStringList facts;
    if (std::isfinite(spec.minimum) && std::isfinite(spec.maximum))
        facts += ParameterField::tr("%1 to %2").arg(numberText(spec, spec.minimum), numberText(spec, spec.maximum));
    else if (std::isfinite(spec.minimum))
        facts += ParameterField::tr("at least %1").arg(numberText(spec, spec.minimum));
    else if (std::isfinite(spec.maximum))
        facts += ParameterField::tr("at most %1").arg(numberText(spec, spec.maximum));
    const QString standard = QString::fromStdString(parameterText(spec, spec.defaultValue));
    facts += ParameterField::tr("default %1").arg(spec.kind == ParameterKind::Choice ? choiceText(standard.toStdString()) : standard);
    return tip + QStringLiteral("<p>%1</p>").arg(facts.join(QStringLiteral(", ")).toHtmlEscaped());
}

}  // namespace

ParameterField::ParameterField(const ParameterSpec &spec, QWidget *parent)
    : QWidget(parent), m_spec(spec), m_editor(ParameterEditor::create(spec)), m_reset(new QToolButton), m_message(new QLabel)
{
    auto *label = new QLabel(QString::fromStdString(spec.label));
    label->setProperty("muted", true);
    label->setMinimumWidth(kLabelWidth);
    label->setBuddy(m_editor);
    for (QWidget *widget : {static_cast<QWidget *>(label), static_cast<QWidget *>(m_editor)})
        widget->setToolTip(toolTipOf(spec));
    m_reset->setIcon(themeIcon(QStringLiteral("reset"), ColorRole::Muted));
    m_reset->setFixedSize(kResetSize, kResetSize);
    m_reset->setIconSize({kSpaceL, kSpaceL});
    m_reset->setToolTip(tr("Reset to the default, %1").arg(QString::fromStdString(parameterText(spec, spec.defaultValue))));
    m_reset->setAccessibleName(tr("Reset %1").arg(QString::fromStdString(spec.label)));
    QSizePolicy keepsItsPlace = m_reset->sizePolicy();
    keepsItsPlace.setRetainSizeWhenHidden(true);
    m_reset->setSizePolicy(keepsItsPlace);
    m_reset->hide();
    m_message->setProperty("error", true);
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->hide();

    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kSpaceS);
    grid->setVerticalSpacing(kSpaceXs);
    grid->addWidget(label, 0, 0);
    grid->addWidget(m_editor, 0, 1);
    grid->addWidget(m_reset, 0, 2);
    grid->addWidget(m_message, 1, 0, 1, 3);
    grid->setColumnStretch(1, 1);

    connect(m_editor, &ParameterEditor::edited, this, &ParameterField::edited);
    connect(m_editor, &ParameterEditor::finished, this, &ParameterField::finished);
    connect(m_editor, &ParameterEditor::rejected, this, [this](const QString &message) {
        m_message->setText(message);
        m_message->setVisible(!message.isEmpty());
    });
    connect(m_reset, &QToolButton::clicked, this, [this] {
        m_editor->setFocus(Qt::OtherFocusReason);  // the button goes away
        emit edited(m_spec.defaultValue);
        emit finished();
    });
}

void ParameterField::setValue(const std::optional<ParameterValue> &value)
{
    m_editor->setValue(value);
    m_reset->setVisible(m_resettable && (!value || *value != m_spec.defaultValue));
}

}  // namespace trainyard::ui
