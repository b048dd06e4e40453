// The one style sheet, built from the theme's roles.
#pragma once

#include <QString>

namespace trainyard::ui {

class Theme;

QString styleSheet(const Theme &theme);

}  // namespace trainyard::ui
