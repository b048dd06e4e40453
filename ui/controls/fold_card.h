// A card whose content folds away under its head. Folded, the head says in one line what the content amounts to, and never hides a
// mistake in it.
#pragma once

#include <QFrame>

class QVBoxLayout;

namespace trainyard::ui {

class FoldHeader;

class FoldCard : public QFrame {
    Q_OBJECT
public:
    // name: of the card in a saved layout. It begins open.
    FoldCard(const QString &name, const QString &title, QWidget *parent = nullptr);

    QVBoxLayout *content() const { return m_content; }
    FoldHeader *head() const { return m_head; }
    bool isOpen() const;
    void setOpen(bool open);
    void setValue(const QString &value);      // said in the head while it is open
    void setSummary(const QString &summary);  // said there while it is folded
    void setMistake(const QString &mistake);  // what is wrong inside, said in the head while it is folded; empty: nothing

private:
    void showHead();

    FoldHeader *m_head;
    QWidget *m_body;
    QVBoxLayout *m_content;
    QString m_value, m_summary, m_mistake;
};

}  // namespace trainyard::ui
