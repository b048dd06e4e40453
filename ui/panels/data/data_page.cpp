#include "ui/panels/data/data_page.h"

#include <algorithm>

#include <QAction>
#include <QDataStream>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QHeaderView>
#include <QIODevice>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>

#include "engine/base/format.h"
#include "ui/bridge/background.h"
#include "ui/controls/card.h"
#include "ui/controls/empty_state.h"
#include "ui/controls/gap_splitter.h"
#include "ui/controls/notice_bar.h"
#include "ui/controls/scroll_column.h"
#include "ui/controls/table_style.h"
#include "ui/models/preview_model.h"
#include "ui/panels/data/class_counts.h"
#include "ui/panels/data/column_table.h"
#include "ui/panels/data/data_facts.h"
#include "ui/panels/data/data_file_kind.h"
#include "ui/panels/data/data_page_augmentation.h"
#include "ui/panels/data/data_page_preparation.h"
#include "ui/panels/data/data_page_source.h"
#include "ui/panels/data/data_page_split.h"
#include "ui/panels/data/data_page_windows.h"
#include "ui/panels/data/image_grid.h"
#include "ui/theme/theme.h"

namespace trainyard::ui {

namespace {

constexpr int kSettingsWidth = 400, kLeastSettingsWidth = 320, kLoadingDelayMs = 250;
constexpr int kFillStretch = 1000, kCardFrame = 56, kMostCountsHeight = 320;
constexpr qint32 kLayoutVersion = 2;

// The one local file that is dragged; empty where it is anything else.
QString draggedFile(const QMimeData *data)
{
    const QList<QUrl> urls = data->urls();
    return urls.size() == 1 && urls.front().isLocalFile() ? urls.front().toLocalFile() : QString();
}

QString fileName(const DataConfig &data)
{
    return QFileInfo(QString::fromStdString(data.file)).fileName();
}

}  // namespace

DataPage::DataPage(ProjectDocument &document, DataLoader &loader, QWidget *parent)
    : QWidget(parent), m_document(document), m_loader(loader), m_split(new GapSplitter(Qt::Horizontal)),
      m_notice(new NoticeBar)
{
    setAcceptDrops(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(kSpaceM, kSpaceM, kSpaceM, kSpaceM);
    layout->setSpacing(kSpaceS);
    layout->addWidget(m_notice);
    layout->addWidget(m_split, 1);
    m_split->addWidget(makeSettings());
    m_split->addWidget(makeContent());
    m_split->setStretchFactor(1, 1);
    m_split->setSizes({kSettingsWidth, 3 * kSettingsWidth});

    auto *choose = new QAction(tr("Choose data file…"), this);
    choose->setShortcut(Qt::CTRL | Qt::Key_I);
    connect(choose, &QAction::triggered, this, &DataPage::chooseFile);
    auto *again = new QAction(themeIcon(QStringLiteral("reload")), tr("Read data again"), this);
    again->setShortcut(Qt::CTRL | Qt::Key_R);
    connect(again, &QAction::triggered, &m_loader, &DataLoader::reload);
    m_actions = {choose, again};
    for (QAction *action : m_actions) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        addAction(action);
    }

    const auto edited = [this](const DataConfig &config, const QString &what) { m_document.setData(config, what); };
    connect(m_source, &DataPageSource::configEdited, this, edited);
    connect(m_windows, &DataPageWindows::configEdited, this, edited);
    connect(m_preparation, &DataPagePreparation::configEdited, this, edited);
    connect(m_augmentation, &DataPageAugmentation::configEdited, this, edited);
    connect(m_parts, &DataPageSplit::configEdited, this, edited);
    connect(m_source, &DataPageSource::mainFileChosen, this, &DataPage::useFile);
    connect(m_columns->columns(), &ColumnModel::columnsEdited, this, [this](const std::vector<ColumnConfig> &columns, const QString &what) {
        DataConfig config = m_document.data();
        config.columns = columns;
        m_document.setData(config, what);
    });
    connect(m_notice, &NoticeBar::actionTriggered, &m_loader, &DataLoader::reload);
    connect(&m_document, &ProjectDocument::dataChanged, this, &DataPage::showConfig);
    connect(&m_document, &ProjectDocument::projectReset, this, [this] {
        ++m_chosen;
        m_notice->clear();
        m_shownFile.clear();
        showConfig();
        showLoaded();
    });
    connect(&m_loader, &DataLoader::loaded, this, &DataPage::showLoaded);
    connect(&m_loader, &DataLoader::loadingChanged, this, &DataPage::showLoading);
    m_loadingDelay.setSingleShot(true);
    m_loadingDelay.setInterval(kLoadingDelayMs);
    connect(&m_loadingDelay, &QTimer::timeout, this, [this] { m_facts->setLoading(true, fileName(m_document.data())); });
    showConfig();
    showLoaded();
    showLoading(m_loader.isLoading());
}

QWidget *DataPage::makeSettings()
{
    m_source = new DataPageSource;
    m_columns = new ColumnTable;
    m_windows = new DataPageWindows;
    m_preparation = new DataPagePreparation;
    m_augmentation = new DataPageAugmentation;
    m_parts = new DataPageSplit;
    auto *column = new QWidget;
    auto *layout = new QVBoxLayout(column);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceM);
    const auto add = [layout](const QString &title, QWidget *content, int stretch = 0) {
        auto *card = new Card(title);
        card->content()->addWidget(content);
        layout->addWidget(card, stretch);
        return card;
    };
    add(tr("Source"), m_source);
    m_columnsCard = add(tr("Columns and roles"), m_columns, kFillStretch);
    m_columnsCard->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);  // no higher than its rows
    m_windowsCard = add(tr("Windows"), m_windows);
    m_preparationCard = add(tr("Preparation"), m_preparation);
    m_augmentationCard = add(tr("Augmentation (training only)"), m_augmentation);
    m_partsCard = add(tr("Split"), m_parts);
    layout->addStretch(1);  // where there are no columns to fill the place
    return new ScrollColumn(column, kLeastSettingsWidth);
}

QWidget *DataPage::makeContent()
{
    m_facts = new DataFacts;
    m_classes = new ClassCounts;
    m_images = new ImageGrid;
    m_preview = new PreviewModel(this);
    m_text = new QPlainTextEdit;
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setObjectName(QStringLiteral("textPreview"));
    m_text->setAccessibleName(tr("Beginning of the text"));
    auto *table = new QTableView;
    table->setModel(m_preview);
    table->setObjectName(QStringLiteral("tablePreview"));
    table->setAccessibleName(tr("First rows of the file"));
    styleTable(table, false);
    table->verticalHeader()->show();
    table->setSelectionMode(QAbstractItemView::ContiguousSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);

    m_classesCard = new Card(tr("Classes"));
    m_classesCard->content()->addWidget(new ScrollColumn(m_classes));
    m_imagesCard = new Card(tr("Images"));
    m_imagesCard->content()->addWidget(new ScrollColumn(m_images));
    m_tableCard = new Card(tr("Table"));
    m_tableCard->content()->addWidget(table);
    m_textCard = new Card(tr("Text"));
    m_textCard->content()->addWidget(m_text);

    m_picturesSplit = new GapSplitter(Qt::Horizontal);
    m_picturesSplit->addWidget(m_classesCard);
    m_picturesSplit->addWidget(m_imagesCard);
    m_picturesSplit->setStretchFactor(0, 2);
    m_picturesSplit->setStretchFactor(1, 3);
    m_contentSplit = new GapSplitter(Qt::Vertical);
    m_contentSplit->addWidget(m_picturesSplit);
    m_contentSplit->addWidget(m_tableCard);
    m_contentSplit->addWidget(m_textCard);
    m_contentSplit->setStretchFactor(0, 4);
    m_contentSplit->setStretchFactor(1, 5);
    m_contentSplit->setStretchFactor(2, 5);
    m_contentSplit->setSizes({400, 500});

    auto *loaded = new QWidget;
    auto *layout = new QVBoxLayout(loaded);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kSpaceM);
    layout->addWidget(m_facts);
    layout->addWidget(m_contentSplit, 1);

    auto *empty = new EmptyState(QStringLiteral("data"), tr("Choose the file to learn from, or drop it here: a table or series (CSV), images (IDX) or a text."),
                                 tr("Choose file"));
    connect(empty, &EmptyState::begun, this, &DataPage::chooseFile);
    m_content = new QStackedWidget;
    m_content->addWidget(empty);
    m_content->addWidget(loaded);
    return m_content;
}

void DataPage::showConfig()
{
    const DataConfig &data = m_document.data();
    const bool any = !data.file.empty();
    m_source->setProjectFolder(QString::fromStdString(m_document.project().folder.string()));
    m_source->setConfig(data);
    m_windows->setConfig(data);
    m_preparation->setConfig(data);
    m_parts->setConfig(data);
    m_columns->columns()->setColumns(data.columns, m_loader.preview() ? m_loader.preview()->columns : std::vector<ColumnPreview>());
    const bool text = data.format == DataFormat::Text, series = data.format == DataFormat::Series;
    m_columnsCard->setVisible(any && (data.format == DataFormat::Csv || series));
    m_windowsCard->setVisible(any && (text || series));
    m_preparationCard->setVisible(any && !text);  // characters are taken as they are
    showAugmentation();
    m_partsCard->setVisible(any);
    m_content->setCurrentIndex(any ? 1 : 0);
    m_columns->updateGeometry();
}

// There for images, and where it is on: an augmentation that the data cannot have must be there to be switched off.
void DataPage::showAugmentation()
{
    const DataConfig &data = m_document.data();
    Shape sample(data.sampleShape);
    if (data.sampleShape.empty() && m_shownFile == QString::fromStdString(data.file))
        sample = m_shownShape;
    const bool images = !data.file.empty() && sample.rank() == 3;
    m_augmentation->setConfig(data, images ? sample : Shape());
    m_augmentationCard->setVisible(images || (!data.file.empty() && data.augment.any()));
}

void DataPage::showLoaded()
{
    const DataConfig &data = m_document.data();
    const auto &preview = m_loader.preview();
    if (const auto &error = m_loader.error())
        showProblem(QString::fromStdString(error->message));
    else
        m_notice->clear();

    // After an edit that cannot be used the file's content stays in sight: it is what the message speaks of.
    const bool sameFile = m_shownFile == QString::fromStdString(data.file);
    m_facts->setPreview(preview);
    if (!preview) {
        m_parts->clearLoadedRows();
        m_preparation->setLoadedShape({});
        if (sameFile && !m_shownFile.isEmpty()) {
            m_picturesSplit->hide();  // counts and images would be of settings that are gone
            m_tableCard->setValue(tr("as last read"));
            return;
        }
    }
    const DataPreview shown = preview.value_or(DataPreview{});
    m_shownFile = preview ? QString::fromStdString(data.file) : QString();
    m_shownShape = shown.sampleShape;
    showAugmentation();
    if (preview) {
        m_parts->setLoadedRows(shown.trainRows, shown.validationRows, shown.testRows);
        m_preparation->setLoadedShape(shown.sampleShape);
    }
    m_columns->columns()->setColumns(data.columns, shown.columns);
    m_columns->updateGeometry();
    m_columnsCard->setValue(shown.columns.empty() ? QString() : QString::fromStdString(formatCount(static_cast<std::int64_t>(shown.columns.size()))));
    m_preview->setPreview(shown.columns, shown.rows);
    m_tableCard->setVisible(!shown.columns.empty());
    m_tableCard->setValue(tr("first %1 rows").arg(shown.rows.size()));
    const TextPreview content = shown.text.value_or(TextPreview{});
    m_text->setPlainText(QString::fromStdString(content.beginning));
    m_textCard->setVisible(shown.text.has_value());
    m_textCard->setValue(tr("%1 tokens, %2 different ones").arg(QString::fromStdString(formatCount(content.tokens)),
                                                               QString::fromStdString(formatCount(content.vocabulary))));
    m_classes->setCounts(shown.classes);
    m_classesCard->setVisible(!shown.classes.empty());
    m_classesCard->setValue(QString::fromStdString(formatCount(static_cast<std::int64_t>(shown.classes.size()))));
    m_images->setImages(shown.images);
    m_imagesCard->setVisible(!shown.images.empty());
    m_imagesCard->setValue(tr("first %1").arg(shown.images.size()));
    m_picturesSplit->setVisible(!shown.classes.empty() || !shown.images.empty());
    // Without images the counts alone take no more than they need.
    m_classesCard->setMaximumHeight(shown.images.empty() ? std::min(m_classes->sizeHint().height() + kCardFrame, kMostCountsHeight)
                                                         : QWIDGETSIZE_MAX);
}

void DataPage::showLoading(bool loading)
{
    if (loading) {
        m_loadingDelay.start();
        return;
    }
    m_loadingDelay.stop();
    m_facts->setLoading(false, {});
}

void DataPage::showProblem(const QString &message)
{
    m_notice->showMessage(NoticeBar::Kind::Error, message, tr("Read again"));
}

void DataPage::chooseFile()
{
    m_source->chooseFile();
}

void DataPage::useFile(const QString &path)
{
    const int number = ++m_chosen;
    const QString folder = QString::fromStdString(m_document.project().folder.string());
    inBackground(
        this, [path, before = m_document.data(), folder] { return configForFile(path, before, folder); },
        [this, number](Result<DataConfig> config) {
            if (number != m_chosen)
                return;
            if (!config) {
                m_notice->showMessage(NoticeBar::Kind::Error, QString::fromStdString(config.error().message));
                return;
            }
            m_notice->clear();
            if (*config == m_document.data())
                m_loader.reload();  // the same file again: perhaps it has changed
            else
                m_document.setData(*config, tr("Choose data file"));
        });
}

void DataPage::dragEnterEvent(QDragEnterEvent *event)
{
    if (!draggedFile(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void DataPage::dropEvent(QDropEvent *event)
{
    const QString file = draggedFile(event->mimeData());
    if (file.isEmpty())
        return;
    event->acceptProposedAction();
    useFile(file);
}

QByteArray DataPage::saveLayout() const
{
    QByteArray layout;
    QDataStream stream(&layout, QIODevice::WriteOnly);
    stream << kLayoutVersion << m_split->saveState() << m_contentSplit->saveState() << m_picturesSplit->saveState();
    return layout;
}

void DataPage::restoreLayout(const QByteArray &layout)
{
    QDataStream stream(layout);
    qint32 version = 0;
    QByteArray split, content, pictures;
    stream >> version >> split >> content >> pictures;
    if (stream.status() != QDataStream::Ok || version != kLayoutVersion)
        return;
    m_split->restoreState(split);
    m_contentSplit->restoreState(content);
    m_picturesSplit->restoreState(pictures);
}

}  // namespace trainyard::ui
