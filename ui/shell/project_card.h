// A project to open, as a card that is pressed: title, one or two lines on it, and where or when. UI thread.
#pragma once

#include <QAbstractButton>

namespace trainyard::ui {

class ProjectCard : public QAbstractButton
{
    Q_OBJECT
public:
    ProjectCard(const QString &title, const QString &detail, const QString &corner, QWidget *parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_detail, m_corner;
};

}  // namespace trainyard::ui
