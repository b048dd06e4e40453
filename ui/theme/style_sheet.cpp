#include "ui/theme/style_sheet.h"

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

// @role@ stands for the role's colour. Widgets opt in by a dynamic property or an object name, so that a plain widget
// stays Fusion's own.
constexpr const char *kSheet = R"(
QToolTip { background: @raised@; color: @text@; border: 1px solid @border@; padding: 4px 6px; }
QLineEdit, QPlainTextEdit, QTextEdit {
    background: @raised@; border: 1px solid @border@; border-radius: 4px; padding: 4px 6px;
    selection-background-color: @accent@; selection-color: @onaccent@; }
QLineEdit { min-height: 18px; }
QLineEdit:hover:!focus, QPlainTextEdit:hover:!focus, QTextEdit:hover:!focus { border-color: @muted@; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus { border-color: @accent@; }
QLineEdit:disabled, QPlainTextEdit:disabled, QTextEdit:disabled { background: @window@; border-color: @border@; }
QLineEdit[invalid="true"] { border-color: @error@; }
QPushButton { background: @raised@; border: 1px solid @border@; border-radius: 4px; padding: 4px 12px; min-height: 18px; }
QPushButton:hover { border-color: @muted@; }
QPushButton:pressed, QPushButton:checked { background: @grid@; }
QPushButton:focus { border-color: @accent@; }
QPushButton:disabled { color: @disabled@; background: transparent; border-color: @border@; }
QPushButton[primary="true"] { background: @accent@; color: @onaccent@; border-color: @accent@; font-weight: 600; }
QPushButton[primary="true"]:hover { background: @accentlit@; border-color: @accentlit@; }
QPushButton[primary="true"]:pressed { background: @accentdim@; border-color: @accentdim@; }
QPushButton[primary="true"]:focus { border-color: @text@; }
QPushButton[primary="true"]:disabled { background: @grid@; color: @disabled@; border-color: @grid@; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: @grid@; }
QToolButton:pressed, QToolButton:checked { background: @grid@; border-color: @border@; }
QToolButton[fold="true"] { padding: 3px 6px 3px 0; }
QToolButton[fold="true"]:checked { background: transparent; border-color: transparent; }
QToolButton[fold="true"]:hover { background: @grid@; }
QToolButton:focus, QToolButton[fold="true"]:focus { border-color: @accent@; }
QToolButton:disabled { color: @disabled@; }
QToolButton#project, QToolButton#device { padding: 4px 20px 4px 8px; }
QToolButton#device { color: @muted@; }
QToolButton#project::menu-indicator, QToolButton#device::menu-indicator {
    subcontrol-origin: padding; subcontrol-position: center right; right: 5px; width: 10px; height: 10px; }
#rail { background: @panel@; border: none; border-right: 1px solid @border@; }
#rail QToolButton { color: @muted@; padding: 4px 0 4px 0; }
#rail QToolButton:checked { color: @text@; background: @grid@; border: 1px solid transparent; }
#rail QToolButton:disabled { color: @disabled@; }
#rail QToolButton:focus { border-color: @accent@; }
#topbar { background: @panel@; border: none; border-bottom: 1px solid @border@; }
#statusline { background: @panel@; border: none; border-top: 1px solid @border@; }
#statusline QToolButton { padding: 1px 4px; }
QFrame[message="info"], QFrame[message="question"], QFrame[message="warning"], QFrame[message="error"] {
    background: @raised@; border: none; border-bottom: 1px solid @border@; border-left: 3px solid @muted@; }
QFrame[message="question"] { border-left-color: @accent@; }
QFrame[message="warning"] { border-left-color: @warning@; }
QFrame[message="error"] { border-left-color: @error@; }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: @border@; border-radius: 3px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: @muted@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: none; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QComboBox QAbstractItemView { background: @raised@; border: 1px solid @border@; border-radius: 0; padding: 4px; outline: none; }
QMenuBar { background: @panel@; border-bottom: 1px solid @border@; padding: 2px 4px; }
QMenuBar::item { background: transparent; padding: 4px 8px; border-radius: 4px; }
QMenuBar::item:selected { background: @grid@; }
QTableCornerButton::section { background: @panel@; border: none; }
QHeaderView { background: @panel@; }
QHeaderView::section { background: @panel@; color: @muted@; border: none; border-bottom: 1px solid @border@; padding: 4px 8px; }
QHeaderView::section:vertical { border: none; padding: 0 8px; }
QTableView, QTreeView, QListView { border: 1px solid @border@; border-radius: 4px; gridline-color: @grid@; }
QTableView[plain="true"], QTreeView[plain="true"], QListView[plain="true"] { border: none; background: transparent; }
QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] { background: transparent; border: none; }
QFrame[card="true"] { background: @panel@; border: 1px solid @border@; border-radius: 6px; }
QFrame[panel="true"] { background: @panel@; border: none; }
QFrame[line="true"] { background: @border@; border: none; }
QLabel[muted="true"] { color: @muted@; }
QLabel[good="true"] { color: @good@; }
QLabel[warning="true"] { color: @warning@; }
QLabel[error="true"] { color: @error@; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: @border@; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: @disabled@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }
QSplitter::handle { background: @border@; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMenu { background: @raised@; border: 1px solid @border@; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::item:selected { background: @accent@; color: @onaccent@; }
QMenu::item:disabled { color: @disabled@; background: transparent; }
QMenu::separator { height: 1px; background: @border@; margin: 4px 8px; }
)";

struct Name {
    const char *text;
    ColorRole role;
};

constexpr Name kNames[] = {
    {"@window@", ColorRole::Window},     {"@panel@", ColorRole::Panel},       {"@raised@", ColorRole::Raised},
    {"@border@", ColorRole::Border},     {"@grid@", ColorRole::Grid},         {"@text@", ColorRole::Text},
    {"@muted@", ColorRole::Muted},       {"@disabled@", ColorRole::Disabled}, {"@accent@", ColorRole::Accent},
    {"@onaccent@", ColorRole::OnAccent}, {"@good@", ColorRole::Good},         {"@warning@", ColorRole::Warning},
    {"@error@", ColorRole::Error},
};

}  // namespace

QString styleSheet(const Theme &theme)
{
    QString sheet = QString::fromLatin1(kSheet);
    for (const Name &name : kNames)
        sheet.replace(QLatin1String(name.text), theme.color(name.role).name());
    const QColor accent = theme.color(ColorRole::Accent);
    sheet.replace(QLatin1String("@accentlit@"), (theme.isDark() ? accent.lighter(108) : accent.darker(108)).name());
    sheet.replace(QLatin1String("@accentdim@"), (theme.isDark() ? accent.darker(112) : accent.darker(120)).name());
    return sheet;
}

}  // namespace trainyard::ui
