// The head of a part that can be folded away: a sign for open or folded, the title, and at the right what there is to say about the
// part, or the mistake that it hides. Pressed by mouse, Space or Enter. Checked is open.
#pragma once

#include <QAbstractButton>

namespace trainyard::ui {

class FoldHeader : public QAbstractButton {
    Q_OBJECT
public:
    explicit FoldHeader(const QString &title, QWidget *parent = nullptr);

    void setDetail(const QString &detail);    // muted, elided; left out where there is no room
    void setMistake(const QString &mistake);  // takes the detail's place, in red and with a sign; empty: none
    QString detail() const { return m_detail; }
    QString mistake() const { return m_mistake; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;

private:
    void tell();  // tool tip and description

    QString m_detail, m_mistake;
    bool m_byKeyboard = false;  // the ring is for those who cannot see a pointer
};

}  // namespace trainyard::ui
