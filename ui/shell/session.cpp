#include "ui/shell/session.h"

#include <QSettings>

namespace trainyard::ui::session {

namespace {

constexpr const char *kAppearances[] = {"system", "light", "dark"};

QVariant value(const QString &key)
{
    return QSettings().value(key);
}

void setValue(const QString &key, const QVariant &value)
{
    QSettings().setValue(key, value);
}

QString layoutKey(const QString &id)
{
    return QStringLiteral("layout/") + id;
}

}  // namespace

Appearance appearance()
{
    const QString name = value(QStringLiteral("theme")).toString();
    for (int i = 0; i < 3; ++i)
        if (name == QLatin1String(kAppearances[i]))
            return static_cast<Appearance>(i);
    return Appearance::System;
}

void setAppearance(Appearance appearance)
{
    setValue(QStringLiteral("theme"), QString::fromLatin1(kAppearances[static_cast<int>(appearance)]));
}

QString lastProject() { return value(QStringLiteral("session/project")).toString(); }
void setLastProject(const QString &folder) { setValue(QStringLiteral("session/project"), folder); }
QString lastPage() { return value(QStringLiteral("session/page")).toString(); }
void setLastPage(const QString &id) { setValue(QStringLiteral("session/page"), id); }
QByteArray windowGeometry() { return value(QStringLiteral("window/geometry")).toByteArray(); }
void setWindowGeometry(const QByteArray &geometry) { setValue(QStringLiteral("window/geometry"), geometry); }
QByteArray pageLayout(const QString &id) { return value(layoutKey(id)).toByteArray(); }
void setPageLayout(const QString &id, const QByteArray &layout) { setValue(layoutKey(id), layout); }

}  // namespace trainyard::ui::session
