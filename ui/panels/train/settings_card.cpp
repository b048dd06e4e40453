#include "ui/panels/train/settings_card.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>

#include "ui/controls/fold_header.h"
#include "ui/panels/train/training_rows.h"

namespace trainyard::ui {

SettingsCard::SettingsCard(ProjectDocument &document, const QString &name, const QString &title, QWidget *parent)
    : FoldCard(name, title, parent),
      m_document(document),
      m_grid(makeSettingsGrid()),
      m_rows(new TrainingRows(document, m_grid, this))
{
    content()->addLayout(m_grid);
    connect(m_rows, &TrainingRows::judged, this, &SettingsCard::showHead);
    // What is right depends on the network's metrics and the data's rows too.
    for (const auto changed :
         {&ProjectDocument::trainingChanged, &ProjectDocument::projectReset, &ProjectDocument::analysisChanged})
        connect(&document, changed, this, [this] { showValues(); });
}

void SettingsCard::add(const std::vector<TrainingField> &fields)
{
    for (const TrainingField &field : fields)
        m_rows->add(field);
    showValues();
}

void SettingsCard::addChoice(QLabel *label, QComboBox *box, const QString &key)
{
    const int row = m_grid->rowCount();
    label->setBuddy(box);
    box->setObjectName(key);
    box->setAccessibleName(label->text());
    box->setFixedWidth(kSettingWidth);
    m_grid->addWidget(label, row, 0);
    m_grid->addWidget(box, row, 1);
}

void SettingsCard::addBelow(QWidget *widget)
{
    m_grid->addWidget(widget, m_grid->rowCount(), 0, 1, 2);
}

void SettingsCard::showValues()
{
    m_rows->showValues();
    showHead();
}

void SettingsCard::showHead()
{
    setSummary(summary());
    setMistake(mistake());
}

QString SettingsCard::summary() const
{
    return m_rows->differences(head()->text()).join(QStringLiteral(", "));
}

QString SettingsCard::mistake() const
{
    return m_rows->mistake();
}

}  // namespace trainyard::ui
