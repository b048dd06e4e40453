// Rows of training settings in a grid: label, editor, and under it what is wrong with it. Each edit is an undo step; a
// mistake is not taken and says why under its field.
#pragma once

#include <vector>

#include <QObject>
#include <QStringList>

#include "ui/models/project_document.h"
#include "ui/panels/train/training_fields.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace trainyard::ui {

// The width of all editors of the Train page's settings.
inline constexpr int kSettingWidth = 120;

// Two columns, of labels and of editors at the right edge.
QGridLayout *makeSettingsGrid(QWidget *parent = nullptr);

// Red, in the secondary size; hidden until it says something.
QLabel *makeMistakeLabel();

class TrainingRows : public QObject
{
    Q_OBJECT
public:
    // document and grid must outlive it; the grid's widgets are the grid's.
    TrainingRows(ProjectDocument &document, QGridLayout *grid, QObject *parent = nullptr);

    void add(const TrainingField &field);      // kept as a copy
    void setOnGpu(bool onGpu);                 // whether fields that are only of GPUs are shown
    void showValues();                         // the document's values, unless being typed

    // Puts a changed setting into the document as what its row would; the button's way.
    void setFieldText(const QString &key, const QString &text);

    // The settings in sight that are not at their default: "Clip norm: 1". A label that only repeats `title` is left out.
    QStringList differences(const QString &title) const;
    QString mistake() const;  // the first that is shown; empty: none

signals:
    void judged();  // a text that is being typed was found wrong or right

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // Escape takes a text back

private:
    struct Row {
        TrainingField field;
        QLabel *label = nullptr, *message = nullptr;
        QLineEdit *edit = nullptr;      // one of these three
        QCheckBox *check = nullptr;
        QComboBox *box = nullptr;
        QWidget *editor() const;
    };
    bool isShown(const Row &row) const;
    void showChoice(const Row &row);
    QString mistakeIn(const Row &row, const QString &text, TrainingConfig &tried) const;  // empty: none
    void judge(const Row &row, const QString &text);  // while typing
    void commit(const Row &row, const QString &text);
    void showMistake(const Row &row, const QString &mistake);
    QString standingMistake(const Row &row) const;    // of the settings as they are
    qint64 trainRows() const;

    ProjectDocument &m_document;
    QGridLayout *m_grid;
    std::vector<Row> m_rows;
    bool m_onGpu = false;
};

}  // namespace trainyard::ui
