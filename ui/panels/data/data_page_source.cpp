#include "ui/panels/data/data_page_source.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>

#include "ui/controls/form.h"

namespace trainyard::ui {

QString pathForProject(const QString &path, const QString &folder)
{
    if (folder.isEmpty())
        return path;
    const QString relative = QDir(folder).relativeFilePath(path);
    return relative.startsWith(QLatin1String("..")) || QDir::isAbsolutePath(relative) ? path : relative;
}

DataPageSource::DataPageSource(QWidget *parent)
    : QWidget(parent), m_form(makeForm(this)), m_format(new QComboBox), m_delimiter(new QComboBox), m_header(new QComboBox)
{
    m_format->addItem(tr("Table (CSV)"), static_cast<int>(DataFormat::Csv));
    m_format->addItem(tr("Images (IDX)"), static_cast<int>(DataFormat::Idx));
    m_format->addItem(tr("Text"), static_cast<int>(DataFormat::Text));
    m_format->addItem(tr("Time series (CSV)"), static_cast<int>(DataFormat::Series));
    m_delimiter->addItem(tr("Find out"), 0);
    m_delimiter->addItem(tr("Comma"), static_cast<int>(','));
    m_delimiter->addItem(tr("Semicolon"), static_cast<int>(';'));
    m_delimiter->addItem(tr("Tab"), static_cast<int>('\t'));
    m_header->addItem(tr("Find out"), static_cast<int>(HeaderRow::Auto));
    m_header->addItem(tr("First row is a header"), static_cast<int>(HeaderRow::Yes));
    m_header->addItem(tr("No header"), static_cast<int>(HeaderRow::No));
    m_format->setObjectName(QStringLiteral("format"));
    m_delimiter->setObjectName(QStringLiteral("delimiter"));
    m_header->setObjectName(QStringLiteral("header"));

    m_form->addRow(tr("&Format"), m_format);
    m_form->addRow(tr("File"), makeFileRow(tr("Data file"), &DataConfig::file));
    m_form->addRow(tr("Labels"), makeFileRow(tr("File of labels"), &DataConfig::labelsFile));
    m_form->addRow(tr("Test file"), makeFileRow(tr("File of test images, optional"), &DataConfig::testFile));
    m_form->addRow(tr("Test labels"), makeFileRow(tr("File of test labels, optional"), &DataConfig::testLabelsFile));
    m_form->addRow(tr("&Delimiter"), m_delimiter);
    m_form->addRow(tr("&Header"), m_header);
    centerLabels(m_form);

    connect(m_format, &QComboBox::activated, this, [this] {
        const auto format = static_cast<DataFormat>(m_format->currentData().toInt());
        // The files and columns of the one format mean nothing in the other.
        edit(
            [format](DataConfig &config) {
                config.format = format;
                config.file = config.labelsFile = config.testFile = config.testLabelsFile = {};
                config.columns.clear();
                config.sampleShape.clear();
                config.augment = {};
                config.target = format == DataFormat::Series ? TargetKind::Value : TargetKind::ClassIndex;
            },
            tr("Change data format"));
    });
    connect(m_delimiter, &QComboBox::activated, this, [this] {
        const char delimiter = static_cast<char>(m_delimiter->currentData().toInt());
        // Cut differently, the file has other columns: what they are is found out anew.
        edit(
            [delimiter](DataConfig &config) {
                config.delimiter = delimiter;
                config.columns.clear();
            },
            tr("Change delimiter"));
    });
    connect(m_header, &QComboBox::activated, this, [this] {
        const auto header = static_cast<HeaderRow>(m_header->currentData().toInt());
        edit(
            [header](DataConfig &config) {
                config.header = header;
                config.columns.clear();
            },
            tr("Change header row"));
    });
    setConfig({});
}

QWidget *DataPageSource::makeFileRow(const QString &accessibleName, FileSlot slot)
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto *path = new QLineEdit;
    path->setReadOnly(true);
    path->setAccessibleName(accessibleName);
    path->setPlaceholderText(tr("None"));
    auto *button = new QPushButton(tr("Choose…"));
    button->setAccessibleName(tr("Choose: %1").arg(accessibleName));
    layout->addWidget(path, 1);
    layout->addWidget(button);
    connect(button, &QPushButton::clicked, this, [this, slot] { choose(slot); });
    m_files.push_back({slot, row, path, slot != &DataConfig::file});
    return row;
}

void DataPageSource::setConfig(const DataConfig &config)
{
    m_config = config;
    m_format->setCurrentIndex(m_format->findData(static_cast<int>(config.format)));
    m_delimiter->setCurrentIndex(std::max(0, m_delimiter->findData(static_cast<int>(config.delimiter))));
    m_header->setCurrentIndex(m_header->findData(static_cast<int>(config.header)));
    for (const FileRow &file : m_files) {
        const QString text = QString::fromStdString(config.*(file.slot));
        file.path->setText(text);
        file.path->setToolTip(text);
    }
    showRows();
}

void DataPageSource::showRows()
{
    const bool idx = m_config.format == DataFormat::Idx;
    const auto show = [this](QWidget *field, bool visible) {
        field->setVisible(visible);
        if (QWidget *label = m_form->labelForField(field))
            label->setVisible(visible);
    };
    for (const FileRow &file : m_files) {
        if (file.idxOnly)
            show(file.row, idx);
        else if (auto *label = qobject_cast<QLabel *>(m_form->labelForField(file.row)))
            label->setText(idx ? tr("Images") : tr("File"));
    }
    const bool table = m_config.format == DataFormat::Csv || m_config.format == DataFormat::Series;
    show(m_delimiter, table);
    show(m_header, table);
}

void DataPageSource::edit(const std::function<void(DataConfig &)> &change, const QString &what)
{
    DataConfig config = m_config;
    change(config);
    if (!(config == m_config))
        emit configEdited(config, what);
}

void DataPageSource::chooseFile()
{
    choose(&DataConfig::file);
}

void DataPageSource::choose(FileSlot slot)
{
    auto *dialog = new QFileDialog(this, tr("Choose a data file"), m_folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    const QString tables = tr("Tables (*.csv *.csv.gz *.tsv *.tsv.gz *.txt *.data)"), images = tr("IDX images (*ubyte *ubyte.gz *.idx *.idx.gz)");
    dialog->setFileMode(QFileDialog::ExistingFile);
    const QString texts = tr("Texts (*.txt *.txt.gz *.md *.text)");
    QStringList filters{tables, images, texts};
    const int own = m_config.format == DataFormat::Idx ? 1 : m_config.format == DataFormat::Text ? 2 : 0;
    filters.move(own, 0);
    dialog->setNameFilters(filters << tr("All files (*)"));
    connect(dialog, &QFileDialog::fileSelected, this, [this, slot](const QString &path) { takeFile(slot, path); });
    dialog->open();
}

void DataPageSource::takeFile(FileSlot slot, const QString &path)
{
    if (path.isEmpty())
        return;
    if (slot == &DataConfig::file) {
        emit mainFileChosen(path);
        return;
    }
    const std::string kept = pathForProject(path, m_folder).toStdString();
    edit([slot, &kept](DataConfig &config) { config.*slot = kept; }, tr("Choose data file"));
}

}  // namespace trainyard::ui
