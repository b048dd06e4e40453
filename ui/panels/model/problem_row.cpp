#include "ui/panels/model/problem_row.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kIconSize = 16;
constexpr double kRadius = 4;

}  // namespace

ProblemRow::ProblemRow(const Problem &problem, const QString &layerName, QWidget *parent)
    : QFrame(parent), m_problem(problem), m_layerName(layerName), m_choosable(!layerName.isEmpty())
{
    const QString message = QString::fromStdString(problem.message);
    setAccessibleName(layerName.isEmpty() ? message : QStringLiteral("%1: %2").arg(layerName, message));
    setAttribute(Qt::WA_Hover);
    if (m_choosable)
        setFocusPolicy(Qt::StrongFocus);

    auto *icon = new QLabel;
    icon->setPixmap(themeIcon(QStringLiteral("error"), ColorRole::Error).pixmap(kIconSize));
    connect(&Theme::instance(), &Theme::changed, icon,
            [icon] { icon->setPixmap(themeIcon(QStringLiteral("error"), ColorRole::Error).pixmap(kIconSize)); });
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    if (m_choosable) {
        auto *name = new QLabel(layerName);
        name->setTextFormat(Qt::PlainText);
        QFont strong = name->font();
        strong.setWeight(QFont::DemiBold);
        name->setFont(strong);
        texts->addWidget(name);
    }
    auto *text = new QLabel(message);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    texts->addWidget(text);

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(m_choosable ? kSpaceS : 0, kSpaceXs, m_choosable ? kSpaceS : 0, kSpaceXs);
    layout->setSpacing(kSpaceS);
    layout->addWidget(icon, 0, Qt::AlignTop);
    layout->addLayout(texts, 1);
    if (!problem.fix)
        return;
    m_fix = new QPushButton(QString::fromStdString(problem.fix->label));
    m_fix->setAccessibleName(m_fix->text());
    connect(m_fix, &QPushButton::clicked, this, [this] { emit fixRequested(*m_problem.fix); });
    if (m_choosable)
        layout->addWidget(m_fix, 0, Qt::AlignVCenter);
    else
        texts->addWidget(m_fix, 0, Qt::AlignLeft);
}

void ProblemRow::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space: return emit chosen();
    case Qt::Key_Up: return emit moved(-1);
    case Qt::Key_Down: return emit moved(1);
    default: QFrame::keyPressEvent(event);
    }
}

void ProblemRow::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_choosable && event->button() == Qt::LeftButton && rect().contains(event->pos()))
        emit chosen();
}

void ProblemRow::paintEvent(QPaintEvent *)
{
    if (!m_choosable || !(hasFocus() || underMouse()))
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(themeColor(ColorRole::Grid));
    painter.setPen(hasFocus() ? QPen(themeColor(ColorRole::Accent)) : QPen(Qt::NoPen));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
}

}  // namespace trainyard::ui
