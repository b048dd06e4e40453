// A group of training settings that folds away under its title. Folded, it says which of them are not at their default, and what is
// wrong with one.
#pragma once

#include "ui/controls/fold_card.h"
#include "ui/models/project_document.h"
#include "ui/panels/train/training_fields.h"

class QComboBox;
class QGridLayout;
class QLabel;

namespace trainyard::ui {

class TrainingRows;

class SettingsCard : public FoldCard {
    Q_OBJECT
public:
    // document must outlive the card; name: of the card in a saved layout.
    SettingsCard(ProjectDocument &document, const QString &name, const QString &title, QWidget *parent = nullptr);

    void add(const std::vector<TrainingField> &fields);
    virtual void showValues();  // the document's, unless being typed; called by whoever adds something

protected:
    ProjectDocument &document() const { return m_document; }
    TrainingRows &rows() const { return *m_rows; }
    QGridLayout *grid() const { return m_grid; }
    void addChoice(QLabel *label, QComboBox *box, const QString &key);  // a row of the group's own; key: the box's object name
    void addBelow(QWidget *widget);                                     // over the whole width
    void showHead();

    virtual QString summary() const;  // what the head says while the group is folded
    virtual QString mistake() const;  // the first thing that is wrong; empty: nothing

private:
    ProjectDocument &m_document;
    QGridLayout *m_grid;
    TrainingRows *m_rows;
};

}  // namespace trainyard::ui
