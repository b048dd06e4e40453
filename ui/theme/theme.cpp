#include "ui/theme/theme.h"

#include <array>
#include <cmath>

#include <QApplication>
#include <QPalette>

#include "ui/theme/desk_style.h"
#include "ui/theme/style_sheet.h"

namespace trainyard::ui {

namespace {

struct RoleColors {
    ColorRole role;
    QRgb light, dark;
};

constexpr std::array<RoleColors, kColorRoleCount> kRoles{{
    {ColorRole::Window, 0xFFF4F5F7, 0xFF16181D},
    {ColorRole::Panel, 0xFFFFFFFF, 0xFF1D2026},
    {ColorRole::Raised, 0xFFFFFFFF, 0xFF252932},
    {ColorRole::Border, 0xFFDCDFE5, 0xFF343943},
    {ColorRole::Grid, 0xFFE9EBEF, 0xFF2A2E37},
    {ColorRole::Text, 0xFF1B1F27, 0xFFE8EAEE},
    {ColorRole::Muted, 0xFF5D6675, 0xFF9AA3B2},
    {ColorRole::Disabled, 0xFF9AA3B2, 0xFF5D6675},
    {ColorRole::Accent, 0xFF2563EB, 0xFF6EA0FF},
    {ColorRole::OnAccent, 0xFFFFFFFF, 0xFF101318},
    {ColorRole::Good, 0xFF15803D, 0xFF4ADE80},
    {ColorRole::Warning, 0xFFB45309, 0xFFFBBF24},
    {ColorRole::Error, 0xFFC81E1E, 0xFFF87171},
}};

// Okabe and Ito, "Color Universal Design", 2008. On light panels orange, sky blue and yellow are the same hues, darker,
// so that a line has 3 : 1 on white. The last, black, would vanish in the dark: there it is the text colour.
constexpr std::array<QRgb, Theme::kCurveColors> kCurves{0xFF0072B2, 0xFFD55E00, 0xFF009E73, 0xFFCC79A7,
                                                        0xFFC28600, 0xFF1D9AE0, 0xFF9E940D, 0xFF000000};
constexpr std::array<QRgb, Theme::kCurveColors> kCurvesDark{0xFF3FA2E0, 0xFFF07C26, 0xFF1FC297, 0xFFDD92BB,
                                                            0xFFF0AE22, 0xFF7CC8F2, 0xFFF0E442, 0xFFE8EAEE};

double luminance(const QColor &color)
{
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

using CategoryColors = std::array<QColor, kCategoryCount>;

// Evenly spread hues of one luminance, starting at blue so that the common layers are not red.
CategoryColors colorsOfLuminance(double wanted)
{
    CategoryColors colors;
    for (int i = 0; i < kCategoryCount; ++i) {
        const float hue = std::fmod(0.60f + static_cast<float>(i) / static_cast<float>(kCategoryCount), 1.0f);
        float low = 0, high = 1;
        for (int step = 0; step < 12; ++step) {
            const float middle = (low + high) / 2;
            colors[static_cast<std::size_t>(i)] = QColor::fromHslF(hue, 0.6f, middle);
            (luminance(colors[static_cast<std::size_t>(i)]) < wanted ? low : high) = middle;
        }
    }
    return colors;
}

}  // namespace

Theme &Theme::instance()
{
    static Theme theme;
    return theme;
}

Theme::Theme() : m_systemIsDark(QApplication::palette().color(QPalette::Window).lightnessF() < 0.5)
{
    m_dark = m_systemIsDark;
}

QColor Theme::color(ColorRole role) const
{
    const RoleColors &colors = kRoles[static_cast<std::size_t>(role)];
    return QColor::fromRgba(m_dark ? colors.dark : colors.light);
}

QColor Theme::categoryColor(Category category) const
{
    static const CategoryColors light = colorsOfLuminance(0.21), dark = colorsOfLuminance(0.36);
    return (m_dark ? dark : light)[static_cast<std::size_t>(category)];
}

QColor Theme::curveColor(int slot) const
{
    const auto index = static_cast<std::size_t>(slot % kCurveColors);
    return QColor::fromRgba(m_dark ? kCurvesDark[index] : kCurves[index]);
}

Qt::PenStyle Theme::curveStyle(int slot) const
{
    return slot / kCurveColors % 2 == 0 ? Qt::SolidLine : Qt::DashLine;
}

void Theme::apply(Appearance appearance)
{
    m_appearance = appearance;
    m_dark = appearance == Appearance::Dark || (appearance == Appearance::System && m_systemIsDark);

    QPalette palette;
    const auto set = [&palette, this](QPalette::ColorRole to, ColorRole from) { palette.setColor(to, color(from)); };
    set(QPalette::Window, ColorRole::Window);
    set(QPalette::WindowText, ColorRole::Text);
    set(QPalette::Base, ColorRole::Panel);
    set(QPalette::AlternateBase, ColorRole::Window);
    set(QPalette::Text, ColorRole::Text);
    set(QPalette::Button, ColorRole::Raised);
    set(QPalette::ButtonText, ColorRole::Text);
    set(QPalette::BrightText, ColorRole::Error);
    set(QPalette::ToolTipBase, ColorRole::Raised);
    set(QPalette::ToolTipText, ColorRole::Text);
    set(QPalette::PlaceholderText, ColorRole::Muted);
    set(QPalette::Highlight, ColorRole::Accent);
    set(QPalette::HighlightedText, ColorRole::OnAccent);
    set(QPalette::Link, ColorRole::Accent);
    set(QPalette::LinkVisited, ColorRole::Accent);
    set(QPalette::Light, ColorRole::Raised);
    set(QPalette::Midlight, ColorRole::Grid);
    set(QPalette::Mid, ColorRole::Border);
    set(QPalette::Dark, ColorRole::Border);
    set(QPalette::Shadow, ColorRole::Border);
    for (const auto to : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, to, color(ColorRole::Disabled));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, color(ColorRole::Border));

    QApplication::setStyle(new DeskStyle);  // the application owns it
    QApplication::setPalette(palette);
    qApp->setStyleSheet(styleSheet(*this));
    emit changed();
}

double contrastRatio(const QColor &a, const QColor &b)
{
    const double la = luminance(a), lb = luminance(b);
    return (std::max(la, lb) + 0.05) / (std::min(la, lb) + 0.05);
}

}  // namespace trainyard::ui
