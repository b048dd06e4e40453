#include "ui/shell/help_dialogs.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QScrollArea>
#include <QVBoxLayout>

#include "engine/backends/backend.h"
#include "ui/bridge/background.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kLogo = 64, kListWidth = 420, kListHeight = 520;

QString text(const char *words)
{
    return QCoreApplication::translate("HelpDialogs", words);
}

QLabel *strongLabel(const QString &words)
{
    auto *label = new QLabel(words);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    return label;
}

QString withoutMnemonic(QString words)
{
    return words.remove(QLatin1Char('&'));
}

void addMenu(const QMenu *menu, QGridLayout *grid)
{
    bool titled = false;
    for (const QAction *action : menu->actions()) {
        if (action->menu()) {
            addMenu(action->menu(), grid);
            continue;
        }
        if (action->shortcuts().isEmpty())
            continue;
        if (!titled)
            grid->addWidget(strongLabel(withoutMnemonic(menu->title())), grid->rowCount(), 0, 1, 2);
        titled = true;
        const int row = grid->rowCount();
        auto *key = new QLabel(QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText).replace(QLatin1String("; "), QLatin1String("  or  ")));
        key->setProperty("muted", true);
        grid->addWidget(new QLabel(withoutMnemonic(action->text())), row, 0);
        grid->addWidget(key, row, 1);
    }
    if (titled)
        grid->setRowMinimumHeight(grid->rowCount(), kSpaceS);
}

QDialog *dialogWith(const QString &title, QWidget *content, QWidget *parent)
{
    auto *dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    auto *layout = new QVBoxLayout(dialog);
    layout->setContentsMargins(kSpaceXl, kSpaceXl, kSpaceXl, kSpaceL);
    layout->setSpacing(kSpaceL);
    layout->addWidget(content, 1);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    layout->addWidget(buttons);
    return dialog;
}

}  // namespace

void showShortcuts(const QMenuBar *menus, QWidget *parent)
{
    auto *list = new QWidget;
    auto *grid = new QGridLayout(list);
    grid->setContentsMargins(0, 0, kSpaceM, 0);
    grid->setHorizontalSpacing(kSpaceXl);
    grid->setVerticalSpacing(kSpaceS);
    grid->setColumnStretch(0, 1);
    for (const QAction *menu : menus->actions())
        if (menu->menu())
            addMenu(menu->menu(), grid);
    grid->setRowStretch(grid->rowCount(), 1);
    auto *area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(list);
    area->setAccessibleName(text("Keyboard shortcuts"));
    QDialog *dialog = dialogWith(text("Keyboard shortcuts"), area, parent);
    dialog->resize(kListWidth, kListHeight);
    dialog->show();
}

void showAbout(QWidget *parent)
{
    auto *content = new QWidget;
    auto *layout = new QHBoxLayout(content);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceL);
    auto *logo = new QLabel;
    logo->setPixmap(appIcon().pixmap(kLogo));
    layout->addWidget(logo, 0, Qt::AlignTop);
    auto *words = new QVBoxLayout;
    words->setSpacing(kSpaceS);
    layout->addLayout(words, 1);
    words->addWidget(strongLabel(text("Trainyard %1").arg(QCoreApplication::applicationVersion())));
    words->addWidget(new QLabel(text("A workbench for building and training neural networks.")));
    auto *versions = new QLabel(QStringLiteral("Qt %1").arg(QString::fromLatin1(qVersion())));
    versions->setProperty("muted", true);
    versions->setTextInteractionFlags(Qt::TextSelectableByMouse);
    words->addWidget(versions);
    auto *licence = new QLabel(text("Free software under the GNU General Public License, version 3 or later (GPL-3.0-or-later).\n"
                                    "It comes without any warranty, as far as the law permits."));
    licence->setProperty("muted", true);
    licence->setWordWrap(true);
    words->addWidget(licence);
    words->addStretch(1);
    dialogWith(text("About Trainyard"), content, parent)->show();
    // The compute libraries are asked in the background: a driver may take its time.
    inBackground(versions, [] { return findBackends(); }, [versions](const std::vector<BackendReport> &backends) {
        QString lines = versions->text();
        for (const BackendReport &backend : backends)
            if (backend.device)
                lines += QLatin1Char('\n') + QString::fromStdString(backend.device->library);
        versions->setText(lines);
    });
}

}  // namespace trainyard::ui
