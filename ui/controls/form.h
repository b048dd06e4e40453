// Rows of a label and a field, as the pages' cards have them.
#pragma once

#include <QFormLayout>
#include <QLabel>

#include "ui/theme/theme.h"

namespace trainyard::ui {

inline QFormLayout *makeForm(QWidget *parent)
{
    auto *form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(kSpaceM);
    form->setVerticalSpacing(kSpaceS);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

// After the last row: QFormLayout puts labels a little above the middle of fields that are taller than they.
inline void centerLabels(QFormLayout *form)
{
    for (int row = 0; row < form->rowCount(); ++row) {
        const QLayoutItem *label = form->itemAt(row, QFormLayout::LabelRole), *field = form->itemAt(row, QFormLayout::FieldRole);
        if (label && field && label->widget())
            label->widget()->setMinimumHeight(field->sizeHint().height());
    }
}

}  // namespace trainyard::ui
