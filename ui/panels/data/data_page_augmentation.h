// How the images of a training step are changed at random. What is measured and predicted sees them as they are.
#pragma once

#include <functional>

#include <QWidget>

#include "engine/data/data_config.h"
#include "engine/tensor/tensor.h"

class QCheckBox;
class QSpinBox;

namespace trainyard::ui {

class DataPageAugmentation : public QWidget
{
    Q_OBJECT
public:
    explicit DataPageAugmentation(QWidget *parent = nullptr);

    // image: height, width and channels of a sample; of rank 0 where the samples are no images.
    void setConfig(const DataConfig &config, const Shape &image);

signals:
    void configEdited(const trainyard::DataConfig &config, const QString &what);

private:
    void edit(const std::function<void(AugmentConfig &)> &change);

    DataConfig m_config;
    QCheckBox *m_flip;
    QSpinBox *m_shift;
};

}  // namespace trainyard::ui
