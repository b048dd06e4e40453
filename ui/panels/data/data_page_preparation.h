// How raw values become what the network sees: the kind of target, the shape of a sample, missing values, scaling.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QWidget>

#include "engine/data/data_config.h"
#include "engine/tensor/tensor.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace trainyard::ui {

class DataPagePreparation : public QWidget
{
    Q_OBJECT
public:
    explicit DataPagePreparation(QWidget *parent = nullptr);

    void setConfig(const DataConfig &config);
    void setLoadedShape(const Shape &shape);  // what the data have when nothing is said: the field's placeholder

signals:
    void configEdited(const trainyard::DataConfig &config, const QString &what);

private:
    void edit(const std::function<void(DataConfig &)> &change, const QString &what);
    void shapeEdited();
    void showValid(bool valid);

    DataConfig m_config;
    QFormLayout *m_form;
    QComboBox *m_target;
    QLineEdit *m_shape;
    QLabel *m_shapeProblem;
    QComboBox *m_missing;
    QComboBox *m_scaling;
    QComboBox *m_targetScaling;
};

// "8x8x1" or "8, 8, 1" -> {8, 8, 1}; "" -> {}; absent for anything else, and for a size below 1 or above 2^31.
std::optional<std::vector<std::int64_t>> sampleShapeFromText(const QString &text);

}  // namespace trainyard::ui
