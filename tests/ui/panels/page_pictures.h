// Pictures of a page to look at, in both themes and the two sizes that a window of 1280x800 and of 2560x1440 leaves for it:
// kept where TRAINYARD_SHOTS names a folder.
#pragma once

#include <utility>

#include <QtTest>
#include <QWidget>

#include "ui/theme/theme.h"

namespace trainyard::ui {

inline void keepPictures(QWidget &page, const QString &name)
{
    const QString folder = qEnvironmentVariable("TRAINYARD_SHOTS");
    if (folder.isEmpty())
        return;
    for (const auto &[appearance, word] : {std::pair(Appearance::Light, "light"), std::pair(Appearance::Dark, "dark")}) {
        Theme::instance().apply(appearance);
        for (const QSize size : {QSize(1232, 728), QSize(2512, 1368)}) {
            page.resize(size);
            QTest::qWait(300);
            page.grab().save(QStringLiteral("%1/%2-%3-%4.png").arg(folder, name, QLatin1String(word)).arg(size.width()));
        }
    }
    Theme::instance().apply(Appearance::Light);
}

}  // namespace trainyard::ui
