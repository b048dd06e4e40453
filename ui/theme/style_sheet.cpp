#include "ui/theme/style_sheet.h"

#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

// @role@ stands for the role's colour. Widgets opt in by a dynamic property or an object name, so that a plain widget
// stays Fusion's own.
constexpr const char *kSheet = R"(
QToolTip { border: 1px solid @border@; padding: 4px 6px; }
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {
    background: @raised@; border: 1px solid @border@; border-radius: 4px; padding: 3px 6px;
    selection-background-color: @accent@; selection-color: @onaccent@; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus {
    border: 1px solid @accent@; }
QLineEdit[invalid="true"], QSpinBox[invalid="true"], QDoubleSpinBox[invalid="true"] { border: 1px solid @error@; }
QPushButton { background: @raised@; border: 1px solid @border@; border-radius: 4px; padding: 4px 12px; min-height: 18px; }
QPushButton:hover { border-color: @muted@; }
QPushButton:pressed { background: @grid@; }
QPushButton:focus { border-color: @accent@; }
QPushButton:disabled { color: @disabled@; }
QPushButton[primary="true"] { background: @accent@; color: @onaccent@; border-color: @accent@; font-weight: 600; }
QPushButton[primary="true"]:disabled { background: @grid@; color: @disabled@; border-color: @border@; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px; }
QToolButton:hover { background: @grid@; }
QToolButton:pressed, QToolButton:checked { background: @grid@; border-color: @border@; }
QToolButton:focus { border-color: @accent@; }
QHeaderView::section { background: @panel@; color: @muted@; border: none; border-bottom: 1px solid @border@; padding: 4px 8px; }
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
QSplitter::handle { background: @border@; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMenu { background: @raised@; border: 1px solid @border@; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 24px; border-radius: 4px; }
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
    return sheet;
}

}  // namespace trainyard::ui
