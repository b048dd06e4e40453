#include "ui/bridge/autosave.h"

#include <algorithm>
#include <chrono>

#include <QDateTime>
#include <QStandardPaths>
#include <QUuid>

#include <nlohmann/json.hpp>

#include "engine/base/file.h"
#include "engine/base/json_text.h"
#include "engine/storage/process_identity.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr auto kAfterLastEdit = 1s, kAtLatest = 10s;

Status writeChanges(const fs::path &file, const Project &project, qint64 nowMs)
{
    const ProcessIdentity owner = currentProcess();
    const Json json{{"trainyard", "autosave"},
                    {"name", project.name},
                    {"folder", project.folder.string()},
                    {"saved_ms", nowMs},
                    {"owner", {{"pid", owner.pid}, {"start_ticks", owner.startTicks}, {"boot", owner.bootId}}},
                    {"project", projectToText(project)}};
    TRAINYARD_CHECK(makeFolder(file.parent_path()));
    return writeFileAtomically(file, json.dump(2, ' ', false, Json::error_handler_t::replace));
}

// Nothing for a file of a living process or one that is not ours to read.
std::optional<Leftover> readLeftover(const fs::path &file)
{
    const auto text = readFile(file);
    if (!text)
        return std::nullopt;
    const Json json = parseJson<Json>(*text);
    try {
        if (!json.is_object() || json.value("trainyard", "") != "autosave")
            return std::nullopt;
        const Json &owner = json.at("owner");
        if (isAlive({owner.at("pid").get<std::int64_t>(), owner.at("start_ticks").get<std::int64_t>(), owner.at("boot").get<std::string>()}))
            return std::nullopt;
        return Leftover{file, fs::path(json.at("folder").get<std::string>()), QString::fromStdString(json.at("name").get<std::string>()),
                        json.at("saved_ms").get<qint64>(), json.at("project").get<std::string>()};
    } catch (const nlohmann::json::exception &) {
        return std::nullopt;
    }
}

std::vector<Leftover> readLeftovers(const fs::path &folder)
{
    std::vector<Leftover> found;
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end; entry.increment(code))
        if (entry->path().extension() == ".json")
            if (auto leftover = readLeftover(entry->path()))
                found.push_back(std::move(*leftover));
    std::sort(found.begin(), found.end(), [](const Leftover &a, const Leftover &b) { return a.savedMs > b.savedMs; });
    return found;
}

void removeFile(QThreadPool &disk, const fs::path &file)
{
    disk.start([file] {
        std::error_code code;
        fs::remove(file, code);
    });
}

fs::path freshFile()
{
    return Autosave::folder() / (QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString() + ".json");
}

}  // namespace

Autosave::Autosave(ProjectDocument &document, QThreadPool &disk, QObject *parent)
    : QObject(parent), m_document(document), m_disk(disk), m_file(freshFile())
{
    for (QTimer *timer : {&m_afterEdit, &m_atLatest}) {
        timer->setSingleShot(true);
        connect(timer, &QTimer::timeout, this, &Autosave::write);
    }
    m_afterEdit.setInterval(kAfterLastEdit);
    m_atLatest.setInterval(kAtLatest);
    connect(document.undoStack(), &QUndoStack::indexChanged, this, [this] {
        if (!m_document.isModified())
            return;
        m_afterEdit.start();
        if (!m_atLatest.isActive())
            m_atLatest.start();
    });
    connect(&document, &ProjectDocument::modifiedChanged, this, [this](bool modified) {
        if (!modified)
            forget();
    });
    connect(&document, &ProjectDocument::projectReset, this, [this] {
        forget();
        m_file = freshFile();
    });
}

void Autosave::adopt(const Leftover &leftover)
{
    forget();
    m_file = leftover.file;
    m_written = true;
    write();
}

fs::path Autosave::folder()
{
    return fs::path(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation).toStdString()) / "autosave";
}

void Autosave::write()
{
    m_afterEdit.stop();
    m_atLatest.stop();
    if (!m_document.isModified())
        return;
    m_written = true;
    inBackground(
        m_disk, this,
        [file = m_file, project = m_document.snapshot(), now = QDateTime::currentMSecsSinceEpoch()] {
            return writeChanges(file, *project, now);
        },
        [this](Status status) {
            if (!status && !m_inTrouble)
                emit failed(QString::fromStdString(status.error().message));
            m_inTrouble = !status;
        });
}

void Autosave::forget()
{
    m_afterEdit.stop();
    m_atLatest.stop();
    if (m_written)
        removeFile(m_disk, m_file);
    m_written = false;
}

void Autosave::findLeftovers()
{
    inBackground(
        m_disk, this, [where = folder()] { return readLeftovers(where); },
        [this](std::vector<Leftover> leftovers) { emit leftoversFound(leftovers); });
}

void Autosave::discard(const Leftover &leftover)
{
    removeFile(m_disk, leftover.file);
}

}  // namespace trainyard::ui
