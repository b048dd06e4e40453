#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

#include "ui/theme/theme.h"

static void initIcons()
{
    // A static library's resources are not found by themselves.
    Q_INIT_RESOURCE(icons);
    Q_INIT_RESOURCE(app_icon);
}

namespace trainyard::ui {

namespace {

// Draws the SVG at the moment of painting, so that size, screen and theme are always the right ones.
class ThemeIconEngine : public QIconEngine
{
public:
    ThemeIconEngine(QByteArray svg, ColorRole role) : m_svg(std::move(svg)), m_role(role) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State) override
    {
        const ColorRole role = mode == QIcon::Disabled ? ColorRole::Disabled : mode == QIcon::Selected ? ColorRole::OnAccent : m_role;
        QByteArray svg = m_svg;
        svg.replace("currentColor", themeColor(role).name().toLatin1());
        QSvgRenderer(svg).render(painter, rect);
    }
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }
    QIconEngine *clone() const override { return new ThemeIconEngine(m_svg, m_role); }

private:
    QByteArray m_svg;
    ColorRole m_role;
};

void initOnce()
{
    static const bool ready = (initIcons(), true);
    Q_UNUSED(ready)
}

}  // namespace

QIcon appIcon()
{
    initOnce();
    return QIcon(QStringLiteral(":/app/trainyard.svg"));
}

QIcon themeIcon(const QString &name, ColorRole role)
{
    initOnce();
    QFile file(QStringLiteral(":/icons/%1.svg").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new ThemeIconEngine(file.readAll(), role));
}

}  // namespace trainyard::ui
