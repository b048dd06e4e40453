#include "ui/bridge/project_files.h"

#include "engine/base/file.h"
#include "ui/bridge/background.h"

namespace trainyard::ui {

namespace {

namespace fs = std::filesystem;

struct Opened {
    Project project;
    fs::path asked;
};

Result<Opened> openAt(const fs::path &path)
{
    TRAINYARD_TRY(const fs::path folder, writableProject(path));
    TRAINYARD_TRY(Project project, loadProject(folder));
    std::error_code code;
    const fs::path whole = fs::absolute(path, code).lexically_normal();
    return Opened{std::move(project), fs::is_regular_file(whole, code) ? whole.parent_path() : whole};
}

// "My network 2" -> "my-network-2".
std::string folderName(const std::string &name)
{
    QString folder;
    for (const QChar c : QString::fromStdString(name).toLower())
        if (c.isLetterOrNumber())
            folder += c;
        else if (!folder.isEmpty() && !folder.endsWith(QLatin1Char('-')))
            folder += QLatin1Char('-');
    while (folder.endsWith(QLatin1Char('-')))
        folder.chop(1);
    return folder.isEmpty() ? "project" : folder.toStdString();
}

// Makes the first of name, name-2, name-3 ... that is not there.
Result<fs::path> newFolder(const std::string &name)
{
    const fs::path home = userProjectsFolder();
    TRAINYARD_CHECK(makeFolder(home));
    constexpr int kTries = 10'000;
    std::error_code code;
    for (int number = 1; number <= kTries; ++number) {
        const fs::path folder = home / (number == 1 ? name : fmt::format("{}-{}", name, number));
        if (fs::create_directory(folder, code))
            return folder;
        if (code)
            break;
    }
    return fail(ErrorCode::Io, "Could not make a folder for the project in {}: {}. Save it elsewhere.", home.string(),
                code ? code.message() : "there are too many of its name");
}

// The files a project names by a path of its own folder. One that is missing stays missing: the Data page says so.
Status copyDataFiles(const DataConfig &data, const fs::path &from, const fs::path &to)
{
    for (const std::string *name : {&data.file, &data.labelsFile, &data.testFile, &data.testLabelsFile}) {
        std::error_code code;
        if (name->empty() || fs::path(*name).is_absolute() || !fs::is_regular_file(from / *name, code))
            continue;
        TRAINYARD_TRY(const std::string content, readFile(from / *name));
        TRAINYARD_CHECK(makeFolder((to / *name).parent_path()));
        TRAINYARD_CHECK(writeFileAtomically(to / *name, content));
    }
    return {};
}

Result<fs::path> writeProject(Project project, const fs::path &copyDataFrom)
{
    std::error_code code;
    if (project.folder.empty()) {
        TRAINYARD_TRY(project.folder, newFolder(folderName(project.name)));
    } else if (!copyDataFrom.empty()) {
        if (fs::exists(project.file(), code))
            return fail(ErrorCode::InvalidArgument, "There is a project in {} already. Choose another folder.", project.folder.string());
        TRAINYARD_CHECK(copyDataFiles(project.data, copyDataFrom, project.folder));
    }
    TRAINYARD_CHECK(saveProject(project));
    return project.folder;
}

bool sameContent(const Project &a, const Project &b)
{
    return a.name == b.name && a.graph == b.graph && a.data == b.data && a.training == b.training;
}

}  // namespace

ProjectFiles::ProjectFiles(ProjectDocument &document, QObject *parent) : QObject(parent), m_document(document)
{
    m_disk.setMaxThreadCount(1);
}

void ProjectFiles::take(Project project, bool modified)
{
    m_hasProject = true;
    m_document.reset(std::move(project), modified);
    emit opened();
}

void ProjectFiles::open(const QString &path)
{
    const int generation = ++m_generation;
    emit openingChanged(true);
    inBackground(
        m_disk, this, [path = fs::path(path.toStdString())] { return openAt(path); },
        [this, generation, path](Result<Opened> result) {
            if (generation != m_generation)
                return;
            emit openingChanged(false);
            if (!result) {
                emit openFailed(path, QString::fromStdString(result.error().message));
                return;
            }
            const QString asked = QString::fromStdString(result->asked.string());
            const QString folder = QString::fromStdString(result->project.folder.string());
            const bool copied = result->asked != result->project.folder;
            take(std::move(result->project), false);
            if (copied)
                emit copiedFrom(asked, folder);
        });
}

void ProjectFiles::create()
{
    ++m_generation;
    emit openingChanged(false);
    Project project;
    project.name = tr("Untitled").toStdString();
    take(std::move(project), false);
}

void ProjectFiles::restore(const std::string &text, const fs::path &folder, std::function<void(bool)> done)
{
    const int generation = ++m_generation;
    emit openingChanged(true);
    inBackground(
        m_disk, this, [text] { return projectFromText(text); },
        [this, generation, folder, done = std::move(done)](Result<Project> project) {
            if (generation != m_generation)
                return;
            emit openingChanged(false);
            if (!project) {
                emit openFailed(QString::fromStdString(folder.string()), QString::fromStdString(project.error().message));
                done(false);
                return;
            }
            project->folder = folder;
            take(std::move(*project), true);
            done(true);
        });
}

void ProjectFiles::save(std::function<void(bool)> done)
{
    write(m_document.project(), {}, std::move(done));
}

void ProjectFiles::saveAs(const QString &folder)
{
    Project project = m_document.project();
    const fs::path before = project.folder;
    project.folder = fs::path(folder.toStdString());
    const fs::path source = before.empty() ? project.folder : before;  // never saved: there is nothing to copy
    write(std::move(project), source, {});
}

void ProjectFiles::write(Project project, fs::path copyDataFrom, std::function<void(bool)> done)
{
    ++m_saving;
    inBackground(
        m_disk, this, [project, copyDataFrom = std::move(copyDataFrom)] { return writeProject(project, copyDataFrom); },
        [this, project, generation = m_generation, done = std::move(done)](Result<fs::path> folder) {
            --m_saving;
            if (folder && generation == m_generation) {
                const bool moved = m_document.project().folder != *folder;
                if (moved)
                    m_document.setFolder(*folder);
                if (sameContent(project, m_document.project()))
                    m_document.markSaved();
                emit saved(moved);
            } else if (!folder) {
                emit saveFailed(QString::fromStdString(folder.error().message));
            }
            if (done)
                done(folder.has_value());
        });
}

}  // namespace trainyard::ui
