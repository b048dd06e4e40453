// Where the data come from: format, files, and how a CSV file is to be read.
#pragma once

#include <functional>

#include <QWidget>

#include "engine/data/data_config.h"

class QComboBox;
class QFormLayout;
class QLineEdit;
class QPushButton;

namespace trainyard::ui {

class DataPageSource : public QWidget
{
    Q_OBJECT
public:
    explicit DataPageSource(QWidget *parent = nullptr);

    void setConfig(const DataConfig &config);
    void setProjectFolder(const QString &folder) { m_folder = folder; }
    // Opens the chooser for the main file without stopping the event loop.
    void chooseFile();
    // What the chooser gives: made relative to the project for the files beside the main one.
    void takeFile(std::string DataConfig::*slot, const QString &path);

signals:
    void configEdited(const trainyard::DataConfig &config, const QString &what);
    // The main file was chosen: it must be looked at before it can be used.
    void mainFileChosen(const QString &path);

private:
    using FileSlot = std::string DataConfig::*;
    QWidget *makeFileRow(const QString &accessibleName, FileSlot slot);
    void choose(FileSlot slot);
    void edit(const std::function<void(DataConfig &)> &change, const QString &what);
    void showRows();

    DataConfig m_config;
    QString m_folder;
    QFormLayout *m_form;
    QComboBox *m_format;
    QComboBox *m_delimiter;
    QComboBox *m_header;
    struct FileRow {
        FileSlot slot;
        QWidget *row;
        QLineEdit *path;
        bool idxOnly;
    };
    std::vector<FileRow> m_files;
};

// As the project file keeps it: relative to the project's folder where the file lies in it, else whole.
QString pathForProject(const QString &path, const QString &folder);

}  // namespace trainyard::ui
