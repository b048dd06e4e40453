#include "ui/panels/data/data_page_augmentation.h"

#include <algorithm>

#include <QCheckBox>
#include <QSignalBlocker>
#include <QSpinBox>

#include "ui/controls/form.h"

namespace trainyard::ui {

DataPageAugmentation::DataPageAugmentation(QWidget *parent)
    : QWidget(parent), m_flip(new QCheckBox(tr("Mirror half of the images left to right"))), m_shift(new QSpinBox)
{
    m_shift->setSuffix(tr(" px"));
    m_shift->setSpecialValueText(tr("Off"));
    m_shift->setKeyboardTracking(false);
    m_shift->setAccessibleName(tr("Largest shift"));
    m_shift->setToolTip(tr("Each image is moved up or down and left or right by up to this many pixels. What comes in from outside is 0."));
    m_flip->setToolTip(tr("Which images are mirrored is drawn anew in every step. Leave it off where left and right mean something, as in digits."));
    m_shift->setObjectName(QStringLiteral("maxShift"));
    m_flip->setObjectName(QStringLiteral("flipHorizontal"));
    QFormLayout *form = makeForm(this);
    form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);  // as narrow as the numbers of the split below
    form->addRow(tr("S&hift by up to"), m_shift);
    form->addRow(m_flip);
    centerLabels(form);
    connect(m_shift, &QSpinBox::valueChanged, this, [this](int pixels) { edit([pixels](AugmentConfig &augment) { augment.maxShift = pixels; }); });
    connect(m_flip, &QCheckBox::clicked, this, [this](bool on) { edit([on](AugmentConfig &augment) { augment.flipHorizontal = on; }); });
    setConfig({}, {});
}

void DataPageAugmentation::setConfig(const DataConfig &config, const Shape &image)
{
    m_config = config;
    const QSignalBlocker blocker(m_shift);
    // A shift that does not fit is shown as it is: the notice says what is wrong with it.
    const std::int64_t most = image.rank() == 3 ? std::min(image[0], image[1]) / 2 : 0, shown = config.augment.maxShift;
    m_shift->setRange(0, static_cast<int>(std::min<std::int64_t>(std::max(most, shown), 1 << 30)));
    m_shift->setValue(static_cast<int>(std::min<std::int64_t>(shown, 1 << 30)));
    m_flip->setChecked(config.augment.flipHorizontal);
}

void DataPageAugmentation::edit(const std::function<void(AugmentConfig &)> &change)
{
    DataConfig config = m_config;
    change(config.augment);
    if (!(config == m_config))
        emit configEdited(config, tr("Change augmentation"));
}

}  // namespace trainyard::ui
