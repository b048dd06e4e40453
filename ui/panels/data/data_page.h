// The Data page: at the left what the data are and how they are used, at the right what came out of it. Every change is a
// step of the document; files are read in the background.
#pragma once

#include <optional>

#include <QList>
#include <QTimer>
#include <QWidget>

#include "ui/bridge/data_loader.h"

class QAction;
class QSplitter;
class QPlainTextEdit;
class QStackedWidget;

namespace trainyard::ui {

class Card;
class ClassCounts;
class ColumnTable;
class DataFacts;
class DataPageAugmentation;
class DataPagePreparation;
class DataPageSource;
class DataPageSplit;
class DataPageWindows;
class ImageGrid;
class NoticeBar;
class PreviewModel;

class DataPage : public QWidget
{
    Q_OBJECT
public:
    // Both must outlive the page.
    DataPage(ProjectDocument &document, DataLoader &loader, QWidget *parent = nullptr);

    QList<QAction *> menuActions() const { return m_actions; }
    QByteArray saveLayout() const;
    void restoreLayout(const QByteArray &layout);

    void chooseFile();                    // opens the chooser
    void useFile(const QString &path);    // what choosing or dropping it does

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    QWidget *makeSettings();
    QWidget *makeContent();
    void showConfig();
    void showAugmentation();
    void showLoaded();
    void showLoading(bool loading);
    void showProblem(const QString &message);

    ProjectDocument &m_document;
    DataLoader &m_loader;
    QList<QAction *> m_actions;
    QSplitter *m_split, *m_contentSplit, *m_picturesSplit;
    QStackedWidget *m_content;
    DataPageSource *m_source;
    ColumnTable *m_columns;
    DataPageWindows *m_windows;
    DataPagePreparation *m_preparation;
    DataPageAugmentation *m_augmentation;
    DataPageSplit *m_parts;
    Card *m_columnsCard, *m_windowsCard, *m_preparationCard, *m_augmentationCard, *m_partsCard, *m_classesCard, *m_imagesCard, *m_tableCard, *m_textCard;
    NoticeBar *m_notice;
    DataFacts *m_facts;
    ClassCounts *m_classes;
    ImageGrid *m_images;
    PreviewModel *m_preview;
    QPlainTextEdit *m_text;
    QTimer m_loadingDelay;      // a load that is over at once is not announced
    QString m_shownFile;        // which file's content is shown
    Shape m_shownShape;         // of its samples
    int m_chosen = 0;           // counts useFile(): answers of an earlier one are dropped
};

}  // namespace trainyard::ui
