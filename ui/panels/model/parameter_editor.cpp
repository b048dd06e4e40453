#include "ui/panels/model/parameter_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QStyle>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kBigStep = 10;

QString textOf(const ParameterSpec &spec, const ParameterValue &value)
{
    return QString::fromStdString(parameterText(spec, value));
}

class TextEditor : public ParameterEditor
{
public:
    TextEditor(const ParameterSpec &spec, QWidget *parent) : ParameterEditor(spec, parent), m_line(new QLineEdit)
    {
        auto *layout = new QHBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(m_line);
        if (!spec.unit.empty()) {  // inside the field, so that all fields have one width
            auto *unit = new QLabel(QString::fromStdString(spec.unit));
            unit->setProperty("muted", true);
            unit->setAttribute(Qt::WA_TransparentForMouseEvents);
            auto *inside = new QHBoxLayout(m_line);
            inside->setContentsMargins(0, 0, kSpaceS, 0);
            inside->addStretch(1);
            inside->addWidget(unit);
            m_line->setTextMargins(0, 0, unit->sizeHint().width() + kSpaceXs, 0);
        }
        setFocusProxy(m_line);
        m_line->setAccessibleName(QString::fromStdString(spec.label));
        m_line->installEventFilter(this);
        connect(m_line, &QLineEdit::textEdited, this, &TextEditor::read);
        connect(m_line, &QLineEdit::editingFinished, this, [this] {
            if (!m_invalid && m_value)
                m_line->setText(textOf(m_spec, *m_value));  // "3" for a pair reads "3x3" from here on
            emit finished();
        });
    }

    bool isInvalid() const override { return m_invalid; }

    void setValue(const std::optional<ParameterValue> &value) override
    {
        const bool same = value == m_value;
        m_value = value;
        m_line->setPlaceholderText(value ? QString() : tr("mixed"));
        const auto typed = parseParameter(m_spec, m_line->text().toStdString());
        if ((m_invalid && same) || (value && typed && *typed == *value))
            return;
        showValue();
    }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (watched != m_line || event->type() != QEvent::KeyPress)
            return ParameterEditor::eventFilter(watched, event);
        const auto *key = static_cast<QKeyEvent *>(event);
        const int amount = key->modifiers() & Qt::ShiftModifier ? kBigStep : 1;
        if (key->key() == Qt::Key_Escape && (m_invalid || !m_value)) {
            showValue();
            return true;
        }
        if (key->key() == Qt::Key_Up || key->key() == Qt::Key_Down)
            return step(key->key() == Qt::Key_Up ? amount : -amount);
        return false;
    }

private:
    void showValue()
    {
        m_line->setText(m_value ? textOf(m_spec, *m_value) : QString());
        setInvalid({});
    }

    void setInvalid(const QString &message)
    {
        m_invalid = !message.isEmpty();
        m_line->setProperty("invalid", m_invalid);
        m_line->style()->unpolish(m_line);
        m_line->style()->polish(m_line);
        emit rejected(message);
    }

    void read(const QString &text)
    {
        const auto value = parseParameter(m_spec, text.toStdString());
        setInvalid(value ? QString() : QString::fromStdString(value.error()));
        if (!value)
            return;
        m_value = *value;
        emit edited(*value);
    }

    // Whole numbers go up and down with the arrow keys; other kinds have no natural step.
    bool step(int amount)
    {
        const auto value = parseParameter(m_spec, m_line->text().toStdString());
        if (!value || !std::holds_alternative<std::int64_t>(*value))
            return false;
        const ParameterValue stepped = std::get<std::int64_t>(*value) + amount;
        if (!checkParameter(m_spec, stepped)) {
            m_line->setText(textOf(m_spec, stepped));
            read(m_line->text());
        }
        return true;
    }

    QLineEdit *m_line;
    std::optional<ParameterValue> m_value;
    bool m_invalid = false;
};

class BooleanEditor : public ParameterEditor
{
public:
    BooleanEditor(const ParameterSpec &spec, QWidget *parent) : ParameterEditor(spec, parent), m_box(new QCheckBox)
    {
        auto *layout = new QHBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(m_box);
        setFocusProxy(m_box);
        m_box->setAccessibleName(QString::fromStdString(spec.label));
        connect(m_box, &QCheckBox::clicked, this, [this](bool on) {
            setValue(on);
            emit edited(on);
            emit finished();
        });
    }

    void setValue(const std::optional<ParameterValue> &value) override
    {
        m_box->setTristate(!value);
        m_box->setCheckState(!value                     ? Qt::PartiallyChecked
                             : std::get<bool>(*value) ? Qt::Checked
                                                        : Qt::Unchecked);
        m_box->setText(!value ? tr("mixed") : std::get<bool>(*value) ? tr("on") : tr("off"));
    }

private:
    QCheckBox *m_box;
};

class ChoiceEditor : public ParameterEditor
{
public:
    ChoiceEditor(const ParameterSpec &spec, QWidget *parent) : ParameterEditor(spec, parent), m_box(new QComboBox)
    {
        auto *layout = new QHBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(m_box);
        setFocusProxy(m_box);
        m_box->setAccessibleName(QString::fromStdString(spec.label));
        m_box->setPlaceholderText(tr("mixed"));
        m_box->setFocusPolicy(Qt::StrongFocus);  // not by the wheel
        m_box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_box->setMinimumContentsLength(6);
        m_box->installEventFilter(this);
        for (const std::string &choice : spec.choices)
            m_box->addItem(choiceText(choice), QString::fromStdString(choice));
        connect(m_box, &QComboBox::activated, this, [this](int index) {
            emit edited(m_spec.choices[static_cast<std::size_t>(index)]);
            emit finished();
        });
    }

    void setValue(const std::optional<ParameterValue> &value) override
    {
        const QSignalBlocker quiet(m_box);
        m_box->setCurrentIndex(value ? m_box->findData(textOf(m_spec, *value)) : -1);
    }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (watched == m_box && event->type() == QEvent::Wheel) {
            event->ignore();  // on to the scrolling panel
            return true;
        }
        return ParameterEditor::eventFilter(watched, event);
    }

private:
    QComboBox *m_box;
};

}  // namespace

ParameterEditor::ParameterEditor(const ParameterSpec &spec, QWidget *parent) : QWidget(parent), m_spec(spec) {}

ParameterEditor *ParameterEditor::create(const ParameterSpec &spec, QWidget *parent)
{
    switch (spec.kind) {
    case ParameterKind::Boolean: return new BooleanEditor(spec, parent);
    case ParameterKind::Choice: return new ChoiceEditor(spec, parent);
    case ParameterKind::Integer:
    case ParameterKind::Real:
    case ParameterKind::Pair:
    case ParameterKind::IntegerList:
    case ParameterKind::Text: break;
    }
    return new TextEditor(spec, parent);
}

QString choiceText(const std::string &choice)
{
    return QString::fromStdString(choice).replace('_', ' ');
}

}  // namespace trainyard::ui
