// The small search field that adds a layer where it is opened: type a few letters, Enter. A child of the canvas that
// closes by itself when the focus leaves it.
#pragma once

#include <vector>

#include <QFrame>

#include "ui/models/layer_choice.h"

class QLineEdit;
class QListWidget;

namespace trainyard::ui {

class QuickAdd : public QFrame
{
    Q_OBJECT
public:
    explicit QuickAdd(QWidget *parent);

    // at: in the parent; the popup stays inside it. choices: what can go there. text: typed already.
    void open(QPoint at, std::vector<LayerChoice> choices, const QString &text);

signals:
    void chosen(const QString &choice);  // LayerChoice::text()
    void closed();  // also after chosen()

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void filter(const QString &text);
    void choose();

    QLineEdit *m_search;
    QListWidget *m_list;
    std::vector<LayerChoice> m_choices;
};

}  // namespace trainyard::ui
