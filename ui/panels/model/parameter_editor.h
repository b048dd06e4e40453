// What one setting is typed or chosen in: a text field, a check box or a list, by the setting's kind. Emits values that
// are good only; the wheel never changes one, so that a panel of editors can be scrolled.
#pragma once

#include <optional>

#include <QWidget>

#include "engine/layers/layer_spec.h"

namespace trainyard::ui {

class ParameterEditor : public QWidget
{
    Q_OBJECT
public:
    // spec must outlive the editor: it lies in the catalog.
    static ParameterEditor *create(const ParameterSpec &spec, QWidget *parent = nullptr);

    // Absent: the layers differ, shown as "mixed". Text being typed is left alone while it means the same value.
    virtual void setValue(const std::optional<ParameterValue> &value) = 0;
    // Whether what stands in it is no value, which then was not emitted.
    virtual bool isInvalid() const { return false; }

signals:
    void edited(const trainyard::ParameterValue &value);
    void rejected(const QString &message);  // what was typed is no value; empty: it is one again
    void finished();                        // Enter, or another field was chosen

protected:
    explicit ParameterEditor(const ParameterSpec &spec, QWidget *parent);

    const ParameterSpec &m_spec;
};

// "kaiming_normal" -> "kaiming normal"
QString choiceText(const std::string &choice);

}  // namespace trainyard::ui
