// Keeps the open project's data set looked at: reloads in the background whenever the data settings change, and tells the
// document what the network must fit. UI thread.
#pragma once

#include <optional>

#include <QObject>
#include <QTimer>

#include "engine/data/preview.h"
#include "engine/program/build.h"
#include "ui/models/project_document.h"

namespace trainyard::ui {

class DataLoader : public QObject
{
    Q_OBJECT
public:
    // document must outlive the loader.
    explicit DataLoader(ProjectDocument &document, QObject *parent = nullptr);

    bool isLoading() const { return m_loading; }
    // Of the last finished load; all absent while nothing has been loaded, or no file is named.
    const std::optional<DataPreview> &preview() const { return m_preview; }
    const std::optional<DataTypes> &types() const { return m_types; }
    const std::optional<Error> &error() const { return m_error; }

    void reload();  // now; also after the file itself changed

signals:
    void loadingChanged(bool loading);
    void loaded();  // preview(), types() and error() are new

private:
    ProjectDocument &m_document;
    QTimer m_delay;
    int m_generation = 0;  // the latest load; answers of earlier ones are dropped
    bool m_loading = false;
    std::optional<DataPreview> m_preview;
    std::optional<DataTypes> m_types;
    std::optional<Error> m_error;
};

}  // namespace trainyard::ui
