#include "ui/controls/fold_header.h"

#include <QAccessibleWidget>
#include <QKeyEvent>
#include <QPainter>

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kIcon = 16, kRadius = 5, kLeastDetail = 32;

// Readers of the screen hear a button that is expanded or collapsed, and can press it.
class FoldHeaderInterface : public QAccessibleWidget {
public:
    explicit FoldHeaderInterface(FoldHeader *header) : QAccessibleWidget(header, QAccessible::Button), m_header(header) {}

    QAccessible::State state() const override
    {
        QAccessible::State state = QAccessibleWidget::state();
        state.expandable = true;
        state.expanded = m_header->isChecked();
        state.collapsed = !m_header->isChecked();
        return state;
    }
    QStringList actionNames() const override { return QStringList(pressAction()) + QAccessibleWidget::actionNames(); }
    void doAction(const QString &action) override
    {
        if (action == pressAction())
            m_header->click();
        else
            QAccessibleWidget::doAction(action);
    }

private:
    FoldHeader *m_header;
};

QAccessibleInterface *makeInterface(const QString &, QObject *object)
{
    auto *header = qobject_cast<FoldHeader *>(object);
    return header ? new FoldHeaderInterface(header) : nullptr;
}

QFont titleFont(QFont font)
{
    font.setWeight(QFont::DemiBold);
    return font;
}

}  // namespace

FoldHeader::FoldHeader(const QString &title, QWidget *parent) : QAbstractButton(parent)
{
    static const bool installed = [] {
        QAccessible::installFactory(makeInterface);
        return true;
    }();
    Q_UNUSED(installed);
    setText(title);
    setAccessibleName(title);
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
    connect(this, &QAbstractButton::toggled, this, [this] {
        QAccessible::State changed;
        changed.expanded = true;
        changed.collapsed = true;
        QAccessibleStateChangeEvent event(this, changed);
        QAccessible::updateAccessibility(&event);
    });
}

void FoldHeader::setDetail(const QString &detail)
{
    m_detail = detail;
    tell();
}

void FoldHeader::setMistake(const QString &mistake)
{
    m_mistake = mistake;
    tell();
}

void FoldHeader::tell()
{
    const QString words = m_mistake.isEmpty() ? m_detail : m_mistake;
    setToolTip(words);
    setAccessibleDescription(m_mistake.isEmpty() ? words : tr("Mistake: %1").arg(words));
    update();
}

QSize FoldHeader::sizeHint() const
{
    const QFontMetrics title(titleFont(font()));
    return {2 * kSpaceM + kIcon + kSpaceXs + title.horizontalAdvance(text()) + kIcon + kSpaceS,
            (title.height() + 2 * kSpaceS + 3) / 4 * 4 + kSpaceXs};
}

QSize FoldHeader::minimumSizeHint() const
{
    return sizeHint();  // the title and the sign of a mistake have room in any case
}

void FoldHeader::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (underMouse() || isDown()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(themeColor(ColorRole::Grid));
        painter.drawRoundedRect(frame, kRadius, kRadius);
    }
    if (hasFocus() && m_byKeyboard) {
        painter.setPen(themeColor(ColorRole::Accent));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(frame, kRadius, kRadius);
    }
    const int iconTop = (height() - kIcon) / 2;
    const auto icon = [&](const char *name, ColorRole role, int x) {
        themeIcon(QLatin1String(name), role).paint(&painter, QRect(x, iconTop, kIcon, kIcon));
    };
    icon(isChecked() ? "chevron-down" : "chevron-right", ColorRole::Muted, kSpaceS);
    int left = kSpaceS + kIcon + kSpaceXs;
    painter.setFont(titleFont(font()));
    painter.setPen(themeColor(ColorRole::Text));
    painter.drawText(QRect(left, 0, width() - left, height()), Qt::AlignLeft | Qt::AlignVCenter, text());
    left += painter.fontMetrics().horizontalAdvance(text()) + kSpaceM;
    int right = width() - kSpaceM;

    painter.setFont(font());
    const QString &words = m_mistake.isEmpty() ? m_detail : m_mistake;
    const int room = right - left - (m_mistake.isEmpty() ? 0 : kIcon + kSpaceXs);
    const QString shown = room < kLeastDetail ? QString() : fontMetrics().elidedText(words, Qt::ElideRight, room);
    painter.setPen(themeColor(m_mistake.isEmpty() ? ColorRole::Muted : ColorRole::Error));
    painter.drawText(QRect(left, 0, right - left, height()), Qt::AlignRight | Qt::AlignVCenter, shown);
    if (!m_mistake.isEmpty()) {
        right -= shown.isEmpty() ? 0 : fontMetrics().horizontalAdvance(shown) + kSpaceXs;
        icon("error", ColorRole::Error, right - kIcon);
    }
}

void FoldHeader::keyPressEvent(QKeyEvent *event)
{
    m_byKeyboard = true;
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        click();
    else
        QAbstractButton::keyPressEvent(event);
}

void FoldHeader::focusInEvent(QFocusEvent *event)
{
    m_byKeyboard = event->reason() != Qt::MouseFocusReason;
    QAbstractButton::focusInEvent(event);
}

}  // namespace trainyard::ui
