// How a text or a series is cut into samples: tokens, length, stride, horizon.
#pragma once

#include <functional>

#include <QWidget>

#include "engine/data/data_config.h"

class QComboBox;
class QFormLayout;
class QSpinBox;

namespace trainyard::ui {

class DataPageWindows : public QWidget
{
    Q_OBJECT
public:
    explicit DataPageWindows(QWidget *parent = nullptr);

    void setConfig(const DataConfig &config);

signals:
    void configEdited(const trainyard::DataConfig &config, const QString &what);

private:
    void edit(const std::function<void(WindowConfig &)> &change);

    DataConfig m_config;
    QFormLayout *m_form;
    QComboBox *m_tokens;
    QSpinBox *m_length, *m_stride, *m_horizon;
};

}  // namespace trainyard::ui
