// The small search field that adds a layer where it is opened: type a few letters, Enter. A child of the canvas that
// closes by itself when the focus leaves it.
#pragma once

#include <functional>

#include <QFrame>

#include "engine/layers/layer_spec.h"

class QLineEdit;
class QListWidget;

namespace trainyard::ui {

class QuickAdd : public QFrame
{
    Q_OBJECT
public:
    explicit QuickAdd(QWidget *parent);

    // at: in the parent; the popup stays inside it. accepts: which layers can go there. text: typed already.
    void open(QPoint at, std::function<bool(const LayerSpec &)> accepts, const QString &text);

signals:
    void chosen(const QString &type);
    void closed();  // also after chosen()

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void filter(const QString &text);
    void choose();

    QLineEdit *m_search;
    QListWidget *m_list;
    std::function<bool(const LayerSpec &)> m_accepts;
};

}  // namespace trainyard::ui
