// The look of the desktop: colours by role, the application's palette and style sheet, icons that follow both.
//
// No other file names a colour. One object for the whole program, made on first use after the QApplication; UI thread.
#pragma once

#include <QColor>
#include <QIcon>
#include <QObject>
#include <QString>

#include "engine/layers/layer_spec.h"

namespace trainyard::ui {

enum class ColorRole {
    Window,    // behind everything
    Panel,     // side panels, cards, tables
    Raised,    // what lies above a panel: nodes, menus, fields
    Border,
    Grid,      // of the canvas and of charts
    Text,
    Muted,     // secondary text
    Disabled,
    Accent,    // selection, Start
    OnAccent,  // text on the accent
    Good,
    Warning,
    Error,
};
inline constexpr int kColorRoleCount = static_cast<int>(ColorRole::Error) + 1;

enum class Appearance { System, Light, Dark };

// Distances, in pixels: everything stands on this grid.
inline constexpr int kSpaceXs = 4, kSpaceS = 8, kSpaceM = 12, kSpaceL = 16, kSpaceXl = 24;

class Theme : public QObject
{
    Q_OBJECT
public:
    static Theme &instance();

    // Sets style, palette and style sheet of the application. System follows what the platform's palette was.
    void apply(Appearance appearance);
    Appearance appearance() const { return m_appearance; }
    bool isDark() const { return m_dark; }

    QColor color(ColorRole role) const;
    QColor categoryColor(Category category) const;  // of a layer's stripe
    // Curves: the eight colours of Okabe and Ito (2008) in fixed order, then the same dashed.
    QColor curveColor(int slot) const;
    Qt::PenStyle curveStyle(int slot) const;
    static constexpr int kCurveColors = 8;

signals:
    void changed();  // after apply(): what paints with cached colours or pixmaps must renew them

private:
    Theme();

    Appearance m_appearance = Appearance::System;
    bool m_systemIsDark;
    bool m_dark = false;
};

inline QColor themeColor(ColorRole role) { return Theme::instance().color(role); }

// Relative luminance contrast, 1 to 21 (WCAG 2.1, success criterion 1.4.3).
double contrastRatio(const QColor &a, const QColor &b);

// resources/icons/<name>.svg, 20 px with strokes in currentColor, drawn in the role's colour of the moment: the same
// QIcon is right in both themes. An icon that does not exist is empty.
QIcon themeIcon(const QString &name, ColorRole role = ColorRole::Text);

QIcon appIcon();  // of the program itself, in its own colours

}  // namespace trainyard::ui
