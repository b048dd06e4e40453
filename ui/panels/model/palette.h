// The layers there are, to drag onto the canvas: a search field over the catalog by category.
#pragma once

#include <string>

#include <QFrame>

class QLabel;
class QLineEdit;

namespace trainyard::ui {

class PaletteTree;

class Palette : public QFrame
{
    Q_OBJECT
public:
    explicit Palette(QWidget *parent = nullptr);

    void focusSearch();  // selects what is typed there
    PaletteTree *tree() const { return m_tree; }

signals:
    void layerChosen(const std::string &choice);  // LayerChoice::text(), by double click or Enter: to be added to the network
    void blockDeleted(const std::string &name);   // a definition of the project that the person wants to be rid of

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;  // arrows, Enter and Escape in the search field

private:
    void applyFilter();

    QLineEdit *m_search;
    PaletteTree *m_tree;
    QLabel *m_nothing;
};

}  // namespace trainyard::ui
