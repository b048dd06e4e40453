// What the window remembers from one start to the next, in the settings.
#pragma once

#include <QByteArray>
#include <QString>

#include "ui/theme/theme.h"

namespace trainyard::ui::session {

Appearance appearance();
void setAppearance(Appearance appearance);

QString lastProject();  // its folder; empty: none was open
void setLastProject(const QString &folder);
QString lastPage();
void setLastPage(const QString &id);
QByteArray windowGeometry();
void setWindowGeometry(const QByteArray &geometry);
QByteArray pageLayout(const QString &id);
void setPageLayout(const QString &id, const QByteArray &layout);

}  // namespace trainyard::ui::session
