#include "ui/bridge/data_loader.h"

#include <chrono>

#include "engine/api/forecast.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kDelay = 150ms;  // several edits in a row are one load

struct Loaded {
    DataPreview preview;
    DataTypes types;
    DataSignature signature;
};

Result<Loaded> load(const DataConfig &config, const std::filesystem::path &folder)
{
    Loaded loaded;
    TRAINYARD_TRY(const Dataset dataset, loadDataset(config, folder));
    loaded.types = dataTypesOf(dataset);
    loaded.signature = signatureOf(dataset);
    TRAINYARD_TRY(loaded.preview, previewData(config, folder));
    return loaded;
}

}  // namespace

DataLoader::DataLoader(ProjectDocument &document, QObject *parent) : QObject(parent), m_document(document)
{
    m_delay.setSingleShot(true);
    m_delay.setInterval(kDelay);
    connect(&m_delay, &QTimer::timeout, this, &DataLoader::reload);
    connect(&document, &ProjectDocument::dataChanged, &m_delay, qOverload<>(&QTimer::start));
    connect(&document, &ProjectDocument::projectReset, this, [this] {
        m_preview.reset();
        m_types.reset();
        m_error.reset();
        reload();
    });
}

void DataLoader::reload()
{
    m_delay.stop();
    const int generation = ++m_generation;
    if (m_document.data().file.empty()) {
        m_preview.reset();
        m_types.reset();
        m_error.reset();
        m_loading = false;
        m_document.setDataSignature(std::nullopt);
        emit loadingChanged(false);
        emit loaded();
        return;
    }
    m_loading = true;
    emit loadingChanged(true);
    inBackground(
        this, [config = m_document.data(), folder = m_document.project().folder] { return load(config, folder); },
        [this, generation](Result<Loaded> result) {
            if (generation != m_generation)
                return;
            m_loading = false;
            m_preview.reset();
            m_types.reset();
            m_error.reset();
            if (result) {
                m_preview = std::move(result->preview);
                m_types = std::move(result->types);
                m_document.setDataSignature(std::move(result->signature));
            } else {
                m_error = std::move(result.error());
                m_document.setDataSignature(std::nullopt);
            }
            emit loadingChanged(false);
            emit loaded();
        });
}

}  // namespace trainyard::ui
