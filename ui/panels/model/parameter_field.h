// One setting in the inspector: its label, the editor, a button back to the default, and what is wrong with what was typed.
#pragma once

#include "ui/panels/model/parameter_editor.h"

class QLabel;
class QToolButton;

namespace trainyard::ui {

class ParameterField : public QWidget
{
    Q_OBJECT
public:
    // spec must outlive the field: it lies in the catalog.
    explicit ParameterField(const ParameterSpec &spec, QWidget *parent = nullptr);

    const ParameterSpec &spec() const { return m_spec; }
    ParameterEditor *editor() const { return m_editor; }
    void setValue(const std::optional<ParameterValue> &value);  // absent: the layers differ
    void setResettable(bool resettable) { m_resettable = resettable; }  // off where layers have defaults of their own

signals:
    void edited(const trainyard::ParameterValue &value);
    void finished();

private:
    const ParameterSpec &m_spec;
    ParameterEditor *m_editor;
    QToolButton *m_reset;
    QLabel *m_message;
    bool m_resettable = true;
};

}  // namespace trainyard::ui
