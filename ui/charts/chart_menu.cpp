// The context menu of a chart.
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFile>
#include <QFileDialog>
#include <QImage>
#include <QMenu>
#include <QMessageBox>

#include "ui/bridge/background.h"
#include "ui/charts/curve_chart_private.h"

namespace trainyard::ui {

namespace {

void showTrouble(QWidget *parent, const QString &message)
{
    auto *box = new QMessageBox(QMessageBox::Warning, CurveChart::tr("Export chart"), message, QMessageBox::Ok, parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}  // namespace

void CurveChart::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction *log = menu->addAction(tr("Log scale"), this, [this] { setLogScale(!d->logScale); });
    log->setCheckable(true);
    log->setChecked(d->logScale);
    log->setShortcut(Qt::Key_L);
    log->setShortcutContext(Qt::WidgetShortcut);  // shown only: the chart itself takes the key
    QAction *all = menu->addAction(tr("Show all steps"), this, [this] { d->setView(std::nullopt); });
    all->setEnabled(d->zoomedView().has_value());
    menu->addSeparator();
    QAction *copy = menu->addAction(tr("Copy as image"), this, [this] {
        d->draw();
        QApplication::clipboard()->setImage(QImage::fromData(renderPicture(d->picture(), PictureFormat::Png)));
    });
    QAction *save = menu->addAction(tr("Export..."), this, [this] { d->askForExport(); });
    copy->setEnabled(hasPoints());
    save->setEnabled(hasPoints());
    menu->popup(event->globalPos());
}

void CurveChart::Private::askForExport()
{
    auto *dialog = new QFileDialog(&q, tr("Export chart"), title + QStringLiteral(".png"),
                                   tr("Image (*.png);;PDF document (*.pdf);;SVG drawing (*.svg)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("png"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString &filter) {
        dialog->setDefaultSuffix(filter.section(QStringLiteral("*."), 1).chopped(1));
    });
    connect(dialog, &QFileDialog::fileSelected, &q, [this](const QString &path) {
        PictureFormat format;
        if (!pictureFormatOf(path, format)) {
            showTrouble(&q, tr("%1 has no known file type. Use .png, .pdf or .svg.").arg(path));
            return;
        }
        draw();
        inBackground(
            &q,
            [path, content = renderPicture(picture(), format)]() -> QString {
                QFile file(path);
                if (file.open(QIODevice::WriteOnly) && file.write(content) == content.size() && file.flush())
                    return {};
                return file.errorString();
            },
            [this, path](const QString &error) {
                if (!error.isEmpty())
                    showTrouble(&q, tr("%1 could not be written: %2.").arg(path, error));
            });
    });
    dialog->open();
}

}  // namespace trainyard::ui
